import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { importanceWeighted, weightParts } from '../../../src/engine/objective/importance.ts';
import { gaussian } from '../../../src/engine/objective/likelihood.ts';
import { posteriorLogDensity, standardNormalLogDensity } from '../../../src/engine/objective/log-density.ts';
import { klPerDimension } from '../../../src/engine/objective/rate.ts';
import type { StepState } from '../../../src/engine/objective/bound.ts';
import { normal, numbers, randomLatents, relativeError, stepState } from './state.ts';

await openBackend({ prefer: 'tensorflow' });

describe('log-densities', () => {
  it('are those of the normal density, for every sample under its picture’s posterior', () => {
    const { posterior, code } = randomLatents(3, 4, 21, 2);
    const [means, logs, codes] = [
      posterior.mean.arraySync(),
      posterior.logVariance.arraySync(),
      code.arraySync(),
    ];
    const expected = codes.map((row, i) =>
      row.reduce((sum, x, d) => {
        const [mean, log] = [means[i % 3][d], logs[i % 3][d]];
        return sum - 0.5 * (Math.log(2 * Math.PI) + log + (x - mean) ** 2 / Math.exp(log));
      }, 0),
    );
    numbers(posteriorLogDensity(posterior, code)).forEach((got, i) =>
      expect(relativeError(got, expected[i])).toBeLessThan(1e-5),
    );
    const prior = numbers(standardNormalLogDensity(code));
    codes.forEach((row, i) => {
      const value = row.reduce((sum, x) => sum - 0.5 * (Math.log(2 * Math.PI) + x ** 2), 0);
      expect(relativeError(prior[i], value)).toBeLessThan(1e-5);
    });
  });

  it('average to the rate in closed form', () => {
    const { posterior, code } = randomLatents(1, 3, 22, 20_000);
    const differences = tf.sub(posteriorLogDensity(posterior, code), standardNormalLogDensity(code));
    const [exact] = numbers(tf.sum(klPerDimension(posterior)));
    expect(relativeError(numbers(tf.mean(differences))[0], exact)).toBeLessThan(0.03);
  });
});

/**
 * A linear-Gaussian model, whose evidence is known: z ~ N(0, 1), x = z·w + N(0, σ²) in each of 16 pixels; with
 * a posterior that is off. The evidence is that of N(0, wwᵀ + σ²), by the matrix determinant lemma.
 */
function linearGaussian(k: number, seed: number): { state: StepState; evidence: number } {
  const deviation = 0.5;
  const slopes = numbers(normal([16], 30, 0.5));
  const x = numbers(normal([16], 31, 0.6));
  const precision = 1 + slopes.reduce((sum, w) => sum + w * w, 0) / deviation ** 2;
  const projection = slopes.reduce((sum, w, i) => sum + (w * x[i]) / deviation ** 2, 0);
  const squares = x.reduce((sum, v) => sum + v * v, 0) / deviation ** 2;
  const logDeterminant = 16 * Math.log(deviation ** 2) + Math.log(precision);
  const evidence =
    -0.5 * (16 * Math.log(2 * Math.PI) + logDeterminant + squares - projection ** 2 / precision);
  const posterior = {
    mean: tf.tensor2d([[projection / precision + 0.4]]),
    logVariance: tf.tensor2d([[-Math.log(precision) + 0.8]]),
  };
  const code = tf.add(
    posterior.mean,
    tf.mul(tf.exp(tf.mul(posterior.logVariance, 0.5)), normal([k, 1], seed)),
  );
  const drawn = tf.matMul(code, tf.tensor2d(slopes, [1, 16]));
  const mean: tf.Tensor4D = tf.reshape(drawn, [k, 4, 4, 1]);
  const pixels = tf.tensor4d(x, [1, 4, 4, 1]);
  // The decoder's mean itself, which no logistic function bends.
  const likelihood = { ...gaussian(deviation), mean: (logits: tf.Tensor4D) => logits };
  return {
    evidence,
    state: stepState(
      { n: 1, z: 1, k },
      { pixels, logits: mean, mean, posterior, code: code as tf.Tensor2D, likelihood },
    ),
  };
}

describe('the importance-weighted bound', () => {
  /** The mean over repetitions, each with k samples of its own. */
  const boundAt = (k: number, repetitions: number): number => {
    let sum = 0;
    for (let i = 0; i < repetitions; i++) {
      tf.tidy(() => {
        sum -= numbers(importanceWeighted(linearGaussian(k, 1000 * k + i).state).loss)[0] / repetitions;
      });
    }
    return sum;
  };

  it('rises with the number of samples to the exact evidence of a linear-Gaussian model', () => {
    const { evidence } = linearGaussian(1, 1);
    const bounds = [boundAt(1, 400), boundAt(5, 400), boundAt(50, 200)];
    expect(bounds[0]).toBeLessThan(bounds[1]);
    expect(bounds[1]).toBeLessThan(bounds[2]);
    expect(bounds[2]).toBeLessThan(evidence + 0.02);
    expect(Math.abs(boundAt(20_000, 1) - evidence)).toBeLessThan(0.02);
  });

  it('is the ELBO with a sampled rate for one sample', () => {
    const state = stepState({ n: 3 });
    const { distortion, rate } = weightParts(state);
    const expected = numbers(tf.mean(tf.add(distortion, rate)))[0];
    const { loss, terms } = importanceWeighted(state);
    expect(relativeError(numbers(loss)[0], expected)).toBeLessThan(1e-5);
    expect(numbers(terms['gap'])[0]).toBeCloseTo(0, 4);
  });

  it('is the logarithm of the mean weight, for each picture apart', () => {
    const [n, k] = [3, 4];
    const state = stepState({ n, k });
    const { distortion, rate } = weightParts(state);
    const logs = numbers(tf.neg(tf.add(distortion, rate)));
    const expected = Array.from({ length: n }, (_, i) => {
      const own = Array.from({ length: k }, (_, s) => logs[s * n + i]);
      const most = Math.max(...own);
      return most + Math.log(own.reduce((sum, x) => sum + Math.exp(x - most), 0) / k);
    }).reduce((a, b) => a + b / n, 0);
    expect(relativeError(-numbers(importanceWeighted(state).loss)[0], expected)).toBeLessThan(1e-5);
  });
});
