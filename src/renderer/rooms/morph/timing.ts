import type { Place, Timeline } from '../../../contract/timeline.ts';
import { segmentsOf } from '../../../core/timeline.ts';

/** When things happen on a timeline, in seconds, in its forward direction. */
export interface Timing {
  /** When each keyframe is reached. */
  readonly arrives: readonly number[];
  readonly holds: readonly number[];
  /** How long the way after each keyframe takes; of the last one too, in a cycle. */
  readonly ways: readonly number[];
  /** From the first keyframe to the end, once. */
  readonly length: number;
  /** Of the whole animation: there and back, where it goes back. */
  readonly total: number;
}

/** What a place is known by. */
export const placeKey = (place: Place): string =>
  place.kind === 'picture' ? place.id : `${place.name} ${place.values.slice(0, 6).join(' ')}`;

/** How far ways are compared with each other, as the engine last measured them. */
export type Shares = ReadonlyMap<string, number>;

const wayKey = ({ keyframes }: Timeline, way: number): string => {
  const [from, to] = [keyframes[way], keyframes[(way + 1) % keyframes.length]];
  return from === undefined || to === undefined ? '' : `${placeKey(from.place)} → ${placeKey(to.place)}`;
};

/**
 * When each keyframe is reached. Ways without a time of their own share what the timeline gives by how far they
 * are; one that was not measured yet counts as far as the others are on average.
 */
export function timingOf(timeline: Timeline, shares: Shares): Timing {
  const { keyframes, loop, seconds } = timeline;
  const count = keyframes.length < 2 ? 0 : segmentsOf(keyframes.length, loop);
  const known = keyframes.slice(0, count).map((keyframe, way) => ({
    own: keyframe.seconds,
    share: shares.get(wayKey(timeline, way)),
  }));
  const measured = known.flatMap(({ own, share }) => (own === null && share !== undefined ? [share] : []));
  const mean = measured.length === 0 ? 1 : measured.reduce((a, b) => a + b, 0) / measured.length;
  const open = known.reduce((sum, { own, share }) => sum + (own === null ? (share ?? mean) : 0), 0);
  const ways = known.map(({ own, share }) => own ?? (seconds * (share ?? mean)) / (open || 1));
  const holds = keyframes.map(({ holdSeconds }) => holdSeconds);
  const arrives: number[] = [];
  let now = 0;
  for (const [i, hold] of holds.entries()) {
    arrives.push(now);
    now += hold + (ways[i] ?? 0);
  }
  const ends = (holds[0] ?? 0) + (holds.at(-1) ?? 0);
  return {
    arrives,
    holds,
    ways,
    length: now,
    total: loop === 'pingpong' ? Math.max(0, 2 * now - ends) : now,
  };
}

/** The shares that follow from when the engine's frames meet the keyframes, beside those known before. */
export function measuredShares(
  timeline: Timeline,
  keyframesAt: readonly number[],
  frames: number,
  before: Shares,
): Map<string, number> {
  const next = new Map(before);
  const { keyframes, loop, framesPerSecond } = timeline;
  const count = segmentsOf(keyframes.length, loop);
  for (let way = 0; way < count; way++) {
    const keyframe = keyframes[way];
    const [from, to] = [keyframesAt[way], keyframesAt[way + 1] ?? frames];
    if (keyframe === undefined || from === undefined || keyframe.seconds !== null) continue;
    const share = (to - from) / framesPerSecond - keyframe.holdSeconds;
    next.set(wayKey(timeline, way), Math.max(share / timeline.seconds, 1e-3));
  }
  return next;
}

/** A moment of the whole animation, as one of its forward direction. */
export function forwardTime(timing: Timing, time: number): number {
  if (time <= timing.length) return time;
  return timing.length - (timing.holds.at(-1) ?? 0) - (time - timing.length);
}

/** Where on the way a moment of the forward direction is, in keyframes, time passing evenly on each way. */
export function keyframeAt(timing: Timing, time: number): number {
  const { arrives, holds, ways } = timing;
  for (let i = arrives.length - 1; i >= 0; i--) {
    const since = time - (arrives[i] ?? 0);
    if (since < 0) continue;
    const way = ways[i] ?? 0;
    return i + (way > 0 ? Math.min(Math.max((since - (holds[i] ?? 0)) / way, 0), 1) : 0);
  }
  return 0;
}

/** When a place on the way is reached, in the forward direction: the reverse of {@link keyframeAt}. */
export function timeAt(timing: Timing, at: number): number {
  const { arrives, holds, ways } = timing;
  const i = Math.min(Math.max(Math.floor(at), 0), arrives.length - 1);
  if (i < 0) return 0;
  const part = at - i;
  return (arrives[i] ?? 0) + (part > 0 ? (holds[i] ?? 0) + part * (ways[i] ?? 0) : 0);
}

/** Seconds as they are read on a timeline: "2.40". */
export const clockText = (seconds: number): string => {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds - 60 * minutes;
  return minutes > 0 ? `${minutes}:${rest.toFixed(2).padStart(5, '0')}` : rest.toFixed(2);
};
