import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import type { Weights } from '../../../src/engine/model/weights.ts';
import { flowPrior, realNvp } from '../../../src/engine/objective/flow.ts';
import { posteriorLogDensity, standardNormalLogDensity } from '../../../src/engine/objective/log-density.ts';
import { mixturePrior } from '../../../src/engine/objective/mixture.ts';
import { vampPrior } from '../../../src/engine/objective/vamp.ts';
import type { WeightSpec } from '../../../src/engine/model/weights.ts';
import { gradientError, normal, numbers, relativeError, randomLatents } from './state.ts';

await openBackend({ prefer: 'tensorflow' });

/** Weights far from their first values, so that nothing is the identity. */
const shaken = (specs: readonly WeightSpec[], deviation = 0.5): Weights => {
  const values = new Map(specs.map(({ name, shape }, i) => [name, normal(shape, 50 + i, deviation)]));
  return { get: (name) => values.get(name) ?? expect.fail(name) };
};

describe('the flow', () => {
  const [size, flow] = [5, realNvp(5, 6, 16)];
  const weights = shaken(flow.weights, 0.3);
  const code = normal([7, size], 1) as tf.Tensor2D;

  it('is undone to 1e-5', () => {
    const there = flow.forward(code, weights).noise;
    const back = numbers(flow.inverse(there, weights));
    numbers(code).forEach((x, i) => expect(Math.abs(back[i] - x)).toBeLessThan(1e-5));
    expect(numbers(tf.max(tf.abs(tf.sub(there, code))))[0]).toBeGreaterThan(0.5);
  });

  it('has the log-determinant of its Jacobian, taken row by row', () => {
    const one = tf.slice(code, 0, 1);
    const rows = Array.from({ length: size }, (_, j) =>
      numbers(
        tf.grad((x) => tf.sum(tf.slice(flow.forward(x as tf.Tensor2D, weights).noise, [0, j], [1, 1])))(one),
      ),
    );
    const got = numbers(flow.forward(one, weights).logDeterminant)[0];
    expect(Math.abs(got - Math.log(Math.abs(determinant(rows))))).toBeLessThan(1e-4);
  });

  it('is N(0, 1) before it has learned anything', () => {
    const part = flowPrior(size, 6, 16);
    const first = new Map(
      part.weights?.map(({ name, shape, initial }, i) => [
        name,
        'constant' in initial
          ? tf.fill([...shape], initial.constant)
          : normal(shape, 80 + i, initial.standardDeviation),
      ]),
    );
    const prior = part.with({
      weights: { get: (name) => first.get(name) ?? expect.fail(name) },
      encode: () => expect.fail('encode was asked for'),
    });
    expect(numbers(prior.logDensity(code))).toEqual(numbers(standardNormalLogDensity(code)));
    expect(numbers(prior.draw(code, tf.zeros([7])))).toEqual(numbers(code));
  });

  it('is a density: in two dimensions it adds up to 1', () => {
    const part = flowPrior(2, 4, 8);
    const prior = part.with({
      weights: shaken(part.weights ?? [], 0.3),
      encode: () => expect.fail('encode was asked for'),
    });
    const [reach, count] = [20, 400];
    const at = (i: number): number => -reach + ((i + 0.5) * 2 * reach) / count;
    const grid = Array.from({ length: count * count }, (_, i) => [at(i % count), at(Math.floor(i / count))]);
    const total = numbers(tf.sum(tf.exp(prior.logDensity(tf.tensor2d(grid)))))[0];
    expect(total * ((2 * reach) / count) ** 2).toBeCloseTo(1, 2);
  });
});

describe('the VampPrior', () => {
  it('is an even mixture of the posteriors of its pictures, and its rate the sampled one', () => {
    const part = vampPrior(3, { width: 2, height: 2, channels: 1 });
    const components = randomLatents(3, 2, 60).posterior;
    let asked = 0;
    const weights = shaken(part.weights ?? []);
    const prior = part.with({
      weights,
      encode: (pixels) => {
        asked++;
        expect(pixels.shape).toEqual([3, 2, 2, 1]);
        const [least, most] = [numbers(tf.min(pixels))[0], numbers(tf.max(pixels))[0]];
        expect(least).toBeGreaterThan(0);
        expect(most).toBeLessThan(1);
        return { code: components.mean, posterior: components };
      },
    });
    const { posterior, code } = randomLatents(4, 2, 61, 2);
    const [means, logs] = [components.mean.arraySync(), components.logVariance.arraySync()];
    const logNormal = (x: number[], mean: number[], log: number[]): number =>
      x.reduce(
        (sum, v, d) => sum - 0.5 * (Math.log(2 * Math.PI) + log[d] + (v - mean[d]) ** 2 / Math.exp(log[d])),
        0,
      );
    const codes = code.arraySync();
    const expected = codes.map((x) =>
      Math.log(means.reduce((sum, mean, j) => sum + Math.exp(logNormal(x, mean, logs[j])) / 3, 0)),
    );
    numbers(prior.logDensity(code)).forEach((got, i) =>
      expect(relativeError(got, expected[i])).toBeLessThan(1e-5),
    );
    const own = [posterior.mean.arraySync(), posterior.logVariance.arraySync()];
    const rates = [0, 1, 2, 3].map((n) =>
      [n, n + 4].reduce((sum, i) => sum + (logNormal(codes[i], own[0][n], own[1][n]) - expected[i]) / 2, 0),
    );
    numbers(prior.rate(posterior, code)).forEach((got, n) => expect(got).toBeCloseTo(rates[n], 4));
    expect(asked).toBe(1);
    const noise = [[0.3, -1], [0, 2]]; // prettier-ignore
    const drawn = prior.draw(tf.tensor2d(noise), tf.tensor1d([0.99, 0.34])).arraySync();
    [2, 1].forEach((j, i) =>
      means[j].forEach((mean, d) =>
        expect(drawn[i][d]).toBeCloseTo(mean + Math.exp(logs[j][d] / 2) * noise[i][d], 5),
      ),
    );
  });
});

