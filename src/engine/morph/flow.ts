import { blur } from './blur.ts';
import type { PictureShape } from './codec.ts';
import { unfold } from './foldover.ts';
import { type Flow, stillFlow } from './warp.ts';
import { addWarped } from './warp.ts';

/** Three levels, as measured; fewer where a picture would become smaller than this. */
const LEVELS = 3;
const SMALLEST_SIDE = 8;
/** Weight of smoothness against brightness (in [0, 1]): Horn and Schunck's α. */
const ALPHA = 0.2;
/** Linearisations a level, and sweeps of successive over-relaxation in each. */
const WARPS = 3;
const SWEEPS = 12;
const RELAXATION = 1.8;
/** Blur of the pictures before, in pixels, and of the flow afterwards, as a part of the shorter side. */
const PICTURE_SIGMA = 1;
const FLOW_SIGMA = 1 / 16;

/**
 * The farthest that anything moves, as a part of the shorter side. What two pictures have in common lies nearer;
 * beyond it, colours are matched that have nothing to do with each other, and eyes wander onto chins.
 */
const FARTHEST = 1 / 12;

interface Level {
  readonly width: number;
  readonly height: number;
}

/** A picture at every level, blurred. */
export type Pyramid = readonly Float32Array[];

export interface FlowEstimator {
  pyramid(image: Float32Array): Pyramid;
  /**
   * The smooth dense flow with which `from` fetches itself out of `to`: from(x) ≈ to(x + flow). It never folds.
   * @param start a flow to begin with, of a picture nearby; null begins with none
   */
  estimate(from: Pyramid, to: Pyramid, start: Flow | null, out: Flow): void;
}

/**
 * Optical flow by Horn and Schunck (1981), coarse to fine with warping, over all channels at once. Buffers are
 * made once for a size of picture.
 */
export function createFlowEstimator({ width, height, channels }: PictureShape): FlowEstimator {
  const levels: Level[] = [{ width, height }];
  while (levels.length < LEVELS) {
    const finer = levels[levels.length - 1];
    const coarser = { width: Math.ceil(finer.width / 2), height: Math.ceil(finer.height / 2) };
    if (Math.min(coarser.width, coarser.height) < SMALLEST_SIDE) break;
    levels.push(coarser);
  }
  const flows = levels.map((level) => stillFlow(level.width * level.height));
  const solvers = levels.map((level) => createSolver(level, channels));
  const scratch = new Float32Array(width * height * channels);
  const sigma = FLOW_SIGMA * Math.min(width, height);

  return {
    pyramid: (image) => {
      const pyramid: Float32Array[] = [];
      levels.forEach((level, i) => {
        const blurred = new Float32Array(level.width * level.height * channels);
        const source = i === 0 ? image : halve(pyramid[i - 1], levels[i - 1], level, channels);
        blur(source, level.width, level.height, channels, PICTURE_SIGMA, blurred, scratch);
        pyramid.push(blurred);
      });
      return pyramid;
    },
    estimate: (from, to, start, out) => {
      const coarsest = levels.length - 1;
      for (const plane of [flows[coarsest].u, flows[coarsest].v]) plane.fill(0);
      if (start !== null) bring(start, levels[0], flows[coarsest], levels[coarsest]);
      for (let i = coarsest; i >= 0; i--) {
        if (i < coarsest) bring(flows[i + 1], levels[i + 1], flows[i], levels[i]);
        const most = FARTHEST * Math.min(levels[i].width, levels[i].height);
        for (let warp = 0; warp < WARPS; warp++) {
          solvers[i](from[i], to[i], flows[i]);
          shorten(flows[i], most);
        }
      }
      for (const [plane, target] of [
        [flows[0].u, out.u],
        [flows[0].v, out.v],
      ] as const) {
        blur(plane, width, height, 1, sigma, target, scratch);
      }
      unfold(out, width, height, scratch);
    },
  };
}

/** Shortens displacements softly: short ones hardly, none beyond `most` pixels. */
function shorten({ u, v }: Flow, most: number): void {
  for (let i = 0; i < u.length; i++) {
    const reach = (u[i] * u[i] + v[i] * v[i]) / (most * most);
    const by = (1 + reach * reach) ** -0.25;
    u[i] *= by;
    v[i] *= by;
  }
}

/** Half the size, each pixel the mean of four. */
function halve(image: Float32Array, from: Level, to: Level, channels: number): Float32Array {
  const half = new Float32Array(to.width * to.height * channels);
  for (let y = 0, at = 0; y < to.height; y++) {
    const top = 2 * y * from.width;
    const bottom = Math.min(2 * y + 1, from.height - 1) * from.width;
    for (let x = 0; x < to.width; x++) {
      const left = 2 * x;
      const right = Math.min(left + 1, from.width - 1);
      for (let c = 0; c < channels; c++, at++) {
        half[at] =
          (image[(top + left) * channels + c] +
            image[(top + right) * channels + c] +
            image[(bottom + left) * channels + c] +
            image[(bottom + right) * channels + c]) /
          4;
      }
    }
  }
  return half;
}

