import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/core/rng.ts';
import { coordinatesOf, endsOf, moved } from '../../../../src/renderer/rooms/explore/directions.ts';
import { labelsByCount } from '../../../../src/renderer/rooms/explore/map/labels.ts';
import {
  blend,
  layOut,
  nearestPoints,
  pointTowards,
  spotWeights,
} from '../../../../src/renderer/rooms/explore/map/layout.ts';
import {
  panBy,
  reveal,
  toMap,
  toScreen,
  wholeMap,
  zoomAt,
} from '../../../../src/renderer/rooms/explore/map/view.ts';

const size = { width: 900, height: 600 };
const unit = fc.double({ min: 0, max: 1, noNaN: true });

function scattered(count: number): Float32Array {
  const rng = createRng(4);
  return Float32Array.from({ length: 2 * count }, () => rng.uniform());
}

describe('the view of a map', () => {
  it('keeps what is under the pointer there while zooming within bounds', () => {
    fc.assert(
      fc.property(unit, unit, fc.double({ min: 1, max: 6, noNaN: true }), (px, py, factor) => {
        const view = wholeMap(size);
        const [sx, sy] = toScreen(view, px, py);
        const closer = zoomAt(view, size, factor, sx, sy);
        const [mx, my] = toMap(closer, sx, sy);
        expect(mx).toBeCloseTo(px, 6);
        expect(my).toBeCloseTo(py, 6);
      }),
    );
  });

  it('is never lost out of sight, however it is dragged and zoomed', () => {
    const step = fc.record({
      dx: fc.integer({ min: -2000, max: 2000 }),
      dy: fc.integer({ min: -2000, max: 2000 }),
      factor: fc.double({ min: 0.1, max: 10, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let view = wholeMap(size);
        for (const { dx, dy, factor } of steps)
          view = zoomAt(panBy(view, size, dx, dy), size, factor, 200, 300);
        const [x, y] = toMap(view, size.width / 2, size.height / 2);
        expect(x).toBeGreaterThanOrEqual(-1e-9);
        expect(x).toBeLessThanOrEqual(1 + 1e-9);
        expect(y).toBeGreaterThanOrEqual(-1e-9);
        expect(y).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  it('moves just enough to show a point', () => {
    const view = zoomAt(wholeMap(size), size, 8, 450, 300);
    const shown = reveal(view, size, 0.9, 0.9);
    const [x, y] = toScreen(shown, 0.9, 0.9);
    expect(x).toBeLessThanOrEqual(size.width - 59);
    expect(y).toBeGreaterThanOrEqual(59);
    expect(reveal(shown, size, 0.9, 0.9)).toBe(shown);
  });
});

describe('what a map shows', () => {
  it('gives pictures room, and more of them as one comes closer', () => {
    const points = scattered(800);
    const far = layOut(points, wholeMap(size), size, 1);
    const apart = far.side * 0.86;
    const at = far.pictures.map((i) => toScreen(wholeMap(size), points[2 * i], points[2 * i + 1]));
    for (const [i, [x, y]] of at.entries())
      for (const [ox, oy] of at.slice(i + 1))
        expect(Math.max(Math.abs(ox - x), Math.abs(oy - y))).toBeGreaterThanOrEqual(apart);
    expect(far.pictures.length + far.dots.length).toBe(800);
    const close = layOut(points, zoomAt(wholeMap(size), size, 30, 450, 300), size, 30);
    expect(close.dots.length).toBeLessThan(close.pictures.length);
    expect(close.side).toBeGreaterThan(far.side);
  });

  it('finds the nearest points as a full sort does', () => {
    const points = scattered(200);
    fc.assert(
      fc.property(unit, unit, fc.integer({ min: 1, max: 9 }), (x, y, count) => {
        const sorted = Array.from({ length: 200 }, (_, i) =>
          Math.hypot(points[2 * i] - x, points[2 * i + 1] - y),
        ).sort((a, b) => a - b);
        expect(nearestPoints(points, x, y, count).map(({ distance }) => distance)).toEqual(
          sorted.slice(0, count),
        );
      }),
    );
  });

  it('mixes a spot of its neighbours, and shows a picture that is hit as itself', () => {
    expect(spotWeights([0.5, 0, 1])).toEqual([0, 1, 0]);
    const weights = spotWeights([1, 2]);
    expect(weights[0]).toBeCloseTo(0.8);
    expect(Array.from(blend(Float32Array.of(1, 0, 0, 1), [0.25, 0.75], 2))).toEqual([0.25, 0.75]);
  });

  it('goes by arrow keys to what lies in that direction', () => {
    const points = Float32Array.of(0.5, 0.5, 0.7, 0.52, 0.5, 0.9, 0.1, 0.45);
    expect(pointTowards(points, 0, 1, 0)).toBe(1);
    expect(pointTowards(points, 0, 0, 1)).toBe(2);
    expect(pointTowards(points, 0, -1, 0)).toBe(3);
    expect(pointTowards(points, 0, 0, -1)).toBeNull();
  });

  it('counts labels, the most frequent first', () => {
    expect(labelsByCount(['a', 'b', 'b', null])[0]).toEqual({ label: 'b', count: 2 });
  });
});

describe('directions', () => {
  const all = {
    count: 2,
    latentSize: 3,
    directions: Float32Array.of(2, 0, 0, 0, 0.5, 0),
    shares: Float32Array.of(0.7, 0.3),
    mean: Float32Array.of(1, 1, 1),
  };

  it('tells how far a latent lies along them, in standard deviations', () => {
    expect(coordinatesOf(all, Float32Array.of(5, 0, 9))).toEqual([2, -2]);
  });

  it('moves along one without changing the others', () => {
    const to = moved(all, Float32Array.of(1, 1, 4), 0, -1.5);
    expect(Array.from(to)).toEqual([-2, 1, 4]);
    expect(coordinatesOf(all, to)).toEqual([-1.5, 0]);
    expect(Array.from(endsOf(all, 1, 2))).toEqual([-3, 1, 1, 5, 1, 1]);
  });
});
