import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { balancingShares } from '../../../src/engine/latent/balance.ts';

const part = (shares: number[], of: readonly boolean[], among: readonly boolean[]): number => {
  const sum = (keep: (n: number) => boolean): number =>
    shares.reduce((total, share, n) => total + (keep(n) ? share : 0), 0);
  return sum((n) => of[n] && among[n]) / sum((n) => among[n]);
};

describe('balancing shares', () => {
  it('make others equally frequent on both sides, midway, and 1 on average', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1, max: 3 }), (seed, count) => {
        const rng = createRng(seed);
        const has = Array.from({ length: 200 }, () => rng.uniform() < 0.4);
        const others = Array.from({ length: count }, () =>
          has.map((yes) => rng.uniform() < (yes ? 0.8 : 0.3)),
        );
        const shares = balancingShares(has, others);
        const hasNot = has.map((yes) => !yes);
        const plain = has.map(() => 1);
        for (const other of others) {
          const [yes, no] = [part(shares, other, has), part(shares, other, hasNot)];
          expect(yes).toBeCloseTo(no, 3);
          expect(yes).toBeCloseTo((part(plain, other, has) + part(plain, other, hasNot)) / 2, 3);
        }
        for (const side of [has, hasNot]) {
          const own = shares.filter((_, n) => side[n]);
          expect(own.reduce((a, b) => a + b) / own.length).toBeCloseTo(1, 6);
          expect(Math.min(...own)).toBeGreaterThan(0);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('of one other are what the two frequencies say', () => {
    const has = [true, true, true, true, false, false, false, false];
    const other = [true, true, true, false, true, false, false, false];
    const shares = balancingShares(has, [other]);
    [2 / 3, 2 / 3, 2 / 3, 2, 2, 2 / 3, 2 / 3, 2 / 3].forEach((share, n) =>
      expect(shares[n]).toBeCloseTo(share, 6),
    );
  });

  it('leave the undecided at 1, and everything as it is without others', () => {
    expect(balancingShares([true, null, false, true, false], [])).toEqual([1, 1, 1, 1, 1]);
    expect(balancingShares([true, true, false, false, null], [[true, false, true, false, true]])[4]).toBe(1);
  });

  it('are refused where one side always has the other', () => {
    expect(() => balancingShares([true, true, false, false], [[true, true, false, true]])).toThrow(
      RangeError,
    );
  });
});
