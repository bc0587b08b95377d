import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spanMembrane } from '../../src/core/membrane.ts';

const [W, H] = [12, 9];
const holes = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: W * H, maxLength: W * H });

describe('a membrane', () => {
  it('continues a plane exactly where its rim goes all around', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (a, b) => {
          const plane = Float64Array.from(
            { length: W * H },
            (_, i) => 1 + a * (i % W) + b * Math.floor(i / W),
          );
          const hole = plane.map((_, i) => {
            const [x, y] = [i % W, Math.floor(i / W)];
            return x > 1 && x < 9 && y > 2 && y < 7 ? 1 : 0;
          });
          const spanned = spanMembrane(
            plane.map((value, i) => (hole[i] ? 1e3 : value)),
            hole,
            W,
            H,
          );
          spanned.forEach((value, i) => expect(Math.abs(value - plane[i])).toBeLessThan(0.05));
        },
      ),
    );
  });

  it('leaves what is outside alone, and never leaves the range of its rim', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: W * H, maxLength: W * H }),
        holes,
        (values, hole) => {
          const spanned = spanMembrane(values, hole, W, H);
          const outside = values.filter((_, i) => !hole[i]);
          const [low, high] = [Math.min(0, ...outside), Math.max(0, ...outside)];
          spanned.forEach((value, i) => {
            if (!hole[i]) expect(value).toBe(values[i]);
            else {
              expect(value).toBeGreaterThan(low - 0.01);
              expect(value).toBeLessThan(high + 0.01);
            }
          });
        },
      ),
    );
  });

  it('is flat where there is no rim', () => {
    expect([...spanMembrane([5, 5, 5, 5], [1, 1, 1, 1], 2, 2)]).toEqual([0, 0, 0, 0]);
  });
});