describe('a mixture of Gaussians as a prior', () => {
  const size = 3;
  const lower = [
    [0.8, 0, 0, 0.3, 1.1, 0, -0.5, 0.2, 0.4],
    [1.5, 0, 0, -0.7, 0.6, 0, 0.1, 0.9, 1.2],
  ];
  const means = [0.5, -1, 2, -1.5, 0, 0.3];
  const weights = Float64Array.of(0.3, 0.7);
  const mixtures = {
    full: lower.map((factor) => Float64Array.from(factor)),
    diagonal: [Float64Array.of(0.8, 1.1, 0.4), Float64Array.of(1.5, 0.6, 1.2)],
  };
  /** log N(x; mean, L·Lᵀ) with the inverse by cofactors. */
  const logNormal = (x: number[], mean: number[], factor: ArrayLike<number>): number => {
    const L = factor.length === 3
      ? [[factor[0], 0, 0], [0, factor[1], 0], [0, 0, factor[2]]]
      : [0, 1, 2].map((r) => [0, 1, 2].map((c) => factor[3 * r + c])); // prettier-ignore
    const sigma = L.map((a) => L.map((b) => a.reduce((sum, value, k) => sum + value * b[k], 0)));
    const delta = x.map((value, d) => value - mean[d]);
    const total = determinant(sigma);
    // Cramer's rule: Σ⁻¹·δ, a column at a time.
    const solved = [0, 1, 2].map(
      (c) => determinant(sigma.map((row, r) => row.map((value, k) => (k === c ? delta[r] : value)))) / total,
    );
    return (
      -0.5 * (3 * Math.log(2 * Math.PI) + Math.log(total) + delta.reduce((s, d, k) => s + d * solved[k], 0))
    );
  };

  it.each(['full', 'diagonal'] as const)(
    'has the density, the rate and the draws of one: %s',
    (covariance) => {
      const factors = mixtures[covariance];
      const prior = mixturePrior({ size, covariance, weights, means: Float64Array.from(means), factors });
      const { posterior, code } = randomLatents(4, size, 71, 2);
      const expected = code
        .arraySync()
        .map((x) =>
          Math.log(
            [0, 1].reduce(
              (sum, k) =>
                sum + weights[k] * Math.exp(logNormal(x, means.slice(3 * k, 3 * k + 3), factors[k])),
              0,
            ),
          ),
        );
      numbers(prior.logDensity(code)).forEach((got, i) =>
        expect(relativeError(got, expected[i])).toBeLessThan(1e-5),
      );
      const own = numbers(posteriorLogDensity(posterior, code));
      numbers(prior.rate(posterior, code)).forEach((got, n) =>
        expect(got).toBeCloseTo((own[n] - expected[n] + own[n + 4] - expected[n + 4]) / 2, 4),
      );
      const noise = [0.5, -1, 2];
      const drawn = prior.draw(tf.tensor2d([noise, noise]), tf.tensor1d([0.29, 0.31])).arraySync();
      drawn.forEach((row, k) =>
        row.forEach((got, d) => {
          const moved = noise.reduce(
            (sum, x, c) =>
              sum + x * (covariance === 'full' ? factors[k][3 * d + c] : c === d ? factors[k][d] : 0),
            0,
          );
          expect(got).toBeCloseTo(means[3 * k + d] + moved, 5);
        }),
      );
    },
  );

  it('has the gradient of its density', () => {
    const prior = mixturePrior({
      size,
      covariance: 'full',
      weights,
      means: Float64Array.from(means),
      factors: mixtures.full,
    });
    const at = normal([5, size], 72);
    expect(gradientError((x) => tf.sum(prior.logDensity(x as tf.Tensor2D)), at)).toBeLessThan(0.02);
  });
});

function determinant(rows: number[][]): number {
  const m = rows.map((row) => [...row]);
  let value = 1;
  for (let c = 0; c < m.length; c++) {
    const pivot = m.reduce(
      (best, row, r) => (r >= c && Math.abs(row[c]) > Math.abs(m[best][c]) ? r : best),
      c,
    );
    if (pivot !== c) {
      [m[c], m[pivot]] = [m[pivot], m[c]];
      value = -value;
    }
    value *= m[c][c];
    for (let r = c + 1; r < m.length; r++) {
      const factor = m[r][c] / m[c][c];
      for (let k = c; k < m.length; k++) m[r][k] -= factor * m[c][k];
    }
  }
  return value;
}
