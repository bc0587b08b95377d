import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { standardNormalLogDensity } from '../../../src/engine/objective/log-density.ts';
import {
  rateParts,
  totalCorrelationBound,
  type Sampling,
} from '../../../src/engine/objective/total-correlation.ts';
import { normal, numbers, randomLatents, relativeError, stepState } from './state.ts';

await openBackend({ prefer: 'tensorflow' });

const logNormal = (x: number, mean: number, logVariance: number): number =>
  -0.5 * (Math.log(2 * Math.PI) + logVariance + (x - mean) ** 2 / Math.exp(logVariance));

/** The three parts, summed term by term in double precision as the paper has them. */
function byLoops(
  { posterior, code }: ReturnType<typeof randomLatents>,
  pictures: number,
  sampling: Sampling,
): number[] {
  const [means, logs, codes] = [
    posterior.mean.arraySync(),
    posterior.logVariance.arraySync(),
    code.arraySync(),
  ];
  const [n, z] = posterior.mean.shape;
  const totals = [0, 0, 0];
  codes.forEach((c, i) => {
    const weight = (j: number): number =>
      sampling === 'weighted'
        ? 1 / (pictures * n)
        : j === i % n
          ? 1 / pictures
          : (pictures - 1) / (pictures * (n - 1));
    const density = (j: number, d: number): number => Math.exp(logNormal(c[d], means[j][d], logs[j][d]));
    const all = Array.from({ length: z }, (_, d) => d);
    let together = 0;
    for (let j = 0; j < n; j++) together += weight(j) * all.reduce((p, d) => p * density(j, d), 1);
    const apart = all.reduce((sum, d) => {
      let q = 0;
      for (let j = 0; j < n; j++) q += weight(j) * density(j, d);
      return sum + Math.log(q);
    }, 0);
    const own = all.reduce((sum, d) => sum + logNormal(c[d], means[i % n][d], logs[i % n][d]), 0);
    const prior = all.reduce((sum, d) => sum + logNormal(c[d], 0, 0), 0);
    totals[0] += (own - Math.log(together)) / codes.length;
    totals[1] += (Math.log(together) - apart) / codes.length;
    totals[2] += (apart - prior) / codes.length;
  });
  return totals;
}

const partsOf = (
  latents: ReturnType<typeof randomLatents>,
  pictures: number,
  sampling: Sampling,
): number[] => {
  const logPrior = standardNormalLogDensity(latents.code);
  const parts = rateParts(latents.posterior, latents.code, logPrior, tf.scalar(pictures), sampling);
  return [parts.mutualInformation, parts.totalCorrelation, parts.dimensionWise].map((x) => numbers(x)[0]);
};

describe('the parts of the rate', () => {
  it.each([
    ['weighted', 1],
    ['weighted', 3],
    ['stratified', 1],
    ['stratified', 3],
  ] as const)('are those of the paper, %s, %i samples', (sampling, k) => {
    const latents = randomLatents(6, 3, 11, k);
    const expected = byLoops(latents, 500, sampling);
    partsOf(latents, 500, sampling).forEach((got, i) =>
      expect(Math.abs(got - expected[i]) / Math.max(1, Math.abs(expected[i]))).toBeLessThan(1e-5),
    );
  });

  it('add up to log q(z | x) − log p(z), however they are estimated', () => {
    const latents = randomLatents(6, 3, 12);
    const sum = (sampling: Sampling, pictures: number): number =>
      partsOf(latents, pictures, sampling).reduce((a, b) => a + b);
    expect(relativeError(sum('stratified', 50), sum('weighted', 6000))).toBeLessThan(1e-5);
  });

  it('find the total correlation of a known Gaussian: −½ log(1 − ρ²)', () => {
    const [n, spread] = [1500, 0.3];
    // Means on a line of correlation r, and independent spread around them.
    const first = normal([n, 1], 13);
    const second = tf.add(tf.mul(first, 0.9), tf.mul(normal([n, 1], 14), Math.sqrt(1 - 0.81)));
    const mean = tf.concat<tf.Tensor2D>([first as tf.Tensor2D, second as tf.Tensor2D], 1);
    const logVariance = tf.fill<tf.Rank.R2>([n, 2], 2 * Math.log(spread));
    const code = tf.add<tf.Tensor2D>(mean, tf.mul(normal([n, 2], 15), spread));
    const rho = 0.9 / (1 + spread ** 2);
    const [, correlation] = partsOf({ posterior: { mean, logVariance }, code }, n, 'stratified');
    expect(Math.abs(correlation - -0.5 * Math.log(1 - rho ** 2))).toBeLessThan(0.06);
    // Independent means have none.
    const loose = normal([n, 2], 16) as tf.Tensor2D;
    const drawn = tf.add<tf.Tensor2D>(loose, tf.mul(normal([n, 2], 17), spread));
    const [, none] = partsOf({ posterior: { mean: loose, logVariance }, code: drawn }, n, 'stratified');
    expect(Math.abs(none)).toBeLessThan(0.06);
  });

  it('with a weight of 1 make the ELBO with a sampled rate, and β weighs the correlation alone', () => {
    const state = stepState({ n: 5 }, { pictures: tf.scalar(80) });
    const loss = (beta: number): { loss: number; terms: Record<string, number> } => {
      const value = totalCorrelationBound('weighted')({ ...state, scheduled: { beta: tf.scalar(beta) } });
      const terms = Object.entries(value.terms).map(([name, term]) => [name, numbers(term)[0]]);
      return { loss: numbers(value.loss)[0], terms: Object.fromEntries(terms) as Record<string, number> };
    };
    const plain = loss(1);
    const { distortion, information, correlation, dimensions } = plain.terms;
    expect(relativeError(plain.loss, distortion + information + correlation + dimensions)).toBeLessThan(1e-5);
    expect(loss(4).loss - plain.loss).toBeCloseTo(3 * correlation, 3);
  });
});
