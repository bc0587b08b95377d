import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, fitMixture } from '../../../src/core/mixture.ts';
import { adjustedRandIndex } from '../../../src/core/partition.ts';
import { createRng } from '../../../src/core/rng.ts';
import { contentPlaces, COPIES, moveAbout } from '../../../src/engine/latent/content.ts';

const GREY = { width: 16, height: 12, channels: 1 };

describe('moving a picture about', () => {
  it('keeps the picture itself first, and a plain one as it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.nat(), (value, seed) => {
        const plain = new Uint8Array(16 * 12).fill(value);
        const moved = moveAbout(plain, GREY, createRng(seed));
        expect(moved).toEqual(new Uint8Array(16 * 12 * COPIES).fill(value));
      }),
      { numRuns: 20 },
    );
    const ramp = Uint8Array.from({ length: 16 * 12 * 2 }, (_, i) => i % 251);
    const moved = moveAbout(ramp, GREY, createRng(1));
    expect(moved.subarray(0, 192)).toEqual(ramp.subarray(0, 192));
    expect(moved.subarray(192 * COPIES, 192 * (COPIES + 1))).toEqual(ramp.subarray(192));
  });

  it('moves by an eighth of a side, and sizes by e^¼, at most', () => {
    const dot = new Uint8Array(48 * 48);
    for (let y = 22; y < 26; y++) dot.fill(255, y * 48 + 22, y * 48 + 26);
    const moved = moveAbout(dot, { width: 48, height: 48, channels: 1 }, createRng(2));
    const areas: number[] = [];
    const reaches: number[] = [];
    for (let copy = 1; copy < COPIES; copy++) {
      let [sum, x, y] = [0, 0, 0];
      moved.subarray(copy * 48 * 48, (copy + 1) * 48 * 48).forEach((value, i) => {
        sum += value;
        x += value * ((i % 48) - 23.5);
        y += value * (Math.floor(i / 48) - 23.5);
      });
      areas.push(sum / 255 / 16);
      reaches.push(Math.max(Math.abs(x), Math.abs(y)) / sum);
    }
    for (const area of areas) {
      expect(area).toBeGreaterThan(Math.exp(-0.5) - 0.15);
      expect(area).toBeLessThan(Math.exp(0.5) + 0.15);
    }
    for (const reach of reaches) expect(reach).toBeLessThanOrEqual(6.5);
    expect(Math.max(...reaches)).toBeGreaterThan(2);
    expect(Math.max(...areas) - Math.min(...areas)).toBeGreaterThan(0.2);
  });
});

describe('places by content', () => {
  /** Two dimensions in which copies differ a lot, two in which pictures of three kinds do a little, mixed up. */
  function latents(n: number): { values: Float32Array; kinds: number[] } {
    const rng = createRng(5);
    const size = 6;
    const mix = Float64Array.from({ length: size * size }, () => rng.normal());
    const values = new Float32Array(n * COPIES * size);
    const kinds = Array.from({ length: n }, (_, i) => i % 3);
    for (let i = 0; i < n * COPIES; i++) {
      const kind = kinds[Math.floor(i / COPIES)];
      const own = [5 * rng.normal(), 5 * rng.normal(), Math.cos(2.1 * kind) + 0.1 * rng.normal(), Math.sin(2.1 * kind) + 0.1 * rng.normal(), 0.1 * rng.normal(), 0.1 * rng.normal()]; // prettier-ignore
      for (let k = 0; k < size; k++)
        for (let j = 0; j < size; j++) values[i * size + k] += mix[k * size + j] * own[j];
    }
    return { values, kinds };
  }

  it('finds what copies have in common and pictures have not, however latents are turned', () => {
    const { values, kinds } = latents(150);
    const { points, size } = contentPlaces(values, 6, 4);
    expect(size).toBe(2);
    const steps = fitMixture(points, size, { components: 3, covariance: 'full', restarts: 3, rng: createRng(1) }); // prettier-ignore
    let next = steps.next();
    while (next.done !== true) next = steps.next();
    expect(adjustedRandIndex(kinds, [...assign(next.value.mixture, points)])).toBe(1);
  });

  it('has units of what moving does', () => {
    const { values } = latents(200);
    const { points } = contentPlaces(values, 6, 4);
    const widths = [0, 1].map((d) => {
      const own = Array.from({ length: 200 }, (_, i) => points[2 * i + d]);
      return own.reduce((sum, x) => sum + x * x, 0) / 200;
    });
    // Kinds are apart by a unit circle, each ½ along a side; copies by 0.1: 0.5 / 0.01.
    for (const width of widths) {
      expect(width).toBeGreaterThan(35);
      expect(width).toBeLessThan(70);
    }
  });

  it('does with a model that says nothing', () => {
    const { points, size } = contentPlaces(new Float32Array(4 * COPIES * 3), 3, 12);
    expect(size).toBe(2);
    expect([...points].every((x) => x === 0)).toBe(true);
  });
});
