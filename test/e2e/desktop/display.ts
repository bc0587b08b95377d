import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as readline from 'node:readline';
import type { Readable } from 'node:stream';

/** A display of the tests' own, so that no window opens in front of whoever runs them. */
export interface Display {
  readonly name: string;
  close(): void;
}

const XVFB = (process.env['PATH'] ?? '')
  .split(path.delimiter)
  .map((folder) => path.join(folder, 'Xvfb'))
  .find((file) => existsSync(file));

export const hasDisplay = XVFB !== undefined;

/** Starts an X server without a screen; it picks a number that is free. */
export async function openDisplay(): Promise<Display> {
  if (XVFB === undefined) throw new Error('There is no Xvfb.');
  const server = spawn(XVFB, ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    cwd: os.tmpdir(),
  });
  const numbers = server.stdio[3] as Readable;
  const number = await new Promise<string>((resolve, reject) => {
    readline.createInterface({ input: numbers }).once('line', resolve);
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}.`)));
  });
  const close = (): void => void server.kill('SIGTERM');
  process.once('exit', close);
  return { name: `:${number.trim()}`, close };
}
