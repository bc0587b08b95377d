import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import type { Weights } from '../../../src/engine/model/weights.ts';
import { flowPrior, realNvp } from '../../../src/engine/objective/flow.ts';
import { standardNormalLogDensity } from '../../../src/engine/objective/log-density.ts';
import { vampPrior } from '../../../src/engine/objective/vamp.ts';
import type { WeightSpec } from '../../../src/engine/model/weights.ts';
import { normal, numbers, relativeError, randomLatents } from './state.ts';

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
    expect(numbers(prior.draw?.(code) ?? expect.fail())).toEqual(numbers(code));
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
