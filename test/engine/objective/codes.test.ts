import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { klSparsity, l1, squaredJacobianNorm } from '../../../src/engine/objective/codes.ts';
import { maximumMeanDiscrepancy, type Kernel } from '../../../src/engine/objective/mmd.ts';
import { gradientError, normal, numbers, relativeError, stepState } from './state.ts';

await openBackend({ prefer: 'tensorflow' });

describe('sparsity', () => {
  it('is the divergence of two coins for each unit, and 0 where each is as active as asked', () => {
    const activities = tf.sigmoid(normal([7, 4], 1)) as tf.Tensor2D;
    const means = numbers(tf.mean(activities, 0));
    const expected = means.reduce(
      (sum, mean) => sum + 0.1 * Math.log(0.1 / mean) + 0.9 * Math.log(0.9 / (1 - mean)),
      0,
    );
    expect(relativeError(numbers(klSparsity(activities, 0.1))[0], expected)).toBeLessThan(1e-5);
    expect(numbers(klSparsity(tf.fill([7, 4], 0.1), 0.1))[0]).toBeCloseTo(0, 5);
    expect(numbers(klSparsity(tf.zeros([7, 4]), 0.1))[0]).toSatisfy(Number.isFinite);
    expect(
      gradientError((a) => klSparsity(tf.sigmoid(a) as tf.Tensor2D, 0.1), normal([7, 4], 2)),
    ).toBeLessThan(1e-2);
  });

  it('L1 is the sum of sizes, the mean over pictures and samples', () => {
    const state = stepState({ n: 3, z: 4, k: 2 });
    const expected = numbers(state.code).reduce((sum, value) => sum + Math.abs(value), 0) / 6;
    expect(relativeError(numbers(l1(0.7)(state))[0], 0.7 * expected)).toBeLessThan(1e-5);
  });
});

describe('the Jacobian norm', () => {
  const inputs = 6;
  const flat = (x: tf.Tensor4D): tf.Tensor2D => tf.reshape(x, [x.shape[0], inputs]);
  const [w1, w2] = [normal([inputs, 8], 3, 0.4) as tf.Tensor2D, normal([8, 3], 4, 0.4) as tf.Tensor2D];
  const linear = (x: tf.Tensor4D): tf.Tensor2D => tf.matMul(flat(x), w1);
  const curved = (x: tf.Tensor4D): tf.Tensor2D => tf.matMul(tf.tanh(tf.matMul(flat(x), w1)), w2);
  const pictures = tf.sigmoid(normal([2, 2, 3, 1], 5)) as tf.Tensor4D;

  /** The mean of the estimate over directions that together are exactly what a random one is on average. */
  const overBasis = (f: (x: tf.Tensor4D) => tf.Tensor2D): number[] => {
    const sums = [0, 0];
    for (let i = 0; i < inputs; i++) {
      const one = tf.oneHot(tf.tensor1d([i, i], 'int32'), inputs);
      const direction = tf.reshape<tf.Rank.R4>(tf.mul(one, Math.sqrt(inputs)), [2, 2, 3, 1]);
      numbers(squaredJacobianNorm(f, pictures, direction, 1e-2)).forEach(
        (value, n) => (sums[n] += value / inputs),
      );
    }
    return sums;
  };

  it('of a linear code is the sum of its squared weights', () => {
    const expected = numbers(tf.sum(tf.square(w1)))[0];
    for (const value of overBasis(linear)) expect(relativeError(value, expected)).toBeLessThan(1e-4);
  });

  it('of a curved code is that of its Jacobian, differentiated output by output', () => {
    const expected = [0, 0];
    for (let k = 0; k < 3; k++) {
      const column = (x: tf.Tensor): tf.Tensor => tf.sum(tf.slice(curved(x as tf.Tensor4D), [0, k], [2, 1]));
      const gradient = numbers(tf.grad(column)(pictures));
      gradient.forEach((value, i) => (expected[Math.floor(i / inputs)] += value ** 2));
    }
    overBasis(curved).forEach((value, n) => expect(relativeError(value, expected[n])).toBeLessThan(2e-3));
  });

  it('is right on average over random directions', () => {
    const many = 4000;
    const same = tf.tile<tf.Tensor4D>(tf.slice(pictures, 0, 1), [many, 1, 1, 1]);
    const direction = normal([many, 2, 3, 1], 6) as tf.Tensor4D;
    const [mean] = numbers(tf.mean(squaredJacobianNorm(curved, same, direction, 1e-2)));
    expect(relativeError(mean, overBasis(curved)[0])).toBeLessThan(0.08);
  });
});

describe('the maximum mean discrepancy', () => {
  const byDoubleSum = (kernel: Kernel, x: number[][], y: number[][]): number => {
    const width = 2 * x[0].length;
    const of = (a: number[], b: number[]): number => {
      const d2 = a.reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0);
      return kernel === 'rbf' ? Math.exp(-d2 / width) : width / (width + d2);
    };
    const mean = (p: number[][], q: number[][]): number =>
      p.reduce((sum, a) => sum + q.reduce((s, b) => s + of(a, b), 0), 0) / (p.length * q.length);
    return mean(x, x) + mean(y, y) - 2 * mean(x, y);
  };
  const rows = (x: tf.Tensor2D): number[][] => x.arraySync();

  it.each(['rbf', 'imq'] as const)('%s: is the double sum over all pairs', (kernel) => {
    const [x, y] = [normal([9, 4], 7, 2) as tf.Tensor2D, tf.add<tf.Tensor2D>(normal([6, 4], 8), 0.7)];
    const [got] = numbers(maximumMeanDiscrepancy(kernel, x, y));
    expect(relativeError(got, byDoubleSum(kernel, rows(x), rows(y)))).toBeLessThan(1e-5);
    expect(gradientError((a) => maximumMeanDiscrepancy(kernel, a as tf.Tensor2D, y), x, 3e-2)).toBeLessThan(
      1e-2,
    );
  });

  it.each(['rbf', 'imq'] as const)('%s: is 0 for equal sets in any order, above 0 for others', (kernel) => {
    const x = normal([8, 3], 9) as tf.Tensor2D;
    const turned = tf.reverse(x, 0);
    expect(Math.abs(numbers(maximumMeanDiscrepancy(kernel, x, turned))[0])).toBeLessThan(1e-6);
    expect(numbers(maximumMeanDiscrepancy(kernel, x, tf.add(x, 0.5)))[0]).toBeGreaterThan(1e-3);
  });
});
