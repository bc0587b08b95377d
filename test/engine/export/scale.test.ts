import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearAxis, logAxis, niceTicks, tickLabel } from '../../../src/engine/export/scale.ts';

const ends = fc
  .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }))
  .map(([low, span]) => [low, low + span] as const);

describe('niceTicks', () => {
  it('are evenly spaced by 1, 2 or 5 × 10^k, within the ends, about as many as asked', () => {
    fc.assert(
      fc.property(ends, fc.integer({ min: 2, max: 10 }), ([low, high], count) => {
        const ticks = niceTicks(low, high, count);
        expect(ticks.length).toBeLessThanOrEqual(count + 2);
        const steps = ticks.slice(1).map((tick, i) => tick - ticks[i]);
        for (const step of steps) {
          const leading = step / 10 ** Math.floor(Math.log10(step * 1.0001));
          expect([1, 2, 5].some((m) => Math.abs(leading / m - 1) < 1e-2)).toBe(true);
        }
        const slack = (high - low) * 1e-6;
        for (const tick of ticks) {
          expect(tick).toBeGreaterThanOrEqual(low - slack);
          expect(tick).toBeLessThanOrEqual(high + slack);
        }
      }),
    );
  });
});

describe('axes', () => {
  it('put every value of the range between 0 and 1, in order', () => {
    fc.assert(
      fc.property(
        ends,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        ([low, high], part, widen) => {
          const axis = linearAxis(low, high, 5, widen);
          const [from, value, to] = [low, low + part * (high - low), high].map((v) => axis.place(v)) as [
            number,
            number,
            number,
          ];
          expect(from).toBeGreaterThanOrEqual(-1e-9);
          expect(to).toBeLessThanOrEqual(1 + 1e-9);
          expect(value).toBeGreaterThanOrEqual(from - 1e-9);
          expect(value).toBeLessThanOrEqual(to + 1e-9);
        },
      ),
    );
  });

  it('place one value in the middle, and decades at equal distances', () => {
    expect(linearAxis(3, 3, 4, false).place(3)).toBe(0.5);
    const axis = logAxis(1, 10_000);
    expect(axis.ticks).toEqual([1, 10, 100, 1000, 10_000]);
    expect(axis.place(100)).toBeCloseTo(0.5, 12);
    expect(logAxis(1, 20).ticks).toEqual([1, 2, 5, 10, 20]);
  });

  it.each([
    [0, '0'],
    [0.05, '0.05'],
    [1234.5, '1,235'],
    [-25_000, '−25k'],
    [3_000_000, '3M'],
    [0.0000002, '2e-7'],
    [0.30000000000000004, '0.3'],
  ])('label %d as %s', (value, label) => {
    expect(tickLabel(value)).toBe(label);
  });
});
