import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { blur } from '../../../src/engine/morph/blur.ts';
import { seenDifference } from '../../../src/engine/morph/codec.ts';
import { createFlowEstimator } from '../../../src/engine/morph/flow.ts';
import { smallestDeterminant, unfold } from '../../../src/engine/morph/foldover.ts';
import { createEnlarger } from '../../../src/engine/morph/resample.ts';
import { addWarped, addWarpedSharply, type Flow, stillFlow } from '../../../src/engine/morph/warp.ts';

const SIDE = 64;
const SHAPE = { width: SIDE, height: SIDE, channels: 3 };

/** Soft blotches in three colours, from a field that is known everywhere, so that it can be moved exactly. */
function blotches(move: (x: number, y: number) => readonly [number, number]): Float32Array {
  const rng = createRng(7);
  const waves = Array.from({ length: 24 }, (_, i) => ({
    x: 0.35 * rng.normal(),
    y: 0.35 * rng.normal(),
    phase: 6.28 * rng.uniform(),
    channel: i % 3,
  }));
  const picture = new Float32Array(SIDE * SIDE * 3);
  for (let y = 0, at = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++, at += 3) {
      const [sx, sy] = move(x, y);
      picture.fill(0.5, at, at + 3);
      for (const wave of waves)
        picture[at + wave.channel] += 0.06 * Math.sin(wave.x * sx + wave.y * sy + wave.phase);
    }
  }
  return picture;
}

/** The mean error of the flow in pixels, away from the border, where nothing can be known. */
function meanError({ u, v }: Flow, truth: (x: number, y: number) => readonly [number, number]): number {
  let sum = 0;
  let count = 0;
  for (let y = 8; y < SIDE - 8; y++) {
    for (let x = 8; x < SIDE - 8; x++, count++) {
      const [tx, ty] = truth(x, y);
      sum += Math.hypot(x + u[y * SIDE + x] - tx, y + v[y * SIDE + x] - ty);
    }
  }
  return sum / count;
}

const still = blotches((x, y) => [x, y]);

function flowTo(move: (x: number, y: number) => readonly [number, number]): Flow {
  const estimator = createFlowEstimator(SHAPE);
  const flow = stillFlow(SIDE * SIDE);
  estimator.estimate(estimator.pyramid(blotches(move)), estimator.pyramid(still), null, flow);
  return flow;
}

describe('flow', () => {
  it.each([
    [2, 0],
    [-1.5, 2.5],
    [0.3, -3],
  ])('finds a shift by (%d, %d) pixels', (dx, dy) => {
    const moved = (x: number, y: number): readonly [number, number] => [x + dx, y + dy];
    expect(meanError(flowTo(moved), moved)).toBeLessThan(0.25);
  });

  it('moves nothing farther than what two pictures can have in common', () => {
    const far = flowTo((x, y) => [x, y + 20]);
    const longest = Math.max(...far.u.map((u, i) => Math.hypot(u, far.v[i])));
    expect(longest).toBeLessThanOrEqual(SIDE / 12 + 1e-4);
  });

  it('finds a turn of 4 degrees', () => {
    const angle = (4 * Math.PI) / 180;
    const turned = (x: number, y: number): readonly [number, number] => {
      const [cx, cy] = [x - 32, y - 32];
      return [
        32 + cx * Math.cos(angle) - cy * Math.sin(angle),
        32 + cx * Math.sin(angle) + cy * Math.cos(angle),
      ];
    };
    const flow = flowTo(turned);
    expect(meanError(flow, turned)).toBeLessThan(0.3);
    const rebuilt = new Float32Array(still.length);
    addWarped(still, SIDE, SIDE, 3, flow, 1, rebuilt);
    expect(seenDifference(rebuilt, blotches(turned))).toBeLessThan(
      0.25 * seenDifference(still, blotches(turned)),
    );
  });

  it('does not run away where a shape leaves the picture', () => {
    const estimator = createFlowEstimator(SHAPE);
    const disc = (y: number, radius: number): Float32Array =>
      Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
        const pixel = Math.floor(i / 3);
        return Math.hypot((pixel % SIDE) - 32, Math.floor(pixel / SIDE) - y) < radius ? 0.3 : 1;
      });
    const [here, leaving] = [estimator.pyramid(disc(40, 14)), estimator.pyramid(disc(60, 20))];
    const flow = stillFlow(SIDE * SIDE);
    for (let again = 0; again < 12; again++) estimator.estimate(here, leaving, flow, flow);
    for (const value of [...flow.u, ...flow.v]) expect(Math.abs(value)).toBeLessThan(SIDE / 2);
  });

  it('is still between equal pictures, and on pictures too small for levels', () => {
    expect(Math.max(...flowTo((x, y) => [x, y]).u.map(Math.abs))).toBe(0);
    const tiny = createFlowEstimator({ width: 3, height: 1, channels: 1 });
    const flow = stillFlow(3);
    tiny.estimate(tiny.pyramid(Float32Array.of(0, 1, 0)), tiny.pyramid(Float32Array.of(0, 0, 1)), null, flow);
    expect([...flow.u, ...flow.v].every(Number.isFinite)).toBe(true);
  });
});

