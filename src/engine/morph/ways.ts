import { createHash } from 'node:crypto';
import type { Path } from '../../core/interpolate.ts';
import { ByteCache } from './cache.ts';
import { decodeAll, type LatentCodec, seenDifference, valuesOf } from './codec.ts';
import type { Compositor, Residuals } from './compositor.ts';
import type { FlowEstimator } from './flow.ts';
import type { Keyframe } from './keyframe.ts';
import type { Moves } from './moves.ts';
import {
  measureFlows,
  REACH,
  seenLengths,
  type Segment,
  type SegmentFlows,
  segmentOf,
  type Tick,
} from './segment.ts';

/** Decoded moments of a way by which it is measured. */
const SAMPLES = 48;
const FEWEST_SAMPLES = 8;
/** What they may take. */
const SAMPLE_BYTES = 256 * 1024 * 1024;
/** Pictures decoded in one call: between calls there is progress, and room to stop. */
const BATCH = 16;
/** Moments by which it is told how much longer attributes make a way. */
const MOVED_SAMPLES = 16;
/** Moments that tell one way from another: the curves have four coefficients. */
const FINGERPRINT = [0, 0.25, 0.5, 0.75, 1];

/** A segment of a path, and what it lies between. */
export interface Way {
  readonly path: Path;
  readonly segment: number;
  readonly from: Keyframe;
  readonly to: Keyframe;
}

/** Measures ways, and remembers them by what they look like. */
export interface Ways {
  measure(way: Way, detail: number, tick: Tick): Promise<Segment>;
  /** A way that was measured before; null where it was not, or is no longer remembered. */
  remembered(way: Way, detail: number): Segment | null;
  /** By how much attributes make a measured way longer, in seen differences. */
  lengthening(way: Way, measured: Segment, moves: Moves): number;
}

interface Measured {
  readonly flows: SegmentFlows;
  /** By how much detail was shown. */
  readonly lengths: Map<number, Float64Array>;
}

export function createWays(
  codec: LatentCodec,
  compositor: Compositor,
  estimator: FlowEstimator,
  cacheBytes: number,
): Ways {
  const kept = new ByteCache<Measured>(cacheBytes);
  const most = Math.floor(SAMPLE_BYTES / (4 * valuesOf(codec.image)));
  const count = Math.max(FEWEST_SAMPLES, Math.min(SAMPLES, most));

  /** Decodes a way at equal steps of the path's `t`, both ends included. */
  const sample = async ({ path, segment }: Way, reach: number, tick: Tick): Promise<Float32Array[]> => {
    const samples: Float32Array[] = [];
    while (samples.length <= count) {
      const size = Math.min(BATCH, count + 1 - samples.length);
      const moments = Array.from({ length: size }, (_, i) =>
        around((samples.length + i) / count, reach).map((t) => pointOn(path, segment, t, codec.latentSize)),
      );
      samples.push(...decodeMeans(codec, moments));
      await tick(samples.length, count + 1);
    }
    return samples;
  };

  const keyOf = (way: Way, detail: number): string => `${detail > 0} ${fingerprint(way, codec.latentSize)}`;
  const remembered = (way: Way, detail: number): Segment | null => {
    const known = kept.get(keyOf(way, detail));
    const lengths = known?.lengths.get(detail);
    return known === undefined || lengths === undefined ? null : segmentOf(known.flows, lengths);
  };

  return {
    remembered,
    measure: async (way, detail, tick) => {
      const before = remembered(way, detail);
      if (before !== null) return before;
      const { from, to } = way;
      // Without detail no flow counts.
      const residuals: Residuals = {
        from: detail > 0 ? (from.picture?.residual ?? null) : null,
        to: detail > 0 ? (to.picture?.residual ?? null) : null,
      };
      const key = keyOf(way, detail);
      const known = kept.get(key);
      const half =
        (number: 0 | 1): Tick =>
        (done, total) =>
          tick(number * total + done, 2 * total);
      const carries = residuals.from !== null || residuals.to !== null;
      const samples = await sample(way, carries ? REACH : 0, half(0));
      const flows = known?.flows ?? (await measureFlows(samples, residuals, compositor, estimator, half(1)));
      const measured = known ?? { flows, lengths: new Map<number, Float64Array>() };
      const seen = seenLengths(samples, residuals, detail, flows, compositor);
      measured.lengths.set(detail, seen);
      kept.set(key, measured, bytesOf(measured));
      return segmentOf(flows, seen);
    },
    lengthening: ({ path, segment }, measured, moves) => {
      const length = (moved: boolean): number => {
        const latents = Array.from({ length: MOVED_SAMPLES + 1 }, (_, i) => {
          const position = i / MOVED_SAMPLES;
          const latent = pointOn(path, segment, measured.pathAt(position), codec.latentSize);
          if (moved) moves.addAt(segment + position, latent);
          return latent;
        });
        const pictures = decodeAll(codec, latents);
        return pictures.slice(1).reduce((sum, next, i) => sum + seenDifference(pictures[i], next), 0);
      };
      return Math.max(0, length(true) - length(false));
    },
  };
}

/** The latent at the path's `t`. */
export function pointOn(path: Path, segment: number, t: number, size: number): Float32Array {
  const latent = new Float32Array(size);
  path.at(segment, t, latent);
  return latent;
}

/** The moments that a moment's decode is the mean of: itself at the ends, and without reach. */
export function around(t: number, reach: number): number[] {
  const within = Math.min(reach, t, 1 - t);
  return within > 0 ? [-1, -0.5, 0.5, 1].map((part) => t + part * within) : [t];
}

/** Decodes in one call; of each group of latents the mean of its pictures. */
export function decodeMeans(
  codec: LatentCodec,
  groups: readonly (readonly Float32Array[])[],
): Float32Array[] {
  const pictures = decodeAll(codec, groups.flat());
  let next = 0;
  return groups.map(({ length }) => {
    if (length === 1) return pictures[next++];
    const mean = new Float32Array(valuesOf(codec.image));
    for (const picture of pictures.slice(next, next + length)) {
      for (let i = 0; i < mean.length; i++) mean[i] += picture[i] / length;
    }
    next += length;
    return mean;
  });
}

function fingerprint({ path, segment, from, to }: Way, size: number): string {
  const hash = createHash('sha256');
  hash.update(`${from.key} → ${to.key}`);
  for (const t of FINGERPRINT) hash.update(new Uint8Array(pointOn(path, segment, t, size).buffer));
  return hash.digest('hex');
}

function bytesOf({ flows, lengths }: Measured): number {
  const planes = flows.knots.reduce((sum, knot) => sum + 6 * knot.flows.from.u.byteLength, 0);
  return planes + (1 + lengths.size) * flows.bare.byteLength;
}
