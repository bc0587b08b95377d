import { createRequire } from 'node:module';
import * as path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { registerWasmKernels } from './backend-wasm-kernels.ts';

const require = createRequire(path.join(import.meta.dirname, 'backend-wasm.cjs'));

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** Makes WebAssembly tfjs-core's backend, its binary read from the installed package. */
export async function openWasm(): Promise<{ readonly version: string }> {
  const binaries = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'));
  setWasmPaths(binaries + path.sep);
  // The gradients of tfjs's own kernels come with the whole package only; tfjs-node brings it along by itself.
  await import('@tensorflow/tfjs');
  // Emscripten installs handlers that rethrow whatever reaches them; how this process fails is not its business.
  const before = EVENTS.map((event) => new Set(process.listeners(event as 'uncaughtException')));
  await tf.setBackend('wasm');
  await tf.ready();
  registerWasmKernels();
  EVENTS.forEach((event, i) => {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!before[i]?.has(listener)) process.removeListener(event, listener);
    }
  });
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return { version: `tfjs-backend-wasm ${version_wasm} (${simd === true ? 'SIMD' : 'no SIMD'})` };
}
