import type { Timeline, TimelineTrack } from '../../../contract/timeline.ts';
import { easing } from '../../../core/easing.ts';
import type { Axis } from './axis.ts';
import { easeInverse, linePath, trackCurve, valueY } from './curves.ts';
import { waysOf } from './edits.ts';
import { keyframeAt, timeAt, type Timing } from './timing.ts';

const easeOf = ({ keyframes }: Timeline, way: number) => easing(keyframes[way]?.ease ?? 'linear');

/** Where a place on the way lies on the timeline, in pixels: on an eased way not evenly. */
export function placeX(timeline: Timeline, timing: Timing, axis: Axis, at: number): number {
  const way = Math.min(Math.floor(at), Math.max(0, waysOf(timeline) - 1));
  return axis.x(timeAt(timing, way + easeInverse(easeOf(timeline, way), at - way)));
}

/** The reverse of {@link placeX}. */
export function xPlace(timeline: Timeline, timing: Timing, axis: Axis, x: number): number {
  const at = keyframeAt(timing, axis.time(x));
  const way = Math.floor(at);
  return Math.min(way + easeOf(timeline, way)(at - way), waysOf(timeline));
}

/** A curve as it is played, drawn from the first picture to the end. */
export function lanePath(
  timeline: Timeline,
  timing: Timing,
  axis: Axis,
  track: TimelineTrack,
  height: number,
  apart = 4,
): string {
  const curve = trackCurve(track, timeline.loop === 'cycle' ? timeline.keyframes.length : null);
  const [from, to] = [axis.x(0), axis.x(timing.length)];
  const count = Math.max(2, Math.min(2000, Math.ceil((to - from) / apart)));
  return linePath(
    Array.from({ length: count + 1 }, (_, i) => {
      const x = from + ((to - from) * i) / count;
      return [x, valueY(curve(xPlace(timeline, timing, axis, x)), height)] as const;
    }),
  );
}
