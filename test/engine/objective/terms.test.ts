import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createRng, fillNormal } from '../../../src/core/rng.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { negativeElbo } from '../../../src/engine/objective/bound.ts';
import {
  bernoulli,
  gaussian,
  meanSquaredError,
  optimalGaussian,
} from '../../../src/engine/objective/likelihood.ts';
import { klPerDimension, standardNormalRate } from '../../../src/engine/objective/rate.ts';
import { ssim, structuralDistortion } from '../../../src/engine/objective/ssim.ts';
import { stepState } from './state.ts';

await openBackend({ prefer: 'tensorflow' });

const random = (shape: [number, number, number, number], seed: number, deviation = 1): tf.Tensor4D => {
  const values = fillNormal(new Float32Array(shape.reduce((a, b) => a * b)), createRng(seed));
  return tf.tensor4d(
    values.map((x) => x * deviation),
    shape,
  );
};
const pictures = (shape: [number, number, number, number], seed: number): tf.Tensor4D =>
  tf.sigmoid(random(shape, seed));

/** The gradient of a scalar function against central differences, along random directions. */
function checkGradient(
  f: (x: tf.Tensor4D) => tf.Scalar,
  at: tf.Tensor4D,
  step = 1e-2,
  tolerance = 1e-2,
): void {
  const gradient = tf.grad(f as (x: tf.Tensor) => tf.Tensor)(at);
  for (let seed = 100; seed < 104; seed++) {
    const direction = random(at.shape, seed);
    const along = tf.sum(tf.mul(gradient, direction)).dataSync()[0];
    const ahead = f(tf.add(at, tf.mul(direction, step))).dataSync()[0];
    const behind = f(tf.sub(at, tf.mul(direction, step))).dataSync()[0];
    const measured = (ahead - behind) / (2 * step);
    const scale = Math.max(Math.abs(measured), tf.norm(gradient).dataSync()[0] * 0.1, 1e-6);
    expect(Math.abs(along - measured) / scale).toBeLessThan(tolerance);
  }
}

describe('rate', () => {
  const mean = tf.tensor2d([[0, 1.5, -2]]);
  const logVariance = tf.tensor2d([[0, -1, 0.7]]);

  it('equals the integral of q·log(q/p), taken numerically', () => {
    const closed = klPerDimension({ mean, logVariance }).dataSync();
    for (let k = 0; k < 3; k++) {
      const [mu, variance] = [mean.dataSync()[k], Math.exp(logVariance.dataSync()[k])];
      const logNormal = (x: number, m: number, v: number): number =>
        -0.5 * (Math.log(2 * Math.PI * v) + (x - m) ** 2 / v);
      let integral = 0;
      const step = 1e-3;
      for (let x = mu - 12; x < mu + 12; x += step) {
        const logQ = logNormal(x, mu, variance);
        integral += Math.exp(logQ) * (logQ - logNormal(x, 0, 1)) * step;
      }
      expect(closed[k]).toBeCloseTo(integral, 4);
    }
  });

  it('is zero, with a zero gradient, where the posterior is the prior', () => {
    const zeros = tf.zeros<tf.Rank.R2>([2, 3]);
    expect(standardNormalRate({ mean: zeros, logVariance: zeros }).dataSync()).toEqual(new Float32Array(2));
    const [dMean, dLog] = tf.grads((m, l) =>
      tf.sum(standardNormalRate({ mean: m as tf.Tensor2D, logVariance: l as tf.Tensor2D })),
    )([zeros, zeros]);
    expect(dMean.dataSync()).toEqual(new Float32Array(6));
    expect(dLog.dataSync()).toEqual(new Float32Array(6));
  });

  it('has the gradients μ and ½(σ² − 1)', () => {
    const [dMean, dLog] = tf.grads((m, l) =>
      tf.sum(standardNormalRate({ mean: m as tf.Tensor2D, logVariance: l as tf.Tensor2D })),
    )([mean, logVariance]);
    expect([...dMean.dataSync()]).toEqual([...mean.dataSync()]);
    logVariance
      .dataSync()
      .forEach((l, k) => expect(dLog.dataSync()[k]).toBeCloseTo((Math.exp(l) - 1) / 2, 6));
  });
});

