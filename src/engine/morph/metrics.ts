import { type PictureShape, seenDifference } from './codec.ts';

/** What can be said of a morph between two pictures by looking at its frames alone. */
export interface MorphMetrics {
  /** Largest step between neighbouring frames over the median one: 1 is perfectly even. */
  readonly largestToMedianStep: number;
  /** Length of the whole way over the straight one between first and last frame: 1 is a plain dissolve. */
  readonly lengthToChord: number;
  /** Mean absolute Laplacian of the middle frame over the mean of the ends': 1 is as sharp as they are. */
  readonly sharpness: number;
  /** How much of the middle frame's variance the dissolve of the ends explains (R²): 1 is all of it. */
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
  const [sharpFirst, sharpMiddle, sharpLast] = [first, middle, last].map((frame) =>
    sharpnessOf(frame, shape),
  );
  const dissolve = first.map((value, i) => (value + last[i]) / 2);
  return {
    largestToMedianStep: median > 0 ? Math.max(...steps) / median : Infinity,
    lengthToChord: steps.reduce((a, b) => a + b, 0) / chord,
    sharpness: sharpMiddle / ((sharpFirst + sharpLast) / 2),
    ghost: explainedBy(middle, dissolve, shape.channels),
  };
}

/** The share of `what`'s variance around its mean colour that a least-squares multiple of `by` explains. */
function explainedBy(what: Float32Array, by: Float32Array, channels: number): number {
  let [whatWhat, whatBy, byBy] = [0, 0, 0];
  const pixels = what.length / channels;
  for (let c = 0; c < channels; c++) {
    let [meanWhat, meanBy] = [0, 0];
    for (let i = c; i < what.length; i += channels) {
      meanWhat += what[i] / pixels;
      meanBy += by[i] / pixels;
    }
    for (let i = c; i < what.length; i += channels) {
      whatWhat += (what[i] - meanWhat) ** 2;
      whatBy += (what[i] - meanWhat) * (by[i] - meanBy);
      byBy += (by[i] - meanBy) ** 2;
    }
  }
  return whatWhat > 0 && byBy > 0 ? (whatBy * whatBy) / (whatWhat * byBy) : 0;
}

/** The mean absolute four-neighbour Laplacian; beyond the edge the edge is repeated. */
function sharpnessOf(image: Float32Array, { width, height, channels }: PictureShape): number {
  const row = width * channels;
  let sum = 0;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++, at++) {
        const left = x > 0 ? at - channels : at;
        const right = x + 1 < width ? at + channels : at;
        const above = y > 0 ? at - row : at;
        const below = y + 1 < height ? at + row : at;
        sum += Math.abs(image[left] + image[right] + image[above] + image[below] - 4 * image[at]);
      }
    }
  }
  return sum / image.length;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
