import type { TimelineTrack } from '../../../contract/timeline.ts';
import { easing, type Easing, type EasingName } from '../../../core/easing.ts';
import { createTrack, type Track } from '../../../core/track.ts';
import { MOST_DEVIATIONS } from './edits.ts';

const two = (value: number): string => value.toFixed(2);

/** A line through points, as SVG writes it. */
export const linePath = (points: readonly (readonly [number, number])[]): string =>
  points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${two(x)} ${two(y)}`).join('');

/** The graph of an easing in a box: time to the right, progress upwards. */
export function easePath(name: EasingName, width: number, height: number, steps = 24): string {
  const ease = easing(name);
  return linePath(
    Array.from(
      { length: steps + 1 },
      (_, i) => [(width * i) / steps, height * (1 - ease(i / steps))] as const,
    ),
  );
}

/** The part of the time at which an easing has come so far, in [0, 1]: easings never go back, so there is one. */
export function easeInverse(ease: Easing, progress: number): number {
  if (progress <= 0) return 0;
  if (progress >= 1) return 1;
  let [low, high] = [0, 1];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (ease(middle) < progress) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The curve of a track as it is played. @param period the keyframes of a cycle, or null */
export const trackCurve = (track: TimelineTrack, period: number | null): Track =>
  createTrack(
    track.points.map((point) => ({ ...point, ease: easing(point.ease) })),
    period,
  );

/** Where a value of an attribute stands in a lane of this height, in pixels from the top. */
export const valueY = (value: number, height: number, margin = 6): number =>
  height / 2 - (value / MOST_DEVIATIONS) * (height / 2 - margin);

/** The reverse of {@link valueY}. */
export const yValue = (y: number, height: number, margin = 6): number =>
  ((height / 2 - y) / (height / 2 - margin)) * MOST_DEVIATIONS;
