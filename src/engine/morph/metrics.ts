import { type PictureShape, seenDifference } from './codec.ts';

/** What can be said of a morph between two pictures by looking at its frames alone. */
export interface MorphMetrics {
  /** Largest step between neighbouring frames over the median one: 1 is perfectly even. */
  readonly largestToMedianStep: number;
  /** Length of the whole way over the straight one between first and last frame: 1 is a plain dissolve. */
  readonly lengthToChord: number;
  /** Laplacian energy of the middle frame over the mean of the ends': 1 is as sharp as they are. */
  readonly sharpness: number;
  /** How much of the middle frame's fine structure a dissolve of the ends explains: 1 is all of it. */
  readonly ghost: number;
}

/**
 * Measures a morph from its first frame to its last.
 * @param frames three or more, `[height, width, channels]` in [0, 1]
 */
export function morphMetrics(frames: readonly Float32Array[], shape: PictureShape): MorphMetrics {
  const steps = frames.slice(1).map((frame, i) => seenDifference(frames[i], frame));
  const median = medianOf(steps);
  const [first, last] = [frames[0], frames[frames.length - 1]];
  const middle = frames[(frames.length - 1) >> 1];
  const chord = seenDifference(first, last);
  const detail = [first, middle, last].map((frame) => laplacian(frame, shape));
  return {
    largestToMedianStep: median > 0 ? Math.max(...steps) / median : Infinity,
    lengthToChord: steps.reduce((a, b) => a + b, 0) / chord,
    sharpness: energy(detail[1]) / ((energy(detail[0]) + energy(detail[2])) / 2),
    ghost: explainedBy(detail[1], detail[0], detail[2]),
  };
}

/** The least-squares share of `what` that `α·a + β·b` explains (R² through the origin). */
function explainedBy(what: Float32Array, a: Float32Array, b: Float32Array): number {
  const [aa, ab, bb, wa, wb, ww] = [
    dot(a, a),
    dot(a, b),
    dot(b, b),
    dot(what, a),
    dot(what, b),
    dot(what, what),
  ];
  const determinant = aa * bb - ab * ab;
  if (!(ww > 0)) return 1;
  if (determinant <= 1e-12 * aa * bb) return aa > 0 ? (wa * wa) / (aa * ww) : 0;
  const alpha = (wa * bb - wb * ab) / determinant;
  const beta = (wb * aa - wa * ab) / determinant;
  return (alpha * wa + beta * wb) / ww;
}

/** The four-neighbour Laplacian; beyond the edge the edge is repeated. */
function laplacian(image: Float32Array, { width, height, channels }: PictureShape): Float32Array {
  const out = new Float32Array(image.length);
  const row = width * channels;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++, at++) {
        const left = x > 0 ? at - channels : at;
        const right = x + 1 < width ? at + channels : at;
        const above = y > 0 ? at - row : at;
        const below = y + 1 < height ? at + row : at;
        out[at] = image[left] + image[right] + image[above] + image[below] - 4 * image[at];
      }
    }
  }
  return out;
}

function energy(image: Float32Array): number {
  return dot(image, image) / image.length;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
