import type { Easing } from './easing.ts';

/** `none` ends at the last keyframe, `pingpong` goes back the way it came, `cycle` goes on to the first. */
export const LOOPS = ['none', 'pingpong', 'cycle'] as const;
export type Loop = (typeof LOOPS)[number];

/** One frame of an animation: a place on the path. */
export interface TimelineFrame {
  /** The segment from keyframe `segment` to the next (after the last comes the first). */
  readonly segment: number;
  /** The part of the segment's way that is done, in [0, 1]; 0 or 1 exactly at a keyframe. */
  readonly position: number;
}

export interface TimelineSettings {
  /** Two or more. */
  readonly keyframes: number;
  /** Frames in all, apart from those of `hold`. */
  readonly frames: number;
  readonly loop: Loop;
  /** By how many more frames each keyframe stays, at each visit. */
  readonly hold: number;
  /** How time passes between two keyframes. */
  readonly ease: Easing;
  /** The length of each segment's way; time is shared out by it, so that the speed is the same in all. */
  readonly lengths: readonly number[];
}

/** How many segments the path has. */
export function segmentsOf(keyframes: number, loop: Loop): number {
  return loop === 'cycle' ? keyframes : keyframes - 1;
}

/** The fewest frames with which every keyframe is seen. */
export function fewestFrames(keyframes: number, loop: Loop): number {
  return loop === 'pingpong' ? 2 * (keyframes - 1) : keyframes;
}

interface Traversal {
  readonly segment: number;
  readonly back: boolean;
  readonly intervals: number;
}

/**
 * The frames of an animation, in order: every keyframe is met by a frame exactly, and none is shown twice
 * unless held. A loop's last frame is one step before its first, so that it closes without a stop.
 * Throws a RangeError when there are too few frames, or not one length for each segment.
 */
export function scheduleFrames(settings: TimelineSettings): TimelineFrame[] {
  const { keyframes, frames, loop, hold, ease, lengths } = settings;
  const segments = segmentsOf(keyframes, loop);
  if (lengths.length !== segments)
    throw new RangeError(`There are ${segments} segments and ${lengths.length} lengths.`);
  if (!(frames >= fewestFrames(keyframes, loop))) {
    throw new RangeError(`${frames} frames do not show ${keyframes} keyframes.`);
  }
  const schedule: TimelineFrame[] = [];
  const stay = (segment: number, position: number): void => {
    for (let i = 0; i <= hold; i++) schedule.push({ segment, position });
  };
  for (const { segment, back, intervals } of traversals(frames, loop, lengths)) {
    stay(segment, back ? 1 : 0);
    for (let k = 1; k < intervals; k++) {
      const passed = ease(k / intervals);
      schedule.push({ segment, position: back ? 1 - passed : passed });
    }
  }
  if (loop === 'none') stay(segments - 1, 1);
  return schedule;
}

function traversals(frames: number, loop: Loop, lengths: readonly number[]): Traversal[] {
  const forth = (intervals: number): Traversal[] =>
    share(intervals, lengths).map((n, segment) => ({ segment, back: false, intervals: n }));
  if (loop !== 'pingpong') return forth(loop === 'none' ? frames - 1 : frames);
  const back = forth(Math.floor(frames / 2)).map((traversal) => ({ ...traversal, back: true }));
  return [...forth(Math.ceil(frames / 2)), ...back.reverse()];
}

/** Shares a whole number out by weight, one at least to each, with the largest remainders rounded up. */
export function share(whole: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const spare = whole - weights.length;
  // One to each is given beforehand, so weights that ask for less than one must not take from the others.
  const wanted = weights.map((weight) => (total > 0 ? (whole * weight) / total : whole / weights.length));
  const beyond = wanted.map((amount) => Math.max(0, amount - 1));
  const sum = beyond.reduce((a, b) => a + b, 0);
  const exact = beyond.map((amount) => (sum > 0 ? (spare * amount) / sum : spare / weights.length));
  const parts = exact.map((amount) => Math.floor(amount));
  const missing = spare - parts.reduce((a, b) => a + b, 0);
  const byRemainder = exact
    .map((amount, index) => ({ index, remainder: amount - Math.floor(amount) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, missing)) parts[index]++;
  return parts.map((part) => part + 1);
}
