import { cumulativeLengths, lengthAtPosition, positionAtLength } from '../../core/arclength.ts';
import { lerp } from '../../core/interpolate.ts';
import { seenDifference } from './codec.ts';
import type { Compositor, EndFlows, Residuals } from './compositor.ts';
import type { FlowEstimator } from './flow.ts';
import { stillFlow } from './warp.ts';

/** A moment of a segment at which the flows were measured. */
interface Knot {
  /** The part of the decoded pictures' way that is done, in [0, 1]. */
  readonly passed: number;
  readonly flows: Required<EndFlows>;
}

/** The way from one keyframe to the next. */
export interface Segment {
  /** Length of the whole way, in seen differences. */
  readonly length: number;
  /** Whether its flows are known; without them detail is faded over where it stands. */
  readonly measured: boolean;
  /** How far around a moment, in the path's `t`, decodes are averaged: see {@link REACH}. */
  readonly reach: number;
  /** The path's `t` at which a part of the way, in [0, 1], is done. */
  pathAt(position: number): number;
  /** How far the detail is faded over to the second end, at the path's `t`. */
  blendAt(t: number): number;
  /** How shapes lie to those of the ends, at the path's `t`. */
  flowsAt(t: number, out: Required<EndFlows>): void;
}

/**
 * How many parts of the way lie between measurements of the flow. More would follow the decoder's flicker: at
 * 24 the detail's own way was 1.3 × as long, and the frames no sharper and no less of a ghost.
 */
const KNOTS = 6;

/**
 * Where pictures' detail is carried along, a moment's decode is the mean of those around it, within this much of
 * the way, and less towards the ends, which stay as they are. What the decoder draws by chance changes from one
 * to the next; it flickers, and is no detail of anybody's.
 */
export const REACH = 0.15;

/** Called between pieces of long work, to report, to let others run, and to stop. */
export type Tick = (done: number, total: number) => Promise<void>;

/** How shapes move along a segment: what takes long to find, and depends on nothing but the pictures on it. */
export interface SegmentFlows {
  /** Lengths of the decoded pictures' way up to each sample, in seen differences. */
  readonly bare: Float64Array;
  /** None where neither end has a picture. */
  readonly knots: readonly Knot[];
}

/**
 * Measures the flows at moments that look equally far apart.
 * @param samples decoded pictures at equal steps of the path's `t`, ends included
 * @param compositor for frames of the samples' own size
 */
export async function measureFlows(
  samples: readonly Float32Array[],
  residuals: Residuals,
  compositor: Compositor,
  estimator: FlowEstimator,
  tick: Tick,
): Promise<SegmentFlows> {
  const bare = cumulativeLengths(steps(samples));
  if (residuals.from === null && residuals.to === null) return { bare, knots: [] };
  return { bare, knots: await measureKnots(samples, bare, residuals, compositor, estimator, tick) };
}

/** Lengths up to each sample of the way that is seen, with so much detail. */
export function seenLengths(
  samples: readonly Float32Array[],
  residuals: Residuals,
  detail: number,
  flows: SegmentFlows,
  compositor: Compositor,
): Float64Array {
  if (detail === 0 || flows.knots.length === 0) return flows.bare;
  const last = samples.length - 1;
  const segment = segmentOf(flows, flows.bare);
  const moved = stillFlows(compositor.output.width * compositor.output.height);
  let [before, now] = [new Float32Array(samples[0].length), new Float32Array(samples[0].length)];
  const seen = new Float64Array(last);
  for (let i = 0; i <= last; i++) {
    segment.flowsAt(i / last, moved);
    compositor.compose(samples[i], detail, residuals, moved, segment.blendAt(i / last), now);
    if (i > 0) seen[i - 1] = seenDifference(before, now);
    [before, now] = [now, before];
  }
  return cumulativeLengths(seen);
}

/**
 * A segment that is passed so that equal parts show equal differences.
 * @param lengths up to each sample, as {@link seenLengths} gives them
 */
export function segmentOf({ bare, knots }: SegmentFlows, lengths: Float64Array): Segment {
  const last = lengths.length - 1;
  const blendAt = (t: number): number => lengthAtPosition(bare, t * last);
  return {
    length: lengths[last],
    measured: true,
    reach: knots.length > 0 ? REACH : 0,
    pathAt: (position) => positionAtLength(lengths, position) / last,
    blendAt,
    flowsAt: (t, out) => flowsAt(knots, blendAt(t), out),
  };
}

/** A segment that nothing was measured on: passed evenly, its detail faded over where it stands. */
export function unmeasuredSegment(length: number): Segment {
  return { length, measured: false, reach: 0, pathAt: (t) => t, blendAt: (t) => t, flowsAt: () => undefined };
}

function steps(samples: readonly Float32Array[]): number[] {
  return samples.slice(1).map((sample, i) => seenDifference(samples[i], sample));
}

async function measureKnots(
  samples: readonly Float32Array[],
  bare: Float64Array,
  residuals: Residuals,
  compositor: Compositor,
  estimator: FlowEstimator,
  tick: Tick,
): Promise<Knot[]> {
  const evenly = Array.from({ length: KNOTS + 1 }, (_, k) => Math.round(positionAtLength(bare, k / KNOTS)));
  const at = [...new Set(evenly)];
  const pixels = compositor.output.width * compositor.output.height;
  const pyramids = at.map((index) => estimator.pyramid(samples[index]));
  const knots = at.map((index) => ({
    passed: lengthAtPosition(bare, index),
    flows: stillFlows(pixels),
  }));
  // Each estimate begins with its neighbour's: motion grows from the end, and stays continuous in time.
  const end = at.length - 1;
  for (let k = 1; k <= end; k++) {
    estimator.estimate(pyramids[k], pyramids[0], knots[k - 1].flows.from, knots[k].flows.from);
    await tick(k, 3 * end);
  }
  for (let k = end - 1; k >= 0; k--) {
    estimator.estimate(pyramids[k], pyramids[end], knots[k + 1].flows.to, knots[k].flows.to);
    await tick(2 * end - k, 3 * end);
  }
  const brought = [0, 1].map(() => new Float32Array(samples[0].length));
  for (let k = 0; k <= end; k++) {
    const { from, to, between } = knots[k].flows;
    brought.forEach((picture, blend) =>
      compositor.compose(samples[at[k]], 1, residuals, { from, to }, blend, picture),
    );
    const [first, second] = brought.map((picture) => estimator.pyramid(picture));
    estimator.estimate(first, second, null, between);
    await tick(2 * end + k, 3 * end);
  }
  return knots;
}

/** Flows that move nothing, as room for others. */
export function stillFlows(pixels: number): Required<EndFlows> {
  return { from: stillFlow(pixels), to: stillFlow(pixels), between: stillFlow(pixels) };
}

/** The flows at a moment between two knots, blended linearly. */
function flowsAt(knots: readonly Knot[], passed: number, out: Required<EndFlows>): void {
  let next = 1;
  while (next < knots.length - 1 && knots[next].passed < passed) next++;
  const [a, b] = [knots[next - 1], knots[next]];
  const t = b.passed > a.passed ? Math.min(1, Math.max(0, (passed - a.passed) / (b.passed - a.passed))) : 0;
  for (const end of ['from', 'to', 'between'] as const) {
    lerp(a.flows[end].u, b.flows[end].u, t, out[end].u);
    lerp(a.flows[end].v, b.flows[end].v, t, out[end].v);
  }
}
