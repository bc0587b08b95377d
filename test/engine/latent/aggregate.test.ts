import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { drawLatents, fitLatentGaussian } from '../../../src/engine/latent/aggregate.ts';

const SIZE = 3;
/** Mixes independent normals into correlated ones: rows of a lower triangle. */
const MIX = [
  [2, 0, 0],
  [0.5, 1, 0],
  [-1, 0.3, 0.25],
];
const CENTRE = [1, -2, 0.5];
const COVARIANCE = MIX.map((a) => MIX.map((b) => a.reduce((sum, value, k) => sum + value * b[k], 0)));

function correlated(count: number, seed: number): Float32Array {
  const rng = createRng(seed);
  const out = new Float32Array(count * SIZE);
  for (let n = 0; n < count; n++) {
    const noise = [rng.normal(), rng.normal(), rng.normal()];
    MIX.forEach(
      (row, k) => (out[n * SIZE + k] = CENTRE[k] + row.reduce((sum, m, i) => sum + m * noise[i], 0)),
    );
  }
  return out;
}

function moments(latents: Float32Array): { mean: number[]; covariance: number[][] } {
  const count = latents.length / SIZE;
  const mean = [0, 1, 2].map((k) =>
    latents.reduce((sum, v, i) => (i % SIZE === k ? sum + v / count : sum), 0),
  );
  const covariance = [0, 1, 2].map((a) =>
    [0, 1, 2].map((b) => {
      let sum = 0;
      for (let n = 0; n < count; n++)
        sum += (latents[n * SIZE + a] - mean[a]) * (latents[n * SIZE + b] - mean[b]);
      return sum / count;
    }),
  );
  return { mean, covariance };
}

function expectMoments(
  latents: Float32Array,
  mean: readonly number[],
  covariance: readonly (readonly number[])[],
): void {
  const actual = moments(latents);
  mean.forEach((m, k) => expect(Math.abs(actual.mean[k] - m)).toBeLessThan(0.05));
  covariance.forEach((row, a) =>
    row.forEach((c, b) => expect(Math.abs(actual.covariance[a][b] - c)).toBeLessThan(0.12)),
  );
}

describe('the Gaussian of the latents', () => {
  const means = correlated(20_000, 1);

  it('draws latents with the mean and the covariance of those it was fitted to', () => {
    const gaussian = fitLatentGaussian(means, null, SIZE);
    expectMoments(drawLatents(gaussian, 20_000, 1, createRng(2)), CENTRE, COVARIANCE);
  });

  it('adds what the posteriors are wide themselves', () => {
    const variances = [0.5, 1, 2];
    const logVariances = Float32Array.from(means, (_, i) => Math.log(variances[i % SIZE]));
    const wider = COVARIANCE.map((row, a) => row.map((c, b) => (a === b ? c + variances[a] : c)));
    const gaussian = fitLatentGaussian(means, logVariances, SIZE);
    expectMoments(drawLatents(gaussian, 20_000, 1, createRng(3)), CENTRE, wider);
  });

  it('temperature scales the distance from the mean, draw by draw', () => {
    const gaussian = fitLatentGaussian(means, null, SIZE);
    const [cold, warm] = [0.5, 1].map((t) => drawLatents(gaussian, 50, t, createRng(4)));
    cold.forEach((v, i) => {
      const middle = gaussian.mean[i % SIZE];
      expect(v - middle).toBeCloseTo((warm[i] - middle) / 2, 5);
    });
    const frozen = drawLatents(gaussian, 2, 0, createRng(4));
    frozen.forEach((v, i) => expect(v).toBeCloseTo(gaussian.mean[i % SIZE], 6));
  });

  it('gives the same draws for the same generator', () => {
    const gaussian = fitLatentGaussian(means, null, SIZE);
    expect(drawLatents(gaussian, 9, 1, createRng(5))).toEqual(drawLatents(gaussian, 9, 1, createRng(5)));
  });

  it('exists for fewer pictures than dimensions, and for pictures that are all the same', () => {
    for (const few of [
      Float32Array.of(1, 2, 3),
      Float32Array.of(1, 2, 3, 1, 2, 3),
      means.slice(0, 2 * SIZE),
    ]) {
      const drawn = drawLatents(fitLatentGaussian(few, null, SIZE), 100, 1, createRng(6));
      expect(drawn.every(Number.isFinite)).toBe(true);
    }
    const drawn = moments(
      drawLatents(fitLatentGaussian(Float32Array.of(1, 2, 3), null, SIZE), 100, 1, createRng(6)),
    );
    drawn.mean.forEach((m, k) => expect(m).toBeCloseTo(k + 1, 1));
  });

  it('is refused where there is no picture', () => {
    expect(() => fitLatentGaussian(new Float32Array(0), null, SIZE)).toThrow(RangeError);
  });
});
