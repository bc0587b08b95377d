import { createRequire } from 'node:module';
import * as path from 'node:path';

/**
 * Electron on Linux brings the system's GLib into every process of its own, whose names take the place of
 * those that sharp's native build was made with: thousands of complaints, and memory that is never given back.
 * There sharp's WebAssembly build takes its place, which decodes to the same bytes, at about half the speed
 * (docs/decisions/0009-desktop.md). Has to be imported before anything that imports sharp.
 */
function useWebAssembly(): void {
  const require = createRequire(path.join(import.meta.dirname, 'sharp.cjs'));
  const fromSharp = createRequire(require.resolve('sharp'));
  let native: string;
  try {
    native = fromSharp.resolve(`@img/sharp-linux-${process.arch}/sharp.node`);
  } catch {
    return; // Where there is no native build, sharp takes the other by itself.
  }
  const replacement = fromSharp.resolve('@img/sharp-wasm32/sharp.node');
  fromSharp(replacement);
  require.cache[native] = require.cache[replacement];
}

if (process.platform === 'linux' && process.versions['electron'] !== undefined) useWebAssembly();
