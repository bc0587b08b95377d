import { expect } from 'vitest';
import { morphloom, type Finished } from './command.ts';

/** Runs a verb that must succeed. */
export async function done(...args: string[]): Promise<Finished> {
  const finished = await morphloom(...args);
  expect(finished.stderr).not.toMatch(/defect|\n\s+at /);
  expect(finished.code, finished.stderr).toBe(0);
  return finished;
}

/** The one JSON document that a verb prints under --json; anything else on stdout fails. */
export async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await done(...args, '--json');
  expect(stdout.split('\n').filter((line) => line !== '')).toHaveLength(1);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Runs a verb that must fail with this code and one clear sentence, and print nothing on stdout. */
export async function refused(code: number, sentence: RegExp, ...args: string[]): Promise<void> {
  const finished = await morphloom(...args);
  expect(finished.code, finished.stderr).toBe(code);
  expect(finished.stderr).toMatch(sentence);
  expect(finished.stderr).not.toMatch(/defect|\n\s+at /);
  expect(finished.stdout).toBe('');
}

/** Several processes, each of which may start a backend. */
export const TIMEOUT = { timeout: 300_000 };
