import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng, fillNormal } from '../../../src/core/rng.ts';
import { principalAxes, project } from '../../../src/engine/latent/axes.ts';
import { mapLatents, nearest } from '../../../src/engine/latent/map.ts';

/** Three clouds far from each other, in `size` dimensions. */
function clouds(size: number, each: number): { latents: Float32Array; cloud: number[] } {
  const rng = createRng(9, size);
  const latents = fillNormal(new Float32Array(3 * each * size), rng);
  const cloud = Array.from({ length: 3 * each }, (_, i) => i % 3);
  cloud.forEach((c, i) => (latents[i * size + c] += 30));
  return { latents, cloud };
}

describe('the principal axes of latents', () => {
  it('are those along which they vary, one standard deviation of it, with all shares', () => {
    const n = 4000;
    const rng = createRng(2);
    const latents = new Float32Array(n * 4);
    for (let i = 0; i < n; i++) {
      // Only two of four dimensions differ.
      latents.set([7 + 3 * rng.normal(), -2, rng.normal(), 0], i * 4);
    }
    const { axes, deviations, shares, mean } = principalAxes(latents, 4, 4);
    expect(deviations[0]).toBeCloseTo(3, 0);
    expect(deviations[1]).toBeCloseTo(1, 0);
    expect(deviations[2] + deviations[3]).toBeLessThan(1e-6);
    expect(Math.abs(axes[0])).toBeCloseTo(1, 3);
    expect(Math.abs(axes[4 + 2])).toBeCloseTo(1, 3);
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
    expect(mean[1]).toBeCloseTo(-2, 9);
  });

  it('give back what was projected on all of them', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 20 }),
        (seed, size, n) => {
          const latents = fillNormal(new Float32Array(n * size), createRng(seed));
          const all = principalAxes(latents, size, size);
          const flat = project(latents, all);
          for (let i = 0; i < n; i++) {
            for (let k = 0; k < size; k++) {
              let value = all.mean[k];
              for (let a = 0; a < size; a++) value += flat[i * size + a] * all.axes[a * size + k];
              expect(value).toBeCloseTo(latents[i * size + k], 4);
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keep their signs when the same latents come again', () => {
    const { latents } = clouds(5, 30);
    const turned = Float32Array.from(
      latents,
      (_, i) => latents[latents.length - 5 - 5 * Math.floor(i / 5) + (i % 5)],
    );
    const [one, two] = [principalAxes(latents, 5, 2), principalAxes(turned, 5, 2)];
    one.axes.forEach((x, i) => expect(two.axes[i]).toBeCloseTo(x, 6));
  });
});

describe('the nearest latents', () => {
  it('are those that a search of all pairs finds', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        (seed, n, count) => {
          // Whole numbers, so that equal distances occur.
          const latents = fillNormal(new Float32Array(n * 3), createRng(seed)).map(Math.round);
          const to = latents.slice(0, 3);
          const all = Array.from({ length: n }, (_, index) => ({
            index,
            distance: Math.hypot(...to.map((x, k) => x - latents[index * 3 + k])),
          }));
          const expected = all.sort((a, b) => a.distance - b.distance || a.index - b.index).slice(0, count);
          expect(nearest(latents, 3, to, count).map(({ index }) => index)).toEqual(
            expected.map(({ index }) => index),
          );
        },
      ),
    );
  });
});

describe('a map', () => {
  for (const method of ['pca', 'umap'] as const) {
    it(`by ${method} keeps clouds apart, lies in the unit square, and is the same again`, async () => {
      const { latents, cloud } = clouds(10, 20);
      const points = await mapLatents(latents, 10, method);
      expect(await mapLatents(latents, 10, method)).toEqual(points);
      expect(Math.min(...points)).toBeGreaterThanOrEqual(-1e-6);
      expect(Math.max(...points)).toBeLessThanOrEqual(1 + 1e-6);
      const middle = (c: number): number[] =>
        [0, 1].map((axis) => {
          const own = cloud.flatMap((other, i) => (other === c ? [points[2 * i + axis]] : []));
          return own.reduce((a, b) => a + b) / own.length;
        });
      const middles = [middle(0), middle(1), middle(2)];
      cloud.forEach((c, i) => {
        const distances = middles.map(([x, y]) => Math.hypot(points[2 * i] - x, points[2 * i + 1] - y));
        expect(distances.indexOf(Math.min(...distances))).toBe(c);
      });
    });

    it(`by ${method} shows one picture, two, and latents of one dimension`, async () => {
      expect([...(await mapLatents(new Float32Array([3, 1, 2]), 3, method))]).toEqual([0.5, 0.5]);
      const line = await mapLatents(new Float32Array([0, 1, 4, 2, 3, 9, 8, 7, 6, 5]), 1, method);
      expect(line).toHaveLength(20);
      expect(line.every(Number.isFinite)).toBe(true);
    });
  }

  it('is given up when asked to', async () => {
    const stop = new AbortController();
    const { latents } = clouds(10, 200);
    const mapping = mapLatents(latents, 10, 'umap', { signal: stop.signal });
    setImmediate(() => stop.abort());
    await expect(mapping).rejects.toMatchObject({ code: 'cancelled' });
  });
});
