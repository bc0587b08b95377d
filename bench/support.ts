import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** What benchmarks share. They run from the root of the checkout. */

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1];

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** The value below which this part of them lies; 0 of none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

/** Runs the command as users do and returns its lines of JSON; its progress is passed on. */
export function morphloom(...args: string[]): Promise<Record<string, unknown>[]> {
  const child = spawn(process.execPath, ['bin/morphloom.cjs', ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      if (code !== 0) reject(new Error(`morphloom ${args.join(' ')} ended with ${code}`));
      else
        resolve(
          text
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line) as Record<string, unknown>),
        );
    });
  });
}

/**
 * How many steps take about so many CPU seconds: two short runs are trained first, since starting takes its own.
 * @param train trains so many steps and returns the CPU seconds it took
 */
export async function stepsFor(
  cpuSeconds: number,
  train: (steps: number) => Promise<number>,
): Promise<number> {
  const [few, more] = [30, 130];
  const [first, second] = [await train(few), await train(more)];
  return Math.floor((cpuSeconds * (more - few)) / (second - first));
}

/** A folder that is gone afterwards. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'morphloom-bench-'));
  try {
    await use(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
