import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';
import type { Voice } from '../terminal.ts';

/** The folder that holds package.json, wherever this code was bundled to. */
export function packageRoot(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, 'package.json'))) return folder;
    if (folder === path.dirname(folder))
      throw new MorphloomError('environment', 'The installation is not whole: package.json is missing.');
  }
}

/**
 * The folder of the window's bundle. In a checkout it is (re)built first whenever a source is newer.
 * @throws MorphloomError `environment` where it cannot be built
 */
export async function windowBundle({ onProgress, settle, signal }: Voice): Promise<string> {
  const root = packageRoot();
  const script = path.join(root, 'scripts', 'build-renderer.mjs');
  const bundle = path.join(root, 'dist', 'renderer');
  if (!fs.existsSync(script)) return bundle;
  const started = Date.now();
  const tell = (): void =>
    onProgress({
      stage: 'Building the window',
      done: (Date.now() - started) / 1000,
      total: null,
      unit: 'seconds',
    });
  // An unchanged window is told from a changed one in a moment, which is nothing to tell of.
  const telling = setInterval(tell, 2000);
  try {
    const built = await new Promise<boolean>((resolve, reject) => {
      const child = spawn(process.execPath, [script, '--if-stale'], { stdio: ['ignore', 2, 2], signal });
      child.on('error', reject);
      child.on('close', (code) => resolve(code === 0));
    });
    if (built) return bundle;
  } catch (error) {
    if (signal.aborted) throw new MorphloomError('cancelled', 'Stopped, as asked.');
    throw error;
  } finally {
    clearInterval(telling);
    settle();
  }
  throw new MorphloomError(
    'environment',
    'The window could not be built from src/renderer; the messages above say why.',
  );
}
