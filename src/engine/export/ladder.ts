/**
 * What may be given up so that a file is small enough, step by step, what is seen least first. The order is
 * measured: docs/decisions/0011-export-formats.md has the figures.
 */

/** A way of encoding: a quality (1 to 100), and parts of the frames and of the size that are kept, in (0, 1]. */
export interface Rung {
  readonly quality: number;
  readonly rate: number;
  readonly size: number;
}

export type LadderKind = 'gif' | 'webp' | 'apng' | 'mp4' | 'webm';

/** Slower, motion is no longer seen as motion; smaller, nothing is recognised. */
const LEAST_FRAMES_PER_SECOND = 10;
const LEAST_SIDE = 64;
/** Rungs between two knots. */
const FINENESS = 6;

/** Quality, part of the frames, part of the size. */
type Knot = readonly [number, number, number];

/** GIF: a pixel may lag behind by a little (to 12 of 255), then fewer frames, then smaller ones. */
const GIF: readonly Knot[] = [
  [90, 1, 1],
  [70, 1, 1],
  [70, 0.8, 0.95],
  [70, 0.8, 0.8],
  [70, 2 / 3, 0.7],
  [65, 2 / 3, 0.55],
  [60, 0.5, 0.5],
  [55, 0.5, 0.35],
  [50, 0.4, 0.25],
  [45, 0.4, 0.12],
];
/** What predicts nothing from frame to frame: quality first, then both. */
const PICTURES: readonly Knot[] = [
  [90, 1, 1],
  [60, 1, 1],
  [60, 0.8, 0.9],
  [55, 0.8, 0.75],
  [50, 2 / 3, 0.65],
  [45, 0.5, 0.5],
  [40, 0.5, 0.35],
  [35, 0.4, 0.25],
  [30, 0.4, 0.12],
];
/** Film hardly grows with its frames, so that they go last. */
const FILM: readonly Knot[] = [
  [90, 1, 1],
  [60, 1, 1],
  [50, 1, 0.8],
  [45, 1, 0.6],
  [40, 0.8, 0.45],
  [35, 0.5, 0.35],
  [30, 0.5, 0.25],
  [25, 0.4, 0.12],
];
const LADDERS: Readonly<Record<LadderKind, readonly Knot[]>> = {
  gif: GIF,
  webp: PICTURES,
  apng: PICTURES,
  mp4: FILM,
  webm: FILM,
};

/**
 * The rungs of a format, each smaller than the one before, none worse than what is still worth looking at.
 * @param asked what the first is: quality, frames a second, and the longer side in pixels
 */
export function ladderOf(
  kind: LadderKind,
  asked: { readonly quality: number; readonly framesPerSecond: number; readonly side: number },
): Rung[] {
  const knots = LADDERS[kind];
  const leastRate = Math.min(1, LEAST_FRAMES_PER_SECOND / asked.framesPerSecond);
  const leastSize = Math.min(1, LEAST_SIDE / asked.side);
  const rungs: Rung[] = [{ quality: asked.quality, rate: 1, size: 1 }];
  for (let i = 1; i < knots.length; i++) {
    const [from, to] = [knots[i - 1], knots[i]];
    for (let step = 1; step <= FINENESS; step++) {
      const between = (c: 0 | 2): number => from[c] + ((to[c] - from[c]) * step) / FINENESS;
      rungs.push({
        quality: Math.min(asked.quality, Math.round(between(0))),
        // Frames are left out in the knots' own proportions, which are even ones.
        rate: Math.max(leastRate, to[1]),
        size: Math.max(leastSize, between(2)),
      });
    }
  }
  return rungs.filter((rung, i) => i === 0 || differs(rung, rungs[i - 1]));
}

const differs = (a: Rung, b: Rung): boolean =>
  a.quality !== b.quality || a.rate !== b.rate || a.size !== b.size;

export interface RungSearch {
  /** How many rungs there are. */
  readonly count: number;
  readonly limit: number;
  /** About how many bytes a rung gives, quickly. */
  estimate(rung: number): Promise<number>;
  /** How many bytes it gives. */
  attempt(rung: number): Promise<number>;
}

/** A rung whose prediction is above the limit by as much is worth trying. */
const CONFIDENCE = 1.01;

/**
 * The first rung that meets the limit, by estimates that are corrected with each attempt; at most one rung
 * worse than that where the estimates mislead.
 * @returns null when not even the last meets it, with how small that is
 */
export async function findRung(search: RungSearch): Promise<{ rung: number } | { smallest: number }> {
  const { count, limit } = search;
  const estimates = new Map<number, number>();
  const estimate = async (rung: number): Promise<number> => {
    const known = estimates.get(rung) ?? (await search.estimate(rung));
    estimates.set(rung, known);
    return known;
  };
  /** The rungs before `low` are too large, `high` (when it is one) fits. */
  let [low, high] = [0, count];
  let correction = 1;
  let smallest = Infinity;
  while (low < high) {
    let [from, to] = [low, Math.min(high, count - 1)];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((await estimate(middle)) * correction <= limit) to = middle;
      else from = middle + 1;
    }
    // The one that fits is as good as any before it that is not believed to fit.
    if (from === high) break;
    const bytes = await search.attempt(from);
    correction = bytes / (await estimate(from)) / CONFIDENCE;
    smallest = Math.min(smallest, bytes);
    if (bytes <= limit) high = from;
    else low = from + 1;
  }
  return high < count ? { rung: high } : { smallest };
}
