import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MorphloomError } from '../../../src/contract/errors.ts';
import { createRng } from '../../../src/core/rng.ts';
import { fitLatentGaussian, mahalanobis } from '../../../src/engine/latent/aggregate.ts';
import { seenDifference } from '../../../src/engine/morph/codec.ts';
import { latentPath } from '../../../src/engine/morph/path.ts';
import { TimelineStudio } from '../../../src/engine/morph/timeline.ts';
import { walkLatents, walkTimeline } from '../../../src/engine/morph/walk.ts';
import { discCodec } from './disc.ts';
import { collect, floats, materialOf } from './gallery.ts';

/** Latents in two crowds of unlike spread, as labelled pictures lie. */
function crowds(seed: number, pictures: number, size: number): Float32Array {
  const rng = createRng(seed, 1);
  return Float32Array.from({ length: pictures * size }, (_, i) => {
    const far = Math.floor(i / size) % 2 === 0 ? 0 : 3;
    return far + (0.2 + (i % size)) * rng.normal();
  });
}

/** Distances of the pictures, from the nearest on, and of many moments of the walk's curve. */
function distances(means: Float32Array, size: number, walk: readonly Float32Array[]) {
  const gaussian = fitLatentGaussian(means, null, size);
  const distance = (latent: Float32Array): number => mahalanobis(latent, gaussian);
  const pictures = Array.from({ length: means.length / size }, (_, n) =>
    distance(means.subarray(n * size, (n + 1) * size)),
  ).sort((a, b) => a - b);
  const path = latentPath('spline', walk, true);
  const latent = new Float32Array(size);
  const moments = Array.from({ length: 50 * path.segments }, (_, i) => {
    path.at(Math.floor(i / 50), (i % 50) / 50, latent);
    return distance(latent);
  });
  return { pictures, moments };
}

const world = fc.record({
  seed: fc.nat(1000),
  pictures: fc.integer({ min: 3, max: 120 }),
  size: fc.integer({ min: 1, max: 12 }),
  count: fc.integer({ min: 3, max: 20 }),
  temperature: fc.double({ min: 0.2, max: 3, noNaN: true }),
});

describe('a random walk', () => {
  it('is nowhere farther out than 95% of the pictures', () => {
    fc.assert(
      fc.property(world, ({ seed, pictures, size, count, temperature }) => {
        const means = crowds(seed, pictures, size);
        const walk = walkLatents(means, size, { count, temperature, seed });
        const { pictures: own, moments } = distances(means, size, walk);
        const limit = own[Math.ceil(0.95 * pictures) - 1];
        expect(Math.max(...moments)).toBeLessThanOrEqual(limit * 1.005);
      }),
      { numRuns: 150 },
    );
  });

  it('keeps about as far from the middle as pictures are', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const size = 24;
      const means = crowds(seed, 400, size);
      const walk = walkLatents(means, size, { count: 8, temperature: 1, seed });
      const { pictures, moments } = distances(means, size, walk);
      const typical = pictures[200];
      expect(Math.min(...moments)).toBeGreaterThan(0.5 * typical);
      expect(moments.reduce((a, b) => a + b) / moments.length).toBeGreaterThan(0.7 * typical);
    }
  });

  it('comes out the same for the same request, and another for another seed', () => {
    const means = crowds(1, 40, 6);
    const draw = (seed: number): Float32Array[] => walkLatents(means, 6, { count: 5, temperature: 1, seed });
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7)).toHaveLength(5);
  });

  it('passes its seam at the speed that it has everywhere', async () => {
    const rng = createRng(3, 1);
    const between = (low: number, high: number): number => low + (high - low) * rng.uniform();
    const means = Float32Array.from(
      Array.from({ length: 60 }, () => [
        ...[between(1.6, 3.2), between(1.6, 3.2), between(0.6, 1.2)],
        ...[between(0.2, 0.8), between(0.2, 0.8), between(0.2, 0.8)],
      ]).flat(),
    );
    const walk = walkLatents(means, 6, { count: 6, temperature: 1, seed: 4 });
    const settings = { frames: 120, framesPerSecond: 30, path: 'spline', ease: 'linear', hold: 0 } as const;
    const timeline = walkTimeline('Walk', walk, (n) => `${n}`, settings);
    const plan = await new TimelineStudio(discCodec, materialOf({ pictures: {} })).plan(timeline);
    const frames = (await collect(plan)).map(({ data }) => floats(data));
    expect(frames).toHaveLength(120);
    const steps = frames.map((frame, i) => seenDifference(frame, frames[(i + 1) % 120]));
    const median = [...steps].sort((a, b) => a - b)[60];
    const seam = [...steps.slice(-3), ...steps.slice(0, 3)];
    for (const step of seam) {
      expect(step / median).toBeGreaterThan(0.85);
      expect(step / median).toBeLessThan(1.15);
    }
    expect(Math.max(...steps) / median).toBeLessThan(1.15);
  });

  it('says what it cannot do', () => {
    const problem = (means: Float32Array, count: number): MorphloomError | null => {
      try {
        walkLatents(means, 2, { count, temperature: 1, seed: 1 });
        return null;
      } catch (error) {
        return error as MorphloomError;
      }
    };
    expect(problem(new Float32Array(2), 4)?.code).toBe('usage');
    expect(problem(crowds(1, 9, 2), 2)?.message).toMatch(/3 to 256 places/);
  });
});
