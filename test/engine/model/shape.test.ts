import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halvings, nearestHalvable } from '../../../src/engine/model/shape.ts';

describe('halvings', () => {
  it.each([
    [16, 16, 2],
    [28, 28, 2],
    [32, 32, 3],
    [64, 64, 4],
    [128, 128, 5],
    [256, 256, 6],
    [48, 32, 3],
    [32, 48, 3],
    [96, 64, 4],
    [80, 80, 4],
    [64, 16, 2],
    [8, 8, 1],
    // A side that is odd too early, and one that stays too long after the deepest halving.
    [62, 62, 0],
    [64, 62, 0],
    [63, 64, 0],
    [2048, 2048, 0],
  ])('%i × %i: %i', (width, height, expected) => {
    expect(halvings({ width, height })).toBe(expected);
  });

  it('leaves whole sides of at least four, and at most sixteen on the shorter one', () => {
    const side = fc.integer({ min: 1, max: 4096 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const count = halvings({ width, height });
        expect(halvings({ width: height, height: width })).toBe(count);
        if (count === 0) return;
        const [w, h] = [width / 2 ** count, height / 2 ** count];
        expect(Number.isInteger(w) && Number.isInteger(h)).toBe(true);
        expect(Math.min(w, h)).toBeGreaterThanOrEqual(4);
        expect(Math.min(w, h)).toBeLessThanOrEqual(16);
      }),
    );
  });
});

describe('nearestHalvable', () => {
  it('is a size that can be halved, near the one asked for, and itself where that will do', () => {
    const side = fc.integer({ min: 16, max: 1024 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const near = nearestHalvable({ width, height });
        expect(halvings(near)).toBeGreaterThan(0);
        expect(nearestHalvable(near)).toEqual(near);
        expect(Math.abs(near.width - width)).toBeLessThanOrEqual(32);
        expect(Math.abs(near.height - height)).toBeLessThanOrEqual(32);
      }),
    );
  });

  it.each([
    [62, 62, 64, 64],
    [3, 200, 16, 208],
    [264, 264, 256, 256],
    [4096, 1500, 1024, 1024],
  ])('%i × %i: %i × %i', (width, height, nearWidth, nearHeight) => {
    expect(nearestHalvable({ width, height })).toEqual({ width: nearWidth, height: nearHeight });
  });
});