describe('likelihoods', () => {
  const shape: [number, number, number, number] = [3, 8, 8, 2];
  const dimensions = 128;

  it('the optimal Gaussian is the fixed one at its best standard deviation', () => {
    const [x, logits] = [pictures(shape, 1), random(shape, 2)];
    const mean = optimalGaussian.mean(logits);
    const errors = meanSquaredError(x, mean).dataSync();
    const optimal = optimalGaussian.distortion(x, logits, mean).dataSync();
    errors.forEach((error, n) => {
      const at = (deviation: number): number => gaussian(deviation).distortion(x, logits, mean).dataSync()[n];
      const best = at(Math.sqrt(error));
      expect(Math.abs(optimal[n] - best) / Math.abs(best)).toBeLessThan(1e-4);
      expect(at(Math.sqrt(error) * 1.2)).toBeGreaterThan(best);
      expect(at(Math.sqrt(error) / 1.2)).toBeGreaterThan(best);
    });
  });

  it('the Gaussian is −log of the normal density, summed', () => {
    const [x, logits] = [pictures(shape, 3), random(shape, 4)];
    const mean = gaussian(0.3).mean(logits);
    const [xs, ms] = [x.dataSync(), mean.dataSync()];
    let expected = 0;
    for (let i = 0; i < dimensions; i++) {
      expected += 0.5 * (Math.log(2 * Math.PI * 0.09) + (xs[i] - ms[i]) ** 2 / 0.09);
    }
    expect(gaussian(0.3).distortion(x, logits, mean).dataSync()[0]).toBeCloseTo(expected, 2);
  });

  it('the Bernoulli is the cross-entropy, and stays finite at extreme logits', () => {
    const [x, logits] = [pictures(shape, 5), random(shape, 6)];
    const mean = bernoulli.mean(logits);
    const [xs, ms] = [x.dataSync(), mean.dataSync()];
    let expected = 0;
    for (let i = 0; i < dimensions; i++)
      expected -= xs[i] * Math.log(ms[i]) + (1 - xs[i]) * Math.log(1 - ms[i]);
    expect(bernoulli.distortion(x, logits, mean).dataSync()[0]).toBeCloseTo(expected, 2);
    const extreme = tf.tensor4d([200, -200], [1, 1, 2, 1]);
    const value = bernoulli
      .distortion(tf.tensor4d([1, 0], [1, 1, 2, 1]), extreme, bernoulli.mean(extreme))
      .dataSync()[0];
    expect(value).toBe(0);
  });

  it.each([
    ['optimal-gaussian', optimalGaussian],
    ['gaussian', gaussian(0.5)],
    ['bernoulli', bernoulli],
  ])('%s: gradient against finite differences', (_, likelihood) => {
    const x = pictures(shape, 7);
    checkGradient((l) => tf.mean(likelihood.distortion(x, l, likelihood.mean(l))), random(shape, 8));
  });
});

/** SSIM as the definition has it, window by window. */
function ssimByDefinition(a: tf.Tensor4D, b: tf.Tensor4D, window: number): number[] {
  const [n, h, w, c] = a.shape;
  const [as, bs] = [a.dataSync(), b.dataSync()];
  return Array.from({ length: n }, (_, i) => {
    const values: number[] = [];
    for (let y = 0; y + window <= h; y++) {
      for (let x = 0; x + window <= w; x++) {
        for (let k = 0; k < c; k++) {
          const [p, q]: [number[], number[]] = [[], []];
          for (let dy = 0; dy < window; dy++) {
            for (let dx = 0; dx < window; dx++) {
              const at = ((i * h + y + dy) * w + x + dx) * c + k;
              p.push(as[at]);
              q.push(bs[at]);
            }
          }
          const mean = (v: number[]): number => v.reduce((s, e) => s + e, 0) / v.length;
          const [mp, mq] = [mean(p), mean(q)];
          const covariance = (u: number[], v: number[], mu: number, mv: number): number =>
            mean(u.map((e, j) => (e - mu) * (v[j] - mv)));
          const [vp, vq, vpq] = [
            covariance(p, p, mp, mp),
            covariance(q, q, mq, mq),
            covariance(p, q, mp, mq),
          ];
          values.push(
            ((2 * mp * mq + 1e-4) * (2 * vpq + 9e-4)) / ((mp * mp + mq * mq + 1e-4) * (vp + vq + 9e-4)),
          );
        }
      }
    }
    return values.reduce((s, e) => s + e, 0) / values.length;
  });
}

