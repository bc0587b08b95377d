import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assign,
  drawFromMixture,
  expectation,
  fitMixture,
  type FittedMixture,
  type GaussianMixture,
  jointLogDensities,
  type MixtureOptions,
  parametersOf,
} from '../../src/core/mixture.ts';
import { adjustedRandIndex } from '../../src/core/partition.ts';
import { createRng } from '../../src/core/rng.ts';

const TRUTH: GaussianMixture = {
  size: 2,
  covariance: 'full',
  weights: Float64Array.from([0.5, 0.3, 0.2]),
  means: Float64Array.from([0, 0, 6, 0, 0, 7]),
  factors: [[1, 0, 0, 1], [0.5, 0, 1, 0.4], [1.5, 0, -1, 0.6]].map((rows) => Float64Array.from(rows)), // prettier-ignore
};

function fit(points: Float64Array, size: number, options: Partial<MixtureOptions>): FittedMixture {
  const steps = fitMixture(points, size, {
    components: 3,
    covariance: 'full',
    restarts: 5,
    rng: createRng(5),
    ...options,
  });
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

describe('a mixture of Gaussians', () => {
  const points = drawFromMixture(TRUTH, 3000, createRng(1));

  it('has densities that add up to 1', () => {
    const [low, high, step] = [-12, 16, 0.1];
    const grid: number[] = [];
    for (let x = low; x < high; x += step) for (let y = low; y < high; y += step) grid.push(x, y);
    const sum = jointLogDensities(TRUTH, Float64Array.from(grid)).reduce(
      (a, value) => a + Math.exp(value),
      0,
    );
    expect(sum * step ** 2).toBeCloseTo(1, 3);
  });

  it('finds what points were drawn from, no less likely than the truth', () => {
    const { mixture, logLikelihood } = fit(points, 2, {});
    expect(logLikelihood).toBeGreaterThan(expectation(TRUTH, points).logLikelihood - 1);
    const order = [0, 1, 2].sort((a, b) => mixture.weights[b] - mixture.weights[a]);
    order.forEach((k, i) => {
      expect(Math.abs(mixture.weights[k] - TRUTH.weights[i])).toBeLessThan(0.03);
      for (let d = 0; d < 2; d++)
        expect(Math.abs(mixture.means[2 * k + d] - TRUTH.means[2 * i + d])).toBeLessThan(0.15);
      mixture.factors[k].forEach((value, j) =>
        expect(Math.abs(value - TRUTH.factors[i][j])).toBeLessThan(0.15),
      );
    });
  });

  it('chooses the number of groups by the criterion', () => {
    const bics = [1, 2, 3, 4, 5].map((components) => fit(points, 2, { components, restarts: 3 }).bic);
    expect(bics.indexOf(Math.min(...bics))).toBe(2);
    expect(parametersOf(3, 2, 'full')).toBe(17);
    expect(parametersOf(3, 2, 'diagonal')).toBe(14);
  });

  it('keeps the best of its restarts, and shares every point out whole', () => {
    const shares = fc.record({
      seed: fc.nat(1000),
      components: fc.integer({ min: 1, max: 4 }),
      diagonal: fc.boolean(),
    });
    fc.assert(
      fc.property(shares, ({ seed, components, diagonal }) => {
        const few = drawFromMixture(TRUTH, 60, createRng(seed));
        const covariance = diagonal ? 'diagonal' : 'full';
        const one = fit(few, 2, { components, covariance, restarts: 1, rng: createRng(seed) });
        const more = fit(few, 2, { components, covariance, restarts: 4, rng: createRng(seed) });
        expect(more.logLikelihood).toBeGreaterThanOrEqual(one.logLikelihood);
        const { responsibilities } = expectation(one.mixture, few);
        for (let i = 0; i < 60; i++) {
          const row = responsibilities.subarray(i * components, (i + 1) * components);
          expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('tells points apart as they were drawn, and survives points that are all the same', () => {
    const separate = { ...TRUTH, means: TRUTH.means.map((x) => 3 * x) };
    const drawn = drawFromMixture(separate, 600, createRng(2));
    const truth = assign(separate, drawn);
    expect(adjustedRandIndex(truth, assign(fit(drawn, 2, {}).mixture, drawn))).toBeGreaterThan(0.99);
    const same = new Float64Array(20).fill(3);
    expect(fit(same, 2, { components: 2 }).logLikelihood).toSatisfy(Number.isFinite);
    expect(() => fit(same, 2, { components: 11 })).toThrow(RangeError);
  });
});

describe('the adjusted Rand index', () => {
  it('is what scikit-learn 1.9.1 says (adjusted_rand_score)', () => {
    expect(adjustedRandIndex([0, 0, 1, 1, 2, 2, 2, 0], [1, 1, 0, 0, 0, 2, 2, 2])).toBeCloseTo(0.23809523809523808, 12); // prettier-ignore
    expect(adjustedRandIndex([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2])).toBeCloseTo(0.24242424242424243, 12);
  });

  it('is 1 of the same groups by other names, and does not depend on the order of the two', () => {
    const labels = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(labels, labels, (a, b) => {
        const [left, right] = [a.slice(0, b.length), b.slice(0, a.length)];
        expect(adjustedRandIndex(left, left.map((label) => `group ${7 - label}`))).toBe(1); // prettier-ignore
        expect(adjustedRandIndex(left, right)).toBeCloseTo(adjustedRandIndex(right, left), 12);
      }),
    );
  });
});