describe('foldover', () => {
  const flowOf = (at: (x: number, y: number) => readonly [number, number]): Flow => {
    const flow = stillFlow(SIDE * SIDE);
    for (let y = 0, i = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++, i++) [flow.u[i], flow.v[i]] = at(x, y);
    }
    return flow;
  };

  it('has the determinant of linear maps', () => {
    expect(smallestDeterminant(stillFlow(SIDE * SIDE), SIDE, SIDE)).toBe(1);
    const stretch = flowOf((x, y) => [0.5 * x, -0.25 * y]);
    expect(smallestDeterminant(stretch, SIDE, SIDE)).toBeCloseTo(1.5 * 0.75, 4);
    const mirror = flowOf((x) => [-2 * x, 0]);
    expect(smallestDeterminant(mirror, SIDE, SIDE)).toBeCloseTo(-1, 4);
  });

  it('fires on a fold, and smooths it away while the motion stays', () => {
    const fold = flowOf((x) => [x < 32 ? 4 : -4, 0]);
    expect(smallestDeterminant(fold, SIDE, SIDE)).toBeLessThan(-5);
    const repairs = unfold(fold, SIDE, SIDE, new Float32Array(SIDE * SIDE));
    expect(repairs).toBeGreaterThan(0);
    expect(smallestDeterminant(fold, SIDE, SIDE)).toBeGreaterThanOrEqual(0.1);
    expect(fold.u[5 * SIDE + 4]).toBeGreaterThan(2);
  });

  it('leaves a smooth flow as it is', () => {
    const gentle = flowOf((x, y) => [Math.sin(x / 10), Math.cos(y / 10)]);
    const before = gentle.u.slice();
    expect(unfold(gentle, SIDE, SIDE, new Float32Array(SIDE * SIDE))).toBe(0);
    expect(gentle.u).toEqual(before);
  });

  it('mends any flow', () => {
    const rough = fc.tuple(fc.integer({ min: 0, max: 1e6 }), fc.double({ min: 0.1, max: 40, noNaN: true }));
    fc.assert(
      fc.property(rough, ([key, strength]) => {
        const rng = createRng(key);
        const flow = { u: new Float32Array(256), v: new Float32Array(256) };
        for (let i = 0; i < 256; i++)
          [flow.u[i], flow.v[i]] = [strength * rng.normal(), strength * rng.normal()];
        unfold(flow, 16, 16, new Float32Array(256));
        expect(smallestDeterminant(flow, 16, 16)).toBeGreaterThanOrEqual(0.1);
      }),
      { numRuns: 40 },
    );
  });
});

describe('warp, blur and enlarging', () => {
  it('a warp by whole pixels copies, in between it interpolates, and it adds by weight', () => {
    const ramp = Float32Array.from({ length: 16 }, (_, i) => i % 4);
    const flow = { u: new Float32Array(16).fill(1), v: new Float32Array(16) };
    const out = new Float32Array(16).fill(10);
    addWarped(ramp, 4, 4, 1, flow, 0.5, out);
    expect([...out.subarray(0, 4)]).toEqual([10.5, 11, 11.5, 11.5]);
    flow.u.fill(0.25);
    out.fill(0);
    addWarped(ramp, 4, 4, 1, flow, 1, out);
    expect([...out.subarray(4, 8)]).toEqual([0.25, 1.25, 2.25, 3]);
  });

  it('the sharp warp copies too, and keeps a fine texture that the bilinear one blurs', () => {
    const texture = Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => 0.5 + 0.4 * Math.sin(i / 3));
    const moved = (warp: typeof addWarped, u: number): Float32Array => {
      const flow = { u: new Float32Array(SIDE * SIDE).fill(u), v: new Float32Array(SIDE * SIDE) };
      const out = new Float32Array(texture.length);
      warp(texture, SIDE, SIDE, 3, flow, 1, out);
      return out;
    };
    expect(moved(addWarpedSharply, 2)).toEqual(moved(addWarped, 2));
    const truth = Float32Array.from(texture, (_, i) => 0.5 + 0.4 * Math.sin(i / 3 + 0.5));
    const inside = (picture: Float32Array): Float32Array =>
      picture.filter((_, i) => Math.abs(((i / 3) % SIDE) - 32) < 24);
    const [blurred, sharp] = [addWarped, addWarpedSharply].map((warp) =>
      seenDifference(inside(moved(warp, 0.5)), inside(truth)),
    );
    expect(sharp).toBeLessThan(blurred / 2);
  });

  it('blur keeps an even picture, and spreads a point by its sigma', () => {
    const scratch = new Float32Array(21 * 21);
    const even = new Float32Array(21 * 21).fill(0.3);
    blur(even, 21, 21, 1, 2, even, scratch);
    for (const value of even) expect(value).toBeCloseTo(0.3, 6);
    const point = new Float32Array(21 * 21);
    point[10 * 21 + 10] = 1;
    blur(point, 21, 21, 1, 1.5, point, scratch);
    let variance = 0;
    point.forEach((value, i) => (variance += value * ((i % 21) - 10) ** 2));
    expect(variance).toBeCloseTo(1.5 ** 2, 1);
  });

  it('enlarging keeps even and evenly rising pictures as they are', () => {
    const enlarge = createEnlarger(8, 6, 1, 24, 18);
    const out = new Float32Array(24 * 18);
    enlarge(new Float32Array(48).fill(0.4), out);
    for (const value of out) expect(value).toBeCloseTo(0.4, 6);
    enlarge(
      Float32Array.from({ length: 48 }, (_, i) => i % 8),
      out,
    );
    for (let x = 6; x < 18; x++) expect(out[9 * 24 + x]).toBeCloseTo((x + 0.5) / 3 - 0.5, 5);
  });
});
