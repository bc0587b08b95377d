import type { Easing } from './easing.ts';

/** A value along a way. */
export interface TrackPoint {
  /** Where on the way, in keyframes: 1.5 is half-way between the second and the third. */
  readonly at: number;
  readonly value: number;
  /** How the value passes to that of the next point. */
  readonly ease: Easing;
}

/** The value at a place on the way. */
export type Track = (at: number) => number;

/**
 * A curve through points, eased from each to the next; before the first and after the last it stays as it is.
 * With a period (the number of keyframes of a cycle) it goes on from the last point to the first, round the
 * loop. Of several points at one place the last one counts from there on. Without points it is 0.
 */
export function createTrack(points: readonly TrackPoint[], period: number | null): Track {
  const sorted = points
    .map((point, order) => ({ ...point, at: period === null ? point.at : point.at % period, order }))
    .sort((a, b) => a.at - b.at || a.order - b.order);
  if (sorted.length === 0) return () => 0;
  const [first] = sorted;
  const last = sorted[sorted.length - 1];
  const round = period === null ? [] : [{ ...first, at: first.at + period }];
  const curve = [...sorted, ...round];
  return (at) => {
    let place = period === null ? at : at % period;
    if (place < first.at) {
      if (period === null) return first.value;
      place += period;
    }
    const next = curve.findIndex((point) => point.at > place);
    if (next < 0) return period === null ? last.value : first.value;
    const [from, to] = [curve[next - 1], curve[next]];
    return from.value + from.ease((place - from.at) / (to.at - from.at)) * (to.value - from.value);
  };
}
