import { createRng, STREAM } from '../../core/rng.ts';
import { element, num } from './svg.ts';

export const SHAPE_CLASSES = ['square', 'circle', 'triangle', 'hexagon'] as const;
export const SHAPE_COLOURS = ['red', 'blue', 'green', 'yellow'] as const;
export type ShapeClass = (typeof SHAPE_CLASSES)[number];
export type ShapeColour = (typeof SHAPE_COLOURS)[number];

/** What each colour name is drawn in, and what is behind. */
export const SHAPE_HEX: Readonly<Record<ShapeColour | 'background', string>> = {
  red: '#dd4b3e',
  blue: '#3566c9',
  green: '#3f9e63',
  yellow: '#f3bf3a',
  background: '#f8f3ea',
};

/** One coloured shape. Lengths are shares of the picture's side. */
export interface ShapeParameters {
  readonly shape: ShapeClass;
  readonly colour: ShapeColour;
  /** The centre, 0.3 to 0.7, so that no shape is ever cut. */
  readonly x: number;
  readonly y: number;
  /** The radius of the circle through the corners, 0.12 to 0.28. */
  readonly size: number;
}

/**
 * The shape number `index` of the series `seed`. Sixteen in a row are the sixteen kinds, each once; place and
 * size are drawn evenly, independent of the kind.
 */
export function shapeParameters(seed: number, index: number): ShapeParameters {
  const rng = createRng(seed, STREAM.samples, 1, index);
  const between = (low: number, high: number): number =>
    Math.round((low + rng.uniform() * (high - low)) * 1e4) / 1e4;
  return {
    shape: SHAPE_CLASSES[index % 4],
    colour: SHAPE_COLOURS[Math.floor(index / 4) % 4],
    x: between(0.3, 0.7),
    y: between(0.3, 0.7),
    size: between(0.12, 0.28),
  };
}

/** The label of a shape, as the CSV has it: `square-red`. */
export const shapeLabel = ({ shape, colour }: ShapeParameters): string => `${shape}-${colour}`;

/** How many corners each class has, and where the first one is, in degrees clockwise from the right. */
const CORNERS: Readonly<
  Record<Exclude<ShapeClass, 'circle'>, readonly [count: number, firstDegrees: number]>
> = {
  square: [4, 45],
  triangle: [3, -90],
  hexagon: [6, 0],
};

/**
 * Draws a shape on a plain ground.
 * @param sizePx the side of the square picture, in pixels
 * @returns an SVG document
 */
export function drawShape({ shape, colour, x, y, size }: ShapeParameters, sizePx: number): string {
  const side = 1000;
  const fill = SHAPE_HEX[colour];
  let drawn: string;
  if (shape === 'circle') {
    drawn = element('circle', { cx: x * side, cy: y * side, r: size * side, fill });
  } else {
    const [count, firstDegrees] = CORNERS[shape];
    const points = Array.from({ length: count }, (_, i) => {
      const angle = ((firstDegrees + (360 * i) / count) * Math.PI) / 180;
      return `${num((x + size * Math.cos(angle)) * side)},${num((y + size * Math.sin(angle)) * side)}`;
    });
    drawn = element('polygon', { points: points.join(' '), fill });
  }
  return element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', width: sizePx, height: sizePx, viewBox: `0 0 ${side} ${side}` },
    [element('rect', { width: side, height: side, fill: SHAPE_HEX.background }), drawn],
  );
}
