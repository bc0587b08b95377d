import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll } from 'vitest';

const bin = path.join(import.meta.dirname, '..', '..', 'bin', 'morphloom.cjs');

export interface Finished {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves once stdout has this many lines. */
  lines(count: number): Promise<string[]>;
}

/** Starts the command as users do: a process of its own. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  const waiting: { count: number; resolve: (lines: string[]) => void }[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    const complete = stdout.split('\n').slice(0, -1);
    for (const wait of waiting) if (complete.length >= wait.count) wait.resolve(complete);
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return {
    child,
    finished: new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr }))),
    lines: (count) => new Promise((resolve) => waiting.push({ count, resolve })),
  };
}

export const morphloom = (...args: string[]): Promise<Finished> => start(args).finished;

const folders: string[] = [];
// Not on the process's exit: vitest ends its workers before they come to it.
afterAll(() => {
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone when the tests of this file are over. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'morphloom-test-'));
  folders.push(folder);
  return folder;
}

export const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
