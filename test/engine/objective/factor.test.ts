import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import type { Weights } from '../../../src/engine/model/weights.ts';
import { factorBound } from '../../../src/engine/objective/factor.ts';
import { normal, numbers, relativeError, stepState } from './state.ts';

await openBackend({ prefer: 'tensorflow' });

const bound = factorBound(3, 8);
const names = bound.weights?.map(({ name }) => name) ?? [];
const first = bound.weights?.map(({ shape }, i) => normal(shape, 70 + i, 0.5)) ?? [];
const weightsOf = (values: readonly tf.Tensor[]): Weights => ({
  get: (name) => values[names.indexOf(name)] ?? expect.fail(name),
});

/** The discriminator in double precision. */
function judge(z: readonly number[]): number {
  const arrays = first.map((tensor) => tensor.arraySync());
  let x = [...z];
  for (let layer = 0; layer < 3; layer++) {
    const [kernel, bias] = [arrays[2 * layer] as number[][], arrays[2 * layer + 1] as number[]];
    const y = bias.map((b, o) => x.reduce((sum, value, i) => sum + value * kernel[i][o], b));
    x = layer < 2 ? y.map((value) => (value > 0 ? value : 0.2 * value)) : y;
  }
  return x[0];
}

describe('the bound of FactorVAE', () => {
  const state = stepState({ n: 6, z: 3 });
  const at = (code: tf.Tensor2D, values: readonly tf.Tensor[], beta: number) =>
    bound({ ...state, code, weights: weightsOf(values), scheduled: { beta: tf.scalar(beta) } });

  it('is distortion, rate, the discriminator’s mean logit, and its cross-entropy', () => {
    const { loss, terms } = at(state.code, first, 5);
    const codes = state.code.arraySync();
    const mixed = codes.map((row, i) => row.map((_, j) => codes[(i + j + 1) % 6][j]));
    const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;
    const correlation = mean(codes.map(judge));
    const entropy =
      mean(codes.map((z) => Math.log(1 + Math.exp(-judge(z))))) +
      mean(mixed.map((z) => Math.log(1 + Math.exp(judge(z)))));
    expect(Math.abs(numbers(terms['correlation'])[0] - correlation)).toBeLessThan(1e-5);
    expect(relativeError(numbers(terms['discriminator'])[0], entropy / 2)).toBeLessThan(1e-5);
    const rest = numbers(terms['distortion'])[0] + numbers(terms['rate'])[0];
    expect(relativeError(numbers(loss)[0], rest + 4 * correlation + entropy / 2)).toBeLessThan(1e-5);
  });

  it('teaches the discriminator by its cross-entropy alone, and the latents by its verdict alone', () => {
    const gradients = (beta: number) =>
      tf.grads((code, ...values) => at(code as tf.Tensor2D, values, beta).loss)([state.code, ...first]);
    const [one, five] = [gradients(1), gradients(5)];
    // β weighs the verdict: the discriminator's own gradient knows nothing of it.
    for (let i = 1; i < one.length; i++) expect(numbers(five[i])).toEqual(numbers(one[i]));
    expect(numbers(tf.norm(one[1]))[0]).toBeGreaterThan(1e-4);
    // With β = 1 nothing of the discriminator reaches the latents.
    expect(numbers(tf.norm(one[0]))[0]).toBe(0);
    expect(numbers(tf.norm(five[0]))[0]).toBeGreaterThan(1e-4);
  });
});
