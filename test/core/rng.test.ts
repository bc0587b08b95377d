import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng, fillNormal, shuffle } from '../../src/core/rng.ts';

const draws = (count: number, ...key: number[]): number[] => {
  const rng = createRng(...key);
  return Array.from({ length: count }, () => rng.uint32());
};

describe('createRng', () => {
  it('gives the same numbers for the same key, and others for any other key', () => {
    const key = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(draws(8, ...a)).toEqual(draws(8, ...a));
        if (a.join() !== b.join()) expect(draws(8, ...a)).not.toEqual(draws(8, ...b));
      }),
    );
  });

  it('never changes its numbers: runs on disk depend on them', () => {
    expect(draws(4, 1, 2, 3)).toMatchInlineSnapshot(`
      [
        3611263268,
        2945749039,
        3400553930,
        1412494416,
      ]
    `);
  });

  it('draws normals of mean 0 and variance 1, with thin tails', () => {
    const values = fillNormal(new Float32Array(200_000), createRng(7));
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const moment = (power: number): number =>
      values.reduce((a, b) => a + (b - mean) ** power, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(moment(4)).toBeCloseTo(3, 0);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('draws below a bound evenly, and refuses bounds that are none', () => {
    const rng = createRng(3);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) counts[rng.below(6)]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
    for (const bound of [0, -1, 1.5, 2 ** 33]) expect(() => rng.below(bound)).toThrow(RangeError);
  });

  it('refuses keys that are no whole numbers', () => {
    for (const key of [-1, 0.5, NaN, Infinity]) expect(() => createRng(key)).toThrow(RangeError);
  });
});

describe('shuffle', () => {
  it('keeps every item', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        const shuffled = shuffle([...items], createRng(seed));
        expect(shuffled.sort()).toEqual([...items].sort());
      }),
    );
  });

  it('brings each item to each place equally often', () => {
    const places = new Array<number>(5).fill(0);
    const rng = createRng(11);
    for (let i = 0; i < 20_000; i++) places[shuffle([0, 1, 2, 3, 4], rng).indexOf(0)]++;
    for (const count of places) expect(Math.abs(count - 4000)).toBeLessThan(250);
  });
});
