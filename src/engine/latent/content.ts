import { cholesky, solveLower, solveLowerTransposed } from '../../core/cholesky.ts';
import { leadingEigen } from '../../core/eigen.ts';
import type { Rng } from '../../core/rng.ts';
import type { ImageShape } from '../model/shape.ts';
import { covarianceAround } from './axes.ts';

/** A picture and so many of it, each moved and sized a little: on shapes, groups are as clear as with three times as many. */
export const COPIES = 9;
/** The farthest move along a side, as a part of it. */
const FARTHEST_MOVE = 1 / 8;
/** The natural logarithm of the strongest enlargement, and of the strongest reduction. */
const STRONGEST_ZOOM = 0.25;
/** Keeps directions that nothing moves along from counting for ever: a part of what moving does on average. */
const RIDGE = 1e-4;

/**
 * Pictures, each with its {@link COPIES} − 1 moved and sized ones behind it: bilinear, beyond the edge the edge
 * is repeated.
 * @param pixels uint8, HWC, one after the other
 */
export function moveAbout(pixels: Uint8Array, image: ImageShape, rng: Rng): Uint8Array {
  const size = image.width * image.height * image.channels;
  const out = new Uint8Array(pixels.length * COPIES);
  const within = (bound: number): number => (2 * rng.uniform() - 1) * bound;
  for (let from = 0, to = 0; from < pixels.length; from += size) {
    const picture = pixels.subarray(from, from + size);
    out.set(picture, to);
    to += size;
    for (let copy = 1; copy < COPIES; copy++, to += size) {
      const [dx, dy] = [within(FARTHEST_MOVE) * image.width, within(FARTHEST_MOVE) * image.height];
      place(picture, out.subarray(to, to + size), image, { dx, dy, zoom: Math.exp(within(STRONGEST_ZOOM)) });
    }
  }
  return out;
}

function place(
  from: Uint8Array,
  to: Uint8Array,
  { width, height, channels }: ImageShape,
  { dx, dy, zoom }: { dx: number; dy: number; zoom: number },
): void {
  const across = sources(width, dx, zoom);
  const down = sources(height, dy, zoom);
  let at = 0;
  for (const y of down) {
    for (const x of across) {
      for (let c = 0; c < channels; c++) {
        const value = (row: number, column: number): number => from[(row * width + column) * channels + c];
        const upper = value(y.first, x.first) * (1 - x.rest) + value(y.first, x.second) * x.rest;
        const lower = value(y.second, x.first) * (1 - x.rest) + value(y.second, x.second) * x.rest;
        to[at++] = Math.round(upper * (1 - y.rest) + lower * y.rest);
      }
    }
  }
}

/** Which two pixels of a line each one comes from, and how much it has of the second. */
function sources(
  length: number,
  move: number,
  zoom: number,
): readonly { first: number; second: number; rest: number }[] {
  const middle = (length - 1) / 2;
  return Array.from({ length }, (_, i) => {
    const source = Math.min(length - 1, Math.max(0, (i - move - middle) / zoom + middle));
    const first = Math.floor(source);
    return { first, second: Math.min(length - 1, first + 1), rest: source - first };
  });
}

/**
 * Where pictures lie as to what they show, wherever and however large it is: the mean latent of a picture's copies,
 * along the directions in which pictures differ more than copies of one picture do (Fisher's criterion with each
 * picture a class of its own; Hatch & Stolcke 2006 for the within-class covariance). The clearest direction first,
 * each in units of what moving does along it.
 * @param latents `[n · COPIES, size]`, a picture's copies one after the other
 * @param most directions at most
 * @returns `[n, count]`, at least two directions where there are two
 */
export function contentPlaces(
  latents: Float32Array,
  size: number,
  most: number,
): { points: Float64Array; size: number } {
  const n = latents.length / size / COPIES;
  const means = new Float64Array(n * size);
  const meanOf = (i: number): number => Math.floor(i / size / COPIES) * size + (i % size);
  for (let i = 0; i < latents.length; i++) means[meanOf(i)] += latents[i] / COPIES;
  const moved = Float64Array.from(latents, (value, i) => value - means[meanOf(i)]);
  const moving = covarianceAround(new Float64Array(size), moved, size);
  const middle = new Float64Array(size);
  for (let i = 0; i < means.length; i++) middle[i % size] += means[i] / n;
  const between = covarianceAround(middle, means, size);

  let trace = 0;
  for (let k = 0; k < size; k++) trace += moving[k * size + k];
  for (let k = 0; k < size; k++) moving[k * size + k] += (RIDGE * trace) / size || 1;
  const factor = cholesky(moving, size);
  const { values, vectors } = leadingEigen(whitened(between, factor, size), size, Math.min(size, most));
  const clear = values.filter((ratio) => ratio > 1).length;
  const count = Math.min(values.length, Math.max(2, clear));
  const directions = Array.from({ length: count }, (_, d) =>
    solveLowerTransposed(factor, vectors.slice(d * size, (d + 1) * size), size),
  );
  const points = new Float64Array(n * count);
  for (let i = 0; i < n; i++)
    directions.forEach((direction, d) => {
      for (let k = 0; k < size; k++)
        points[i * count + d] += (means[i * size + k] - middle[k]) * direction[k];
    });
  return { points, size: count };
}

/** L⁻¹ S L⁻ᵀ of a symmetric S. */
function whitened(matrix: Float64Array, factor: Float64Array, size: number): Float64Array {
  const half = new Float64Array(size * size);
  for (let row = 0; row < size; row++)
    half.set(solveLower(factor, matrix.slice(row * size, (row + 1) * size), size), row * size);
  const out = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    const solved = solveLower(
      factor,
      Float64Array.from({ length: size }, (_, row) => half[row * size + column]),
      size,
    );
    out.set(solved, column * size);
  }
  return out;
}
