import type { Head } from './face-geometry.ts';
import type { Hair } from './face-hair-shapes.ts';
import { HAIR_STYLE } from './face-hair-styles.ts';
import { HAIR_STYLES, type FaceParameters } from './face-parameters.ts';
import { smoothOpen } from './svg.ts';

/** The middle of the band of light on smooth hair. */
export function sheenLine(head: Head): string {
  const a = head.halfWidth;
  return smoothOpen(
    [
      [-0.86 * a, -84],
      [-0.7 * a, -116],
      [-0.42 * a, -138],
      [-0.1 * a, -147],
    ].map(([u, v]) => head.rim(u - 26 * head.sinYaw, v)),
  );
}

/** The hair of a face, before colour. Throws a RangeError for a style that there is not. */
export function hairOf(params: FaceParameters, head: Head): Hair {
  const name = HAIR_STYLES[Math.round(params.hairStyle)];
  if (name === undefined) throw new RangeError(`There is no hair style ${params.hairStyle}.`);
  return HAIR_STYLE[name](head, params.hair);
}
