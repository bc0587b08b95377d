import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constant, cyclicalWarmup, linearWarmup, rampThenCosine } from '../../src/core/schedule.ts';

describe('schedules', () => {
  it('linear warm-up reaches its end on time and stays there', () => {
    const beta = linearWarmup(0, 4, 0.1);
    expect([0, 0.05, 0.1, 0.5, 1].map(beta)).toEqual([0, 2, 4, 4, 4]);
    expect(linearWarmup(0, 1, 0)(0)).toBe(1);
  });

  it('cyclical warm-up rises in each cycle and ends at the top', () => {
    const beta = cyclicalWarmup(0, 1, 4, 0.5);
    expect([0, 0.0625, 0.125, 0.2, 0.25, 0.375, 1].map(beta)).toEqual([0, 0.5, 1, 1, 0, 1, 1]);
  });

  it('constant stays', () => {
    expect([0, 0.3, 1].map(constant(2.5))).toEqual([2.5, 2.5, 2.5]);
  });

  it('ramp-then-cosine starts at 0, peaks after the ramp, falls monotonically to the floor', () => {
    const rate = rampThenCosine(1e-3, 0.02, 0.02);
    expect(rate(0)).toBe(0);
    expect(rate(0.02)).toBeCloseTo(1e-3, 12);
    expect(rate(1)).toBeCloseTo(2e-5, 12);
    fc.assert(
      fc.property(
        fc.double({ min: 0.02, max: 1, noNaN: true }),
        fc.double({ min: 0.02, max: 1, noNaN: true }),
        (a, b) => {
          expect(rate(Math.min(a, b))).toBeGreaterThanOrEqual(rate(Math.max(a, b)) - 1e-15);
        },
      ),
    );
  });
});
