import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compile, compileInBfloat16 } from '../../../src/engine/compute/compile.ts';
import { createAdam } from '../../../src/engine/compute/adam.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import {
  inputTensor,
  type Compile,
  type CompiledProgram,
  type Input,
  type Inputs,
  type Program,
} from '../../../src/engine/train/program.ts';
import type { State } from '../../../src/engine/train/task.ts';
import { Trainer, trainableVariables } from '../../../src/engine/train/trainer.ts';
import { thinTask } from '../recipes/thin.ts';

await openBackend({ prefer: 'tensorflow' });

/** The nearest number with eight bits of mantissa, ties to even. */
function toBfloat16(value: number): number {
  const float = new Float32Array([value]);
  const bits = new Uint32Array(float.buffer);
  bits[0] = (bits[0] + 0x7fff + ((bits[0] >>> 16) & 1)) & 0xffff0000;
  return float[0];
}

const numbers = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(12.9 * i + seed) + 0.3 * Math.cos(78.2 * i * seed));

function compiledBy(by: Compile, run: (inputs: Inputs) => tf.Tensor, examples: Inputs): CompiledProgram {
  const other = Object.fromEntries(
    Object.entries(examples).map(([name, { shape, values }]) => [
      name,
      { shape, values: values.map((v) => v / 2) },
    ]),
  );
  const program: Program = {
    variables: [],
    functions: { it: { run, examples: [() => other, () => examples] } },
  };
  const { compiled, report } = by(program);
  expect(report.fallback).toBeUndefined();
  return compiled as CompiledProgram;
}

describe('convolutions in bfloat16', () => {
  const pictures = { shape: [2, 6, 6, 3], values: numbers(216, 1) };
  const filter = { shape: [3, 3, 3, 4], values: numbers(108, 2) };
  const tensor = (input: Input): tf.Tensor4D => inputTensor(input) as tf.Tensor4D;
  const rounded = (input: typeof pictures): Input => ({ ...input, values: input.values.map(toBfloat16) });
  const convolve = (inputs: Inputs): tf.Tensor =>
    tf.conv2d(tensor(inputs['x']), tensor(inputs['f']), 2, 'same');

  it('round what goes in and what comes out, and nothing else', () => {
    const inputs = { x: pictures, f: filter };
    const program = compiledBy(compileInBfloat16, convolve, inputs);
    const got = program.run('it', inputs);
    const exact = convolve({ x: rounded(pictures), f: rounded(filter) }).dataSync();
    got.forEach((value, i) => {
      expect(toBfloat16(value)).toBe(value);
      expect(Math.abs(value - exact[i])).toBeLessThanOrEqual(2 ** -7 * Math.max(0.1, Math.abs(exact[i])));
    });
    expect([...got]).not.toEqual([...convolve(inputs).dataSync()]);
    program.dispose();
  });

  it('leave the sum over a gradient in float32', () => {
    const inputs = { x: { shape: [2, 64, 64, 3], values: numbers(24_576, 3) } };
    const sum = ({ x }: Inputs): tf.Tensor => tf.sum(tensor(x), [0, 1, 2]);
    const program = compiledBy(compileInBfloat16, sum, inputs);
    expect([...program.run('it', inputs)]).toEqual([...sum(inputs).dataSync()]);
    program.dispose();
  });
});

describe('a training in bfloat16', () => {
  const trainerOf = (by: Compile | null): Trainer => {
    const task = thinTask('morph');
    const adam = createAdam(trainableVariables(task), { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 });
    const trainer = new Trainer(task, adam, 0.99);
    if (by !== null) expect(trainer.compile(by, 0).fallback).toBeUndefined();
    return trainer;
  };
  const steps = (trainer: Trainer, count: number): number[] =>
    Array.from({ length: count }, () => trainer.advance(trainer.step / 200).loss);
  const everything = (trainer: Trainer): State =>
    new Map([...trainer.inferenceWeights(), ...trainer.trainingState()]);

  it('takes the same steps each time, and goes on bit for bit from what was saved', () => {
    const [once, again] = [trainerOf(compileInBfloat16), trainerOf(compileInBfloat16)];
    expect(steps(once, 8)).toEqual(steps(again, 8));
    const copy = (state: State): State =>
      new Map([...state].map(([name, { shape, values }]) => [name, { shape, values: values.slice() }]));
    const [inference, training] = [copy(once.inferenceWeights()), copy(once.trainingState())];
    const losses = steps(once, 6);
    again.restore(8, inference, training);
    expect(steps(again, 6)).toEqual(losses);
    expect(everything(again)).toEqual(everything(once));
    once.dispose();
    again.dispose();
  });

  it('learns as much as in float32, by other steps', () => {
    const [exact, short] = [trainerOf(compile), trainerOf(compileInBfloat16)];
    const [a, b] = [steps(exact, 200), steps(short, 200)];
    expect(b).not.toEqual(a);
    const end = (losses: readonly number[]): number =>
      losses.slice(-20).reduce((sum, loss) => sum + loss / 20, 0);
    const learned = a[0] - end(a);
    expect(Math.abs(end(b) - end(a))).toBeLessThan(0.05 * learned);
    exact.dispose();
    short.dispose();
  });
});
