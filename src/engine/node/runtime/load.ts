import { createRequire } from 'node:module';
import * as path from 'node:path';
import { tfjsNodeFolder } from './addon.ts';
import type { NativeRuntime } from './plan.ts';

/** What tfjs-node's backend offers beyond tfjs-core's, as far as we use it. */
export interface LoadedTensorflow {
  /** The version of the C library, "2.18.1". */
  readonly version: string;
  readonly usesGpu: boolean;
}

interface PreBinding {
  find: (packageJson: string, options?: unknown) => string;
}

interface TfjsNode {
  findBackend(name: 'tensorflow'): { binding: { TF_Version: string }; isUsingGpuDevice: boolean };
}

/**
 * Loads tfjs-node on the addon of `runtime`, which registers its kernels and backend `tensorflow` in
 * tfjs-core. A native addon stays for the life of the process: the first runtime loaded is the one used.
 */
export function loadTensorflow(runtime: NativeRuntime): LoadedTensorflow {
  // TensorFlow greets on stderr with what it was compiled for; errors still come through.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  restoreRemovedUtilities();
  const folder = tfjsNodeFolder();
  const requireBeside = createRequire(path.join(folder, 'package.json'));
  const preBinding = requireBeside('@mapbox/node-pre-gyp/lib/pre-binding.js') as PreBinding;
  // tfjs-node asks this function where its addon lies. Answering from here needs no write access to the
  // installed package, and lets two variants of the runtime share one installation.
  const { find } = preBinding;
  preBinding.find = (packageJson, options) =>
    path.dirname(path.resolve(packageJson)) === folder ? runtime.addon : find(packageJson, options);
  try {
    const backend = (requireBeside(folder) as TfjsNode).findBackend('tensorflow');
    return { version: backend.binding.TF_Version, usesGpu: backend.isUsingGpuDevice };
  } finally {
    preBinding.find = find;
  }
}

/** tfjs-node 4.22 calls two functions that Node 23 removed from `util`. */
function restoreRemovedUtilities(): void {
  const target = createRequire(import.meta.dirname + path.sep)('node:util') as Record<string, unknown>;
  target['isNullOrUndefined'] ??= (value: unknown) => value == null;
  target['isArray'] ??= Array.isArray;
}
