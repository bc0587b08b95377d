import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cumulativeLengths, lengthAtPosition, positionAtLength } from '../../src/core/arclength.ts';

const steps = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 10, noNaN: true })), {
  minLength: 1,
  maxLength: 40,
});
const fraction = fc.double({ min: 0, max: 1, noNaN: true });

describe('re-timing by length', () => {
  it('never goes backwards, and meets both ends', () => {
    fc.assert(
      fc.property(steps, fraction, fraction, (given, a, b) => {
        const cumulative = cumulativeLengths(given);
        expect(positionAtLength(cumulative, 0)).toBe(0);
        expect(positionAtLength(cumulative, 1)).toBe(given.length);
        const [early, late] = [Math.min(a, b), Math.max(a, b)].map((f) => positionAtLength(cumulative, f));
        expect(early).toBeLessThanOrEqual(late);
        expect(early).toBeGreaterThanOrEqual(0);
        expect(late).toBeLessThanOrEqual(given.length);
      }),
    );
  });

  it('is undone by the length behind a position', () => {
    fc.assert(
      fc.property(steps, fraction, (given, f) => {
        const cumulative = cumulativeLengths(given);
        fc.pre(cumulative[given.length] > 1e-3 || cumulative[given.length] === 0);
        expect(lengthAtPosition(cumulative, positionAtLength(cumulative, f))).toBeCloseTo(f, 6);
      }),
    );
  });

  it('makes steps along a curve equal within 1%', () => {
    const curve = fc.record({
      bend: fc.double({ min: 0.5, max: 3, noNaN: true }),
      rush: fc.double({ min: 1, max: 4, noNaN: true }),
    });
    fc.assert(
      fc.property(curve, ({ bend, rush }) => {
        // A spiral passed at a speed that grows: what the eye would see without re-timing.
        const point = (t: number): [number, number] => {
          const s = t ** rush;
          return [(1 + s) * Math.cos(bend * s), (1 + s) * Math.sin(bend * s)];
        };
        const between = (a: [number, number], b: [number, number]): number =>
          Math.hypot(a[0] - b[0], a[1] - b[1]);
        const samples = 400;
        const dense = Array.from({ length: samples + 1 }, (_, i) => point(i / samples));
        const cumulative = cumulativeLengths(dense.slice(1).map((p, i) => between(dense[i], p)));
        const frames = Array.from({ length: 61 }, (_, k) =>
          point(positionAtLength(cumulative, k / 60) / samples),
        );
        const seen = frames.slice(1).map((p, i) => between(frames[i], p));
        expect(Math.max(...seen) / Math.min(...seen)).toBeLessThan(1.01);
      }),
      { numRuns: 50 },
    );
  });

  it('passes a way without length evenly', () => {
    const nowhere = cumulativeLengths([0, 0, 0, 0]);
    expect(positionAtLength(nowhere, 0.5)).toBe(2);
    expect(lengthAtPosition(nowhere, 1)).toBe(0.25);
  });
});
