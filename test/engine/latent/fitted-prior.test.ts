import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { fitPrior, type FittedPrior } from '../../../src/engine/latent/fitted-prior.ts';
import type { MixtureWishes } from '../../../src/engine/objective/prior.ts';

const AUTO: MixtureWishes = { gaussians: 0, covariance: 'auto' };
const SIZE = 2;

/** Latents in `clouds` places on a circle, each `deviation` wide. */
function clouds(count: number, places: number, deviation: number): Float32Array {
  const rng = createRng(3);
  return Float32Array.from({ length: count * SIZE }, (_, i) => {
    const angle = (2 * Math.PI * (Math.floor(i / SIZE) % places)) / places;
    return 4 * (i % SIZE === 0 ? Math.cos(angle) : Math.sin(angle)) + deviation * rng.normal();
  });
}

function fit(mean: Float32Array, logVariance: Float32Array | null, wishes = AUTO): FittedPrior {
  const steps = fitPrior({ mean, logVariance }, SIZE, wishes, createRng(1));
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

const even = (mean: Float32Array, variance: number): Float32Array =>
  new Float32Array(mean.length).fill(Math.log(variance));

describe('the mixture that is fitted to latents', () => {
  it('finds the clouds that are there, and adds what the posteriors are wide themselves', () => {
    const mean = clouds(800, 4, 0.3);
    const { mixture } = fit(mean, even(mean, 0.16));
    expect(mixture.weights).toHaveLength(4);
    mixture.weights.forEach((share) => expect(share).toBeCloseTo(0.25, 2));
    // 0.3² + 0.4²
    for (const factor of mixture.factors) expect(factor[0]).toBeCloseTo(0.5, 1);
    for (let k = 0; k < 4; k++)
      expect(Math.hypot(mixture.means[2 * k], mixture.means[2 * k + 1])).toBeCloseTo(4, 1);
  });

  it('keeps N(0, 1) where the latents lie like it: nothing is better for nothing', () => {
    const rng = createRng(8);
    const mean = Float32Array.from({ length: 300 * SIZE }, () => 0.8 * rng.normal());
    const { mixture, criterion, criterionOfNormal } = fit(mean, even(mean, 0.36));
    expect(mixture.weights).toHaveLength(1);
    expect([...mixture.means, ...mixture.factors[0]]).toEqual([0, 0, 1, 1]);
    expect(criterion).toBe(criterionOfNormal);
  });

  it('is fitted to a code without posteriors, with as many Gaussians as are asked for', () => {
    const { mixture } = fit(clouds(200, 4, 0.3), null, { gaussians: 3, covariance: 'full' });
    expect(mixture.weights).toHaveLength(3);
    expect(mixture.factors[0]).toHaveLength(SIZE * SIZE);
  });

  it('exists for a single picture', () => {
    const { mixture } = fit(Float32Array.of(1, 2), Float32Array.of(-4, -4));
    expect([...mixture.means, ...mixture.weights].every(Number.isFinite)).toBe(true);
  });
});
