import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { easing } from '../../src/core/easing.ts';
import { createTrack } from '../../src/core/track.ts';

const linear = easing('linear');
const at = (place: number, value: number, ease = linear) => ({ at: place, value, ease });
const points = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 7.999, noNaN: true }),
    value: fc.double({ min: -10, max: 10, noNaN: true }),
    ease: fc.constantFrom(linear, easing('ease-in-out-sine'), easing('ease-out-cubic')),
  }),
  { minLength: 1, maxLength: 6 },
);
const period = fc.option(fc.constant(8));

describe('createTrack', () => {
  it('is 0 without points, and stays as it is before the first and after the last', () => {
    expect(createTrack([], null)(1)).toBe(0);
    const track = createTrack([at(2, 5), at(1, -1)], null);
    expect([0, 1, 1.5, 2, 9].map(track)).toEqual([-1, -1, 2, 5, 5]);
  });

  it('goes on round a cycle, from the last point to the first', () => {
    const track = createTrack([at(1, 0), at(2, 4)], 4);
    expect([0, 1, 2, 2.5, 3.5, 4].map(track).map((v) => Number(v.toFixed(6)))).toEqual(
      [4 / 3, 0, 4, 4 - 2 / 3, 2, 4 / 3].map((v) => Number(v.toFixed(6))),
    );
    expect(createTrack([at(0, 3)], 4)(2.7)).toBe(3);
  });

  it('closes a cycle whose end is named as its beginning', () => {
    const track = createTrack([at(0, 1), at(1, 2), at(2, 1)], 2);
    expect(track(2)).toBe(track(0));
  });

  it('passes through its points, and never beyond their values', () => {
    fc.assert(
      fc.property(points, period, fc.double({ min: 0, max: 8, noNaN: true }), (given, round, place) => {
        const track = createTrack(given, round);
        const values = given.map(({ value }) => value);
        expect(track(place)).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
        expect(track(place)).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
        for (const point of given) {
          const last = given.filter((other) => other.at === point.at).at(-1);
          expect(track(point.at)).toBeCloseTo(last?.value ?? NaN, 9);
        }
      }),
    );
  });

  it('jumps where two points share a place', () => {
    const track = createTrack([at(1, 0), at(1, 6)], null);
    expect(track(0.999)).toBe(0);
    expect(track(1)).toBe(6);
  });
});
