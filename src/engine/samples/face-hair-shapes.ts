import type { Head } from './face-geometry.ts';
import { element, smoothRuns, type Place, type Point } from './svg.ts';

/** Hair in two layers: what lies behind the head, and what lies on it. */
export interface Hair {
  readonly back: readonly string[];
  readonly front: readonly string[];
  /** A cloud is lit as a whole; other hair is in shade behind the head. */
  readonly cloud?: boolean;
  /** Smooth hair has a band of light. */
  readonly sheen?: boolean;
}

/** One style: `length` 0..1 changes it smoothly. Shapes are path elements without a fill. */
export type HairStyle = (head: Head, length: number) => Hair;

/** A closed path without a fill. */
export const shape = (d: string): string => element('path', { d });
/** A circle without a fill. */
export const circle = ({ x, y }: Point, r: number): string => element('circle', { cx: x, cy: y, r });

/** Points over the skull from the left temple to the right one, `pad` off the side and `top` off the crown. */
export function overSkull(head: Head, pad: number, top: number, templeV: number): Point[] {
  const a = head.halfWidth + pad;
  const crown = head.crownV - top;
  const end = head.halfWidth + 0.4 * pad;
  return [
    [-end, templeV],
    [-0.99 * a, -48],
    [-0.82 * a, 0.62 * crown - 18],
    [-0.46 * a, crown + 12],
    [0, crown],
    [0.46 * a, crown + 12],
    [0.82 * a, 0.62 * crown - 18],
    [0.99 * a, -48],
    [end, templeV],
  ].map(([u, v]) => head.rim(u, v));
}

/** The line where hair meets forehead, from the right temple to the left; `u` in half widths of the head. */
export const hairline = (head: Head, points: readonly Place[]): Point[] =>
  points.map(([u, v]) => head.over(u * head.halfWidth, v));

/** What hair covers, from its outer line to the hairline; the locks at the temples end in points. */
export const between = (outer: readonly Point[], inner: readonly Point[]): string =>
  shape(smoothRuns(outer, [outer.at(-1) as Point, ...inner, outer[0]]));

/** Hair that lies on the skull: `pad` and `top` thick, from temple to temple, down to the hairline. */
export const cap = (head: Head, pad: number, top: number, templeV: number, line: readonly Place[]): string =>
  between(overSkull(head, pad, top, templeV), hairline(head, line));
