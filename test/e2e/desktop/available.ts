import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { hasDisplay } from './display.ts';
import { findTestElectron, type TestElectron } from './electron.ts';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');

const found = hasDisplay
  ? await findTestElectron()
  : 'Xvfb is missing (`apt-get install xvfb`), on which windows open that nobody sees';

/** Why the desktop cannot be tested here; null where it can. */
export const missing: string | null = typeof found === 'string' ? found : null;
if (missing !== null) process.stdout.write(`The desktop is not tested: ${missing}.\n`);

/** The Electron to test in; not there where something is missing. */
export const electron = found as TestElectron;

/** Has its Chromium offer a graphics card that the processor imitates. */
export const IMITATED_CARD: readonly string[] = [
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-webgpu-adapter=swiftshader',
];

/** Builds what is tested, where it is older than its sources. */
export function build(): void {
  const { status, output } = spawnSync(process.execPath, ['scripts/build-desktop.mjs', '--if-stale'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The desktop could not be built:\n${output.join('\n')}`);
}
