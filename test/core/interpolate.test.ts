import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catmullRom, lerp, piecewise, slerp } from '../../src/core/interpolate.ts';

const component = fc.double({ min: -3, max: 3, noNaN: true });
const vector = fc.array(component, { minLength: 5, maxLength: 5 }).map((values) => Float32Array.from(values));
const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const norm = (a: ArrayLike<number>): number => Math.hypot(...Array.from(a));
const distance = (a: Float32Array, b: Float32Array): number => norm(a.map((value, i) => value - b[i]));
type Between = typeof slerp;
const at = (between: Between, a: Float32Array, b: Float32Array, t: number): Float32Array => {
  const out = new Float32Array(a.length);
  between(a, b, t, out);
  return out;
};

describe('lerp and slerp', () => {
  it.each([lerp, slerp])('begin and end at their points', (between) => {
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        expect(distance(at(between, a, b, 0), a)).toBe(0);
        expect(distance(at(between, a, b, 1), b)).toBe(0);
      }),
    );
  });

  it('slerp changes the length linearly, for any two vectors', () => {
    fc.assert(
      fc.property(vector, vector, fraction, (a, b, t) => {
        fc.pre(norm(a) > 0.1 && norm(b) > 0.1);
        const opposite =
          distance(
            a,
            b.map((x) => (-x * norm(a)) / norm(b)),
          ) < 1e-3;
        fc.pre(!opposite);
        expect(norm(at(slerp, a, b, t))).toBeCloseTo((1 - t) * norm(a) + t * norm(b), 4);
      }),
    );
  });

  it('slerp turns at constant speed', () => {
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        fc.pre(norm(a) > 0.1 && norm(b) > 0.1);
        const unit = (v: Float32Array): Float32Array => v.map((x) => x / norm(v));
        const [p, q] = [unit(a), unit(b)];
        fc.pre(
          distance(p, q) > 0.05 &&
            distance(
              p,
              q.map((x) => -x),
            ) > 0.05,
        );
        const points = Array.from({ length: 21 }, (_, i) => at(slerp, p, q, i / 20));
        const steps = points.slice(1).map((point, i) => distance(points[i], point));
        expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(1.01);
      }),
    );
  });

  it('slerp goes half around for opposite vectors, evenly, at full length', () => {
    const a = Float32Array.of(0.6, -0.8, 0);
    const points = Array.from({ length: 13 }, (_, i) =>
      at(
        slerp,
        a,
        a.map((x) => -x),
        i / 12,
      ),
    );
    for (const point of points) expect(norm(point)).toBeCloseTo(1, 5);
    const steps = points.slice(1).map((point, i) => distance(points[i], point));
    for (const step of steps) expect(step).toBeCloseTo(2 * Math.sin(Math.PI / 24), 5);
  });

  it('slerp takes the straight line from and to nothing, and in one dimension', () => {
    const zero = new Float32Array(2);
    const b = Float32Array.of(2, 4);
    expect([...at(slerp, zero, b, 0.25)]).toEqual([0.5, 1]);
    expect([...at(slerp, b, zero, 0.25)]).toEqual([1.5, 3]);
    expect([...at(slerp, Float32Array.of(1), Float32Array.of(-1), 0.5)]).toEqual([0]);
  });
});

const points = fc.array(vector, { minLength: 2, maxLength: 6 });

describe('catmullRom', () => {
  it('passes through every point, open and closed, even where points coincide', () => {
    const out = new Float32Array(5);
    fc.assert(
      fc.property(points, fc.boolean(), fc.boolean(), (given, closed, repeat) => {
        const knots = repeat ? [given[0], ...given] : given;
        const path = catmullRom(knots, closed);
        expect(path.segments).toBe(closed ? knots.length : knots.length - 1);
        for (let segment = 0; segment < path.segments; segment++) {
          path.at(segment, 0, out);
          expect(distance(out, knots[segment])).toBeLessThan(1e-5);
          path.at(segment, 1, out);
          expect(distance(out, knots[(segment + 1) % knots.length])).toBeLessThan(1e-5);
          path.at(segment, 0.5, out);
          expect(out.every(Number.isFinite)).toBe(true);
        }
      }),
    );
  });

  it('leaves each point in the direction in which it arrived, round a closed path too', () => {
    const knots = [
      [0, 0],
      [4, 1],
      [5, 5],
      [1, 3],
    ].map((p) => Float32Array.from(p));
    const path = catmullRom(knots, true);
    const h = 1e-3;
    for (let segment = 0; segment < 4; segment++) {
      const [before, knot, after] = [new Float32Array(2), knots[(segment + 1) % 4], new Float32Array(2)];
      path.at(segment, 1 - h, before);
      path.at((segment + 1) % 4, h, after);
      const arriving = Math.atan2(knot[1] - before[1], knot[0] - before[0]);
      const leaving = Math.atan2(after[1] - knot[1], after[0] - knot[0]);
      expect(Math.abs(Math.sin(arriving - leaving))).toBeLessThan(0.02);
    }
  });

  it('is the centripetal one: equal to Barry and Goldman’s pyramid with square-root knots', () => {
    const p = [
      [0, 0],
      [1, 3],
      [5, 4],
      [6, 0],
    ].map((q) => Float32Array.from(q));
    const knot = [0];
    for (let i = 1; i < 4; i++) knot.push(knot[i - 1] + Math.sqrt(distance(p[i - 1], p[i])));
    const mix = (a: number[], b: number[], from: number, to: number, x: number): number[] =>
      a.map((value, i) => ((to - x) * value + (x - from) * b[i]) / (to - from));
    const q = p.map((v) => [...v]);
    const out = new Float32Array(2);
    for (const t of [0.1, 0.37, 0.5, 0.9]) {
      const x = knot[1] + t * (knot[2] - knot[1]);
      const a = [0, 1, 2].map((i) => mix(q[i], q[i + 1], knot[i], knot[i + 1], x));
      const b = [0, 1].map((i) => mix(a[i], a[i + 1], knot[i], knot[i + 2], x));
      const expected = mix(b[0], b[1], knot[1], knot[2], x);
      catmullRom(p, false).at(1, t, out);
      expect(out[0]).toBeCloseTo(expected[0], 5);
      expect(out[1]).toBeCloseTo(expected[1], 5);
    }
  });

  it('is the straight line between two points, and refuses one', () => {
    const out = new Float32Array(1);
    catmullRom([Float32Array.of(1), Float32Array.of(3)], false).at(0, 0.25, out);
    expect(out[0]).toBeCloseTo(1.5, 6);
    expect(() => catmullRom([Float32Array.of(1)], false)).toThrow(RangeError);
  });
});

it('piecewise goes from point to point, and back to the first when closed', () => {
  const path = piecewise([Float32Array.of(0), Float32Array.of(1), Float32Array.of(5)], true, lerp);
  const out = new Float32Array(1);
  expect(path.segments).toBe(3);
  path.at(2, 0.5, out);
  expect(out[0]).toBe(2.5);
});
