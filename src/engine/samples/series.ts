import { drawFace } from './face.ts';
import { FACE_ATTRIBUTE_NAMES, faceParameters } from './face-parameters.ts';
import { drawShape, SHAPE_CLASSES, SHAPE_COLOURS, shapeLabel, shapeParameters } from './shapes.ts';

/** The kinds of sample pictures. */
export const SAMPLE_KINDS = ['faces', 'shapes'] as const;
export type SampleKind = (typeof SAMPLE_KINDS)[number];

/** One sample picture: its name, its drawing, and what is known of it, in the order of the kind's columns. */
export interface Sample {
  readonly file: string;
  readonly values: readonly (string | number)[];
  /** The SVG at a size. */
  draw(sizePx: number): string;
}

/** A seeded series of pictures, without end. */
export interface SampleSeries {
  /** The columns of the attribute table after `file`. */
  readonly columns: readonly string[];
  /** The sample number `index`; a pure function of the seed and it. */
  at(seed: number, index: number): Sample;
}

const nameOf = (kind: string, index: number): string => `${kind}-${String(index).padStart(5, '0')}.png`;

const faces: SampleSeries = {
  columns: FACE_ATTRIBUTE_NAMES,
  at: (seed, index) => {
    const params = faceParameters(seed, index);
    return {
      file: nameOf('face', index),
      values: FACE_ATTRIBUTE_NAMES.map((name) => params[name]),
      draw: (sizePx) => drawFace(params, sizePx),
    };
  },
};

const shapes: SampleSeries = {
  columns: ['label', 'class', 'colour', 'x', 'y', 'size'],
  at: (seed, index) => {
    const params = shapeParameters(seed, index);
    const { shape, colour, x, y, size } = params;
    return {
      file: nameOf('shape', index),
      values: [shapeLabel(params), SHAPE_CLASSES.indexOf(shape), SHAPE_COLOURS.indexOf(colour), x, y, size],
      draw: (sizePx) => drawShape(params, sizePx),
    };
  },
};

/** The series of each kind. A new kind of samples is added here. */
export const SAMPLE_SERIES: Readonly<Record<SampleKind, SampleSeries>> = { faces, shapes };
