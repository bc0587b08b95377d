import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../src/engine/compute/select.ts';
import { computeOurs } from './cases.ts';
import { makeInputs } from './inputs.ts';
import { ensurePython, whyNoPeers } from './python.ts';

/**
 * Every term of ours beside somebody else's on the same tensors: `npm run test:reference`. The references run in a
 * Python environment of their own, in double precision; ours on the native backend, in float32.
 */
interface Answer {
  readonly against: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** A derivative by differences, in float32, is no closer. */
const BOUNDS: Readonly<Record<string, number>> = { 'contraction: squared norm': 1e-4 };
const BOUND = 1e-5;

function askReferences(inputs: Readonly<Record<string, tf.Tensor>>): Record<string, Answer> {
  const here = import.meta.dirname;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'morphloom-reference-'));
  const [asked, told] = [path.join(folder, 'inputs.json'), path.join(folder, 'answers.json')];
  try {
    const written = Object.entries(inputs).map(([name, tensor]) => [
      name,
      { shape: tensor.shape, values: [...tensor.dataSync()] },
    ]);
    fs.writeFileSync(asked, JSON.stringify(Object.fromEntries(written)));
    const python = ensurePython(path.join(here, 'requirements.txt'));
    const { status, stderr } = spawnSync(python, [path.join(here, 'terms.py'), asked, told], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`The references failed: ${stderr}`);
    return JSON.parse(fs.readFileSync(told, 'utf8')) as Record<string, Answer>;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The largest difference, relative to the largest value. */
function relativeDifference(got: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(got[i] - value))) / scale;
}

await openBackend({ prefer: 'tensorflow' });
const inputs = makeInputs();
const why = whyNoPeers();
const answers = why === null ? askReferences(inputs) : {};
const ours = computeOurs(inputs);
const lines: string[] = [];

describe('our terms and those of reference implementations', () => {
  afterAll(() => process.stdout.write(`\n${lines.join('\n')}\n`));

  if (why !== null) it.skip(why);
  it.each(Object.entries(answers))('%s', (name, { against, shape, values }) => {
    const [title, what] = name.split(': ');
    const own = ours[title]?.[what];
    expect(own, `ours has no "${name}"`).toBeDefined();
    expect(own.size).toBe(shape.reduce((a, b) => a * b, 1));
    const difference = relativeDifference(own.dataSync(), values);
    lines.push(`${name.padEnd(58)} ${against.padEnd(20)} ${difference.toExponential(1)}`);
    expect(difference).toBeLessThan(BOUNDS[name] ?? BOUND);
  });
});
