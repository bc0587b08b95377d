import { createRng } from '../../src/core/rng.ts';
import { morphMetrics } from '../../src/engine/morph/metrics.ts';
import type { PictureShape } from '../../src/engine/morph/codec.ts';
import { mean } from '../support.ts';

/** A picture half-way between two others, each of values in [0, 1]. */
export interface Middle {
  readonly from: Float32Array;
  readonly middle: Float32Array;
  readonly to: Float32Array;
}

/** Means over middles. */
export interface MiddleFigures {
  /** Mean absolute Laplacian of the middle against the ends': 1 is as sharp as they are. */
  readonly sharp: number;
  /** How much of the middle the dissolve of its ends explains. */
  readonly ghost: number;
  /** How far sizes of Laplacians are from those of pictures, over their mean: edges and calm, each as often. */
  readonly edges: number;
  /** How far patches of Laplacians are from those of pictures (sliced Wasserstein), over their deviation. */
  readonly patches: number;
}

const SIDE = 7;
const PATCHES = 96;
const DIRECTIONS = 96;

/** The four-neighbour Laplacian of the mean of the channels, without the rim: `[height − 2, width − 2]`. */
function laplacian(picture: Float32Array, { width, height, channels }: PictureShape): Float32Array {
  const grey = new Float32Array(width * height);
  for (let i = 0; i < picture.length; i++) grey[Math.floor(i / channels)] += picture[i] / channels;
  const out = new Float32Array((width - 2) * (height - 2));
  for (let y = 1, at = 0; y + 1 < height; y++)
    for (let x = 1; x + 1 < width; x++, at++) {
      const i = y * width + x;
      out[at] = grey[i - 1] + grey[i + 1] + grey[i - width] + grey[i + width] - 4 * grey[i];
    }
  return out;
}

/** The mean distance of two sets of numbers, the smallest from the smallest, and so on (Wasserstein 1). */
function apart(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [a, b].map((values) => Float64Array.from(values).sort());
  const count = Math.min(x.length, y.length);
  const of = (values: Float64Array, i: number): number =>
    values[Math.floor(((i + 0.5) * values.length) / count)];
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.abs(of(x, i) - of(y, i));
  return sum / count;
}

/** Patches of Laplacians seen in random directions (Rabin et al. 2011; Karras et al. 2018, arXiv 1710.10196). */
function projections(pictures: readonly Float32Array[], width: number): number[][] {
  const places = createRng(1);
  const height = pictures[0].length / width;
  const corners = pictures.flatMap((picture) =>
    Array.from({ length: PATCHES }, () => ({
      picture,
      at: places.below(height - SIDE) * width + places.below(width - SIDE),
    })),
  );
  const draws = createRng(2);
  return Array.from({ length: DIRECTIONS }, () => {
    const direction = Float64Array.from({ length: SIDE * SIDE }, () => draws.normal());
    const length = Math.hypot(...direction);
    return corners.map(({ picture, at }) => {
      let sum = 0;
      for (let i = 0; i < direction.length; i++)
        sum += (direction[i] / length) * picture[at + Math.floor(i / SIDE) * width + (i % SIDE)];
      return sum;
    });
  });
}

/**
 * What can be said of middles by their looks alone.
 * @param real pictures that they are to look like
 */
export function middleFigures(
  middles: readonly Middle[],
  real: readonly Float32Array[],
  image: PictureShape,
): MiddleFigures {
  const each = middles.map(({ from, middle, to }) => morphMetrics([from, middle, to], image));
  const theirs = real.map((picture) => laplacian(picture, image));
  const ours = middles.map(({ middle }) => laplacian(middle, image));
  const sizes = (of: readonly Float32Array[]): number[] => of.flatMap((one) => Array.from(one, Math.abs));
  const seen = projections(theirs, image.width - 2);
  const drawn = projections(ours, image.width - 2);
  const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((x) => x * x)));
  return {
    sharp: mean(each.map(({ sharpness }) => sharpness)),
    ghost: mean(each.map(({ ghost }) => ghost)),
    edges: apart(sizes(theirs), sizes(ours)) / mean(sizes(theirs)),
    patches: mean(seen.map((values, i) => apart(values, drawn[i]))) / mean(seen.map(deviation)),
  };
}
