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

/** A way from one keyframe to the next. */
export interface TimelineSegment {
  /** How many frames it takes; null shares `TimelineSettings.frames` by `length`. */
  readonly frames: number | null;
  /** How time passes on it, there and back. */
  readonly ease: Easing;
  /** How far it is, as it is seen: where time is shared, the speed is the same on all ways. */
  readonly length: number;
}

export interface TimelineSettings {
  readonly loop: Loop;
  /** By how many more frames each keyframe stays, at each visit. Two or more. */
  readonly holds: readonly number[];
  /** As many as {@link segmentsOf} says. */
  readonly segments: readonly TimelineSegment[];
  /** What all ways without frames of their own take together, in one direction. */
  readonly frames: number;
}

export interface Schedule {
  readonly frames: readonly TimelineFrame[];
  /** The frame at which each keyframe is first met. */
  readonly keyframesAt: readonly number[];
}

/** How many segments the path has. */
export function segmentsOf(keyframes: number, loop: Loop): number {
  return loop === 'cycle' ? keyframes : keyframes - 1;
}

/** The fewest frames with which every keyframe is seen: how often keyframes are visited. */
export function fewestFrames(keyframes: number, loop: Loop): number {
  return loop === 'pingpong' ? 2 * (keyframes - 1) : keyframes;
}

/** How many frames an animation has, rounded once over all of it. Ways shorter than a frame can make it more. */
export function countFrames({
  loop,
  holds,
  segments,
  frames,
}: Omit<TimelineSettings, 'segments'> & {
  readonly segments: readonly Pick<TimelineSegment, 'frames'>[];
}): number {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const own = sum(segments.map((segment) => segment.frames ?? 0));
  const shared = segments.some((segment) => segment.frames === null) ? frames : 0;
  const inner = loop === 'pingpong' ? sum(holds.slice(1, -1)) : 0;
  const directions = loop === 'pingpong' ? 2 : 1;
  const total = Math.round(directions * (own + shared) + sum(holds) + inner);
  return Math.max(fewestFrames(holds.length, loop), total);
}

interface Part {
  readonly segment: number;
  readonly back: boolean;
  /** Frames that the keyframe at its beginning stays longer. */
  hold: number;
  /** Steps of the way; 0 while they are not known. */
  steps: number;
}

/**
 * The frames of an animation, in order: every keyframe is met by a frame exactly, and none is shown twice
 * unless held. A loop's last frame is one step before its first, so that it closes without a stop. Frames need
 * not be given as whole numbers: the parts are rounded so that they sum up to what {@link countFrames} says.
 * Throws a RangeError for fewer than two keyframes, or where the segments are not as many as they should be.
 */
export function scheduleFrames(settings: TimelineSettings): Schedule {
  const { loop, holds, segments } = settings;
  const expected = segmentsOf(holds.length, loop);
  if (holds.length < 2 || segments.length !== expected)
    throw new RangeError(`${holds.length} keyframes need ${expected} segments, not ${segments.length}.`);
  const parts = timed(settings);
  const frames: TimelineFrame[] = [];
  const keyframesAt: number[] = [];
  const stay = (keyframe: number, segment: number, position: number, hold: number): void => {
    keyframesAt[keyframe] ??= frames.length;
    for (let i = 0; i <= hold; i++) frames.push({ segment, position });
  };
  for (const { segment, back, hold, steps } of parts) {
    const { ease } = segments[segment] ?? segments[segment - 1];
    if (segment === segments.length) stay(segment, segment - 1, 1, hold);
    else stay(back ? segment + 1 : segment, segment, back ? 1 : 0, hold);
    for (let k = 1; k < steps; k++) {
      const passed = ease(k / steps);
      frames.push({ segment, position: back ? 1 - passed : passed });
    }
  }
  return { frames, keyframesAt };
}

/** Gives each keyframe's stay and each way its whole number of frames. */
function timed({ loop, holds, segments, frames }: TimelineSettings): Part[] {
  const total = countFrames({ loop, holds, segments, frames });
  let owed = 0;
  const whole = (exact: number, least: number): number => {
    const rounded = Math.round(exact + owed);
    owed += exact - rounded;
    return Math.max(least, rounded);
  };
  const part = (segment: number, back: boolean): Part => {
    const keyframe = back ? segment + 1 : segment;
    const own = segments[segment]?.frames ?? null;
    return { segment, back, hold: whole(holds[keyframe], 0), steps: own === null ? 0 : whole(own, 1) };
  };
  const forth = segments.map((_, segment) => part(segment, false));
  // A path that ends, ends with a frame that no way follows.
  const end = loop === 'none' ? [part(segments.length, false)] : [];
  const back = loop === 'pingpong' ? segments.map((_, i) => part(segments.length - 1 - i, true)) : [];
  const all = [...forth, ...end, ...back];
  const taken = all.reduce((sum, { hold, steps }) => sum + hold + steps, end.length);
  const shareOut = (direction: readonly Part[], whole: number): void => {
    const open = direction.filter(({ segment }) => segments[segment]?.frames === null);
    if (open.length === 0) return;
    const steps = share(
      Math.max(open.length, whole),
      open.map(({ segment }) => segments[segment].length),
    );
    open.forEach((one, i) => (one.steps = steps[i]));
  };
  const left = total - taken;
  shareOut(forth, back.length > 0 ? Math.ceil(left / 2) : left);
  shareOut(back, Math.floor(left / 2));
  const given = all.reduce((sum, { hold, steps }) => sum + hold + steps, end.length);
  for (let over = given - total; over > 0; over--) {
    // A path's last frame, and ways that got one step though they asked for less, take theirs from the longest.
    const longest = all.reduce((a, b) => (b.steps > a.steps ? b : a));
    if (longest.steps <= 1) break;
    longest.steps--;
  }
  return all;
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
