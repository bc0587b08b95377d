import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chained,
  inverse,
  moved,
  scaleOf,
  type Similarity,
  similarityBetween,
} from '../../src/core/similarity.ts';

const number = (least: number, most: number) => fc.double({ min: least, max: most, noNaN: true });
const point = fc.record({ x: number(-100, 100), y: number(-100, 100) });
const similarity = fc
  .record({
    scale: number(0.05, 20),
    turn: number(-Math.PI, Math.PI),
    x: number(-50, 50),
    y: number(-50, 50),
  })
  .map(({ scale, turn, x, y }) => ({ a: scale * Math.cos(turn), b: scale * Math.sin(turn), x, y }));

const near = (a: { x: number; y: number }, b: { x: number; y: number }, within = 1e-8) => {
  expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeLessThan(within * (1 + Math.hypot(b.x, b.y)));
};

describe('similarity', () => {
  it('is taken back by its inverse', () => {
    fc.assert(fc.property(similarity, point, (t, p) => near(moved(inverse(t), moved(t, p)), p, 1e-7)));
  });

  it('is chained as its parts are applied', () => {
    fc.assert(
      fc.property(similarity, similarity, point, (s, t, p) =>
        near(moved(chained(s, t), p), moved(t, moved(s, p))),
      ),
    );
  });

  it('is found again from where points came to lie, mirrored nowhere', () => {
    fc.assert(
      fc.property(similarity, fc.array(point, { minLength: 2, maxLength: 9 }), (t, points) => {
        fc.pre(points.some((p) => Math.hypot(p.x - points[0].x, p.y - points[0].y) > 1));
        const found = similarityBetween(
          points,
          points.map((p) => moved(t, p)),
        );
        for (const p of points) near(moved(found, p), moved(t, p), 1e-7);
      }),
    );
  });

  it('leaves no smaller sum of squares beside it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(point, point), { minLength: 3, maxLength: 8 }),
        fc.record({ a: number(-1, 1), b: number(-1, 1), x: number(-1, 1), y: number(-1, 1) }),
        (pairs, step) => {
          const [from, to] = [pairs.map(([p]) => p), pairs.map(([, q]) => q)];
          fc.pre(from.some((p) => Math.hypot(p.x - from[0].x, p.y - from[0].y) > 1));
          const cost = (t: Similarity) =>
            from.reduce((sum, p, i) => {
              const q = moved(t, p);
              return sum + (q.x - to[i].x) ** 2 + (q.y - to[i].y) ** 2;
            }, 0);
          const best = similarityBetween(from, to);
          const beside = {
            a: best.a + 0.01 * step.a,
            b: best.b + 0.01 * step.b,
            x: best.x + step.x,
            y: best.y + step.y,
          };
          expect(cost(best)).toBeLessThanOrEqual(cost(beside) * (1 + 1e-9) + 1e-9);
        },
      ),
    );
  });

  it('says its scale', () => expect(scaleOf({ a: 3, b: 4, x: 9, y: 9 })).toBe(5));
});
