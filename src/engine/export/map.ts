import { MorphloomError } from '../../contract/errors.ts';
import type { Frame } from './frame.ts';
import { DARK, type Scene } from './scene.ts';

const MARGIN = 0.04;
const RADIUS = 0.12;
/** Of a picture, in pixels: larger ones are mud on a crowded map, smaller ones are not recognised. */
const SMALLEST = 20;
const LARGEST = 112;

/**
 * Lays pictures out where they lie on a map; of those that cover each other the later ones are on top.
 * Throws `input` where there are none.
 * @param points `[n, 2]` in [0, 1]
 * @param side of the page, in pixels
 */
export function layOutMap(pictures: readonly Frame[], points: Float32Array, side: number): Scene {
  if (pictures.length === 0) throw new MorphloomError('input', 'There are no pictures to put on the map.');
  const crowded = (1.2 * side) / Math.sqrt(pictures.length);
  const largest = Math.round(Math.min(LARGEST, Math.max(SMALLEST, crowded)));
  const room = side * (1 - 2 * MARGIN) - largest;
  return {
    width: side,
    height: side,
    background: DARK.background,
    shapes: [],
    pictures: pictures.map((frame, i) => {
      const scale = largest / Math.max(frame.width, frame.height);
      const [width, height] = [Math.round(frame.width * scale), Math.round(frame.height * scale)];
      const place = (axis: 0 | 1, extent: number): number =>
        Math.round(side * MARGIN + points[2 * i + axis] * room + (largest - extent) / 2);
      return { frame, x: place(0, width), y: place(1, height), width, height, radius: RADIUS * largest };
    }),
  };
}