describe('ssim', () => {
  it('is the mean of the definition over all windows, also on pictures that are not square', () => {
    const [a, b] = [pictures([2, 12, 9, 3], 11), pictures([2, 12, 9, 3], 12)];
    const expected = ssimByDefinition(a, b, 7);
    ssim(a, b)
      .dataSync()
      .forEach((value, n) => expect(value).toBeCloseTo(expected[n], 4));
  });

  it('is 1 for equal pictures and takes the whole of a picture smaller than its window', () => {
    const a = pictures([1, 16, 16, 3], 13);
    expect(ssim(a, a).dataSync()[0]).toBeCloseTo(1, 5);
    const tiny = pictures([1, 4, 4, 1], 14);
    expect(ssim(tiny, pictures([1, 4, 4, 1], 15)).dataSync()[0]).toBeCloseTo(
      ssimByDefinition(tiny, pictures([1, 4, 4, 1], 15), 4)[0],
      4,
    );
  });

  it('with a stride says nearly the same of smooth pictures', () => {
    const smooth = (seed: number): tf.Tensor4D =>
      tf.image.resizeBilinear(pictures([2, 8, 8, 3], seed), [64, 64]);
    const [a, b] = [smooth(16), smooth(17)];
    const [all, some] = [ssim(a, b).dataSync(), ssim(a, b, 7, 2).dataSync()];
    all.forEach((value, n) => expect(Math.abs(value - some[n])).toBeLessThan(0.02));
  });

  it.each([1, 2])('gradient against finite differences, stride %i', (stride) => {
    const target = pictures([2, 11, 10, 2], 18);
    checkGradient((y) => tf.mean(ssim(target, y, 7, stride)), pictures([2, 11, 10, 2], 19), 1e-3, 2e-2);
  });

  it('the structural distortion falls as pictures become alike, and stays finite when they are', () => {
    const a = pictures([1, 16, 16, 3], 20);
    const near = tf.add<tf.Tensor4D>(a, random([1, 16, 16, 3], 21, 0.02));
    const far = tf.add<tf.Tensor4D>(a, random([1, 16, 16, 3], 21, 0.2));
    const of = (b: tf.Tensor4D): number => structuralDistortion(a, b, 0.25, 7).dataSync()[0];
    expect(of(near)).toBeLessThan(of(far));
    expect(Number.isFinite(of(a))).toBe(true);
  });
});

describe('the negative ELBO', () => {
  it('adds β times the rate to the distortion', () => {
    const { loss, terms } = negativeElbo(stepState({}, { scheduled: { beta: tf.scalar(2.5) } }));
    const [d, r] = [terms['distortion'].dataSync()[0], terms['rate'].dataSync()[0]];
    expect(loss.dataSync()[0]).toBeCloseTo(d + 2.5 * r, 3);
  });

  it('averages the distortion over the samples of each picture', () => {
    const [one, two] = [random([2, 4, 4, 1], 32), random([2, 4, 4, 1], 33)];
    const of = (logits: tf.Tensor4D): number =>
      negativeElbo(stepState({}, { logits, mean: bernoulli.mean(logits) })).terms['distortion'].dataSync()[0];
    expect(of(tf.concat([one, two]))).toBeCloseTo((of(one) + of(two)) / 2, 4);
  });
});