/** A flow at another level's size, bilinear, its displacements in that level's pixels. */
function bring(flow: Flow, from: Level, out: Flow, to: Level): void {
  const scaleX = from.width / to.width;
  const scaleY = from.height / to.height;
  for (let y = 0, at = 0; y < to.height; y++) {
    const fromY = Math.min(from.height - 1, Math.max(0, (y + 0.5) * scaleY - 0.5));
    const y0 = fromY | 0;
    const y1 = Math.min(y0 + 1, from.height - 1);
    const fy = fromY - y0;
    for (let x = 0; x < to.width; x++, at++) {
      const fromX = Math.min(from.width - 1, Math.max(0, (x + 0.5) * scaleX - 0.5));
      const x0 = fromX | 0;
      const x1 = Math.min(x0 + 1, from.width - 1);
      const fx = fromX - x0;
      const sample = (plane: Float32Array): number =>
        (1 - fy) * ((1 - fx) * plane[y0 * from.width + x0] + fx * plane[y0 * from.width + x1]) +
        fy * ((1 - fx) * plane[y1 * from.width + x0] + fx * plane[y1 * from.width + x1]);
      out.u[at] = sample(flow.u) / scaleX;
      out.v[at] = sample(flow.v) / scaleY;
    }
  }
}

type Solve = (from: Float32Array, to: Float32Array, flow: Flow) => void;

/** One linearisation around the flow so far, and its solution; `flow` is changed in place. */
function createSolver({ width, height }: Level, channels: number): Solve {
  const pixels = width * height;
  const warped = new Float32Array(pixels * channels);
  const [xx, xy, yy, xt, yt] = Array.from({ length: 5 }, () => new Float32Array(pixels));
  const row = width * channels;
  const smooth = ALPHA * ALPHA;

  const linearise = (from: Float32Array, { u, v }: Flow): void => {
    for (let y = 0, pixel = 0; y < height; y++) {
      const above = y > 0 ? -row : 0;
      const below = y + 1 < height ? row : 0;
      const spanY = 4 * (below - above > row ? 1 : 0.5);
      for (let x = 0; x < width; x++, pixel++) {
        const left = x > 0 ? -channels : 0;
        const right = x + 1 < width ? channels : 0;
        const spanX = 4 * (right - left > channels ? 1 : 0.5);
        let [a, b, c, d, e] = [0, 0, 0, 0, 0];
        // What would be fetched from beyond the edge says nothing: without this a flow that points outwards
        // finds the repeated edge there, is never corrected, and runs away.
        const [toX, toY] = [x + u[pixel], y + v[pixel]];
        const inside = toX >= 0 && toY >= 0 && toX <= width - 1 && toY <= height - 1;
        for (let at = pixel * channels, end = at + channels; inside && at < end; at++) {
          const dx = (warped[at + right] + from[at + right] - warped[at + left] - from[at + left]) / spanX;
          const dy = (warped[at + below] + from[at + below] - warped[at + above] - from[at + above]) / spanY;
          const rest = warped[at] - from[at] - dx * u[pixel] - dy * v[pixel];
          a += dx * dx;
          b += dx * dy;
          c += dy * dy;
          d += dx * rest;
          e += dy * rest;
        }
        xx[pixel] = a / channels;
        xy[pixel] = b / channels;
        yy[pixel] = c / channels;
        xt[pixel] = d / channels;
        yt[pixel] = e / channels;
      }
    }
  };

  const sweep = ({ u, v }: Flow): void => {
    for (let y = 0, i = 0; y < height; y++) {
      const above = y > 0 ? -width : 0;
      const below = y + 1 < height ? width : 0;
      for (let x = 0; x < width; x++, i++) {
        const left = x > 0 ? -1 : 0;
        const right = x + 1 < width ? 1 : 0;
        const meanU = (u[i + left] + u[i + right] + u[i + above] + u[i + below]) / 4;
        const meanV = (v[i + left] + v[i + right] + v[i + above] + v[i + below]) / 4;
        const nextU = (smooth * meanU - xy[i] * v[i] - xt[i]) / (smooth + xx[i]);
        u[i] += RELAXATION * (nextU - u[i]);
        const nextV = (smooth * meanV - xy[i] * u[i] - yt[i]) / (smooth + yy[i]);
        v[i] += RELAXATION * (nextV - v[i]);
      }
    }
  };

  return (from, to, flow) => {
    warped.fill(0);
    addWarped(to, width, height, channels, flow, 1, warped);
    linearise(from, flow);
    for (let i = 0; i < SWEEPS; i++) sweep(flow);
  };
}
