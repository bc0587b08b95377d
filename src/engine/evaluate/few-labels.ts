import { cholesky, dot, solveLower } from '../../core/cholesky.ts';
import { fitLogistic, type Logistic } from '../latent/logistic.ts';
import { type Coder, negativeElbo } from './bits-back.ts';
import { pixelCodes } from './pixel-code.ts';

/** What pictures are told apart by, of one length. */
export type Features = readonly Float64Array[];

/** Which kind each labelled picture is of, from 0. */
export type Kinds = readonly number[];

/** How much speaks for a picture's being of each kind: log odds, of that kind against all others. */
export type KindScores = (features: Float64Array) => Float64Array;

/**
 * Learns to tell kinds apart by logistic regressions, each kind against the rest; yields after each. Features longer
 * than there are pictures are first turned into the directions that the pictures span, which changes nothing under an
 * L2 penalty.
 */
export function* learnKinds(labelled: Features, kinds: Kinds): Generator<void, KindScores> {
  const spanned = labelled[0].length > labelled.length ? spanOf(labelled) : (x: Float64Array) => x;
  const known = labelled.map(spanned);
  const shares = kinds.map(() => 1);
  const fits: Logistic[] = [];
  for (let kind = 0; kind <= Math.max(...kinds); kind++) {
    const targets = kinds.map((k) => (k === kind ? 1 : 0));
    // Chosen once: the kinds are told apart in the same features by as many pictures.
    fits.push(fitLogistic(known, targets, shares, fits.at(0)?.penalty));
    yield;
  }
  return (features) => {
    const x = spanned(features);
    return Float64Array.from(fits, ({ weights, bias }) => dot(weights, x) + bias);
  };
}

/** Tells the kind of each asked by what {@link learnKinds} learns. */
export function classifyByRegression(labelled: Features, kinds: Kinds, asked: Features): number[] {
  const learning = learnKinds(labelled, kinds);
  for (;;) {
    const { done, value: scores } = learning.next();
    if (done === true) return asked.map((x) => indexOfLargest(scores(x)));
  }
}

/** A small part of the features' own length, so that equal pictures do not stop it. */
const RIDGE = 1e-6;

/** Coordinates in the space that rows span: inner products with the rows, made independent of each other. */
export function spanOf(rows: Features): (x: Float64Array) => Float64Array {
  const n = rows.length;
  const products = new Float64Array(n * n);
  rows.forEach((row, i) => {
    for (let j = 0; j <= i; j++) products[i * n + j] = dot(row, rows[j]);
  });
  const length = rows.reduce((sum, _, i) => sum + products[i * n + i] / n, 0) || 1;
  for (let i = 0; i < n; i++) products[i * n + i] += RIDGE * length;
  const factor = cholesky(products, n);
  return (x) =>
    solveLower(
      factor,
      Float64Array.from(rows, (row) => dot(row, x)),
      n,
    );
}

/**
 * Tells the kind of each asked by the labelled that are nearest: the most of `neighbours`, of equally many the nearest.
 * @param distances from each asked to each labelled
 */
export function classifyByNeighbours(distances: Features, kinds: Kinds, neighbours: number): number[] {
  return distances.map((away) => {
    const order = kinds.map((_, i) => i).sort((a, b) => away[a] - away[b]);
    const votes = new Float64Array(Math.max(...kinds) + 1);
    // A later vote weighs a trifle less.
    order.slice(0, neighbours).forEach((i, rank) => (votes[kinds[i]] += 1 - rank * 1e-6));
    return indexOfLargest(votes);
  });
}

/** Euclidean distances, squared. */
export const distancesBetween = (asked: Features, labelled: Features): Float64Array[] =>
  asked.map((x) =>
    Float64Array.from(labelled, (y) => {
      let sum = 0;
      for (let k = 0; k < x.length; k++) sum += (x[k] - y[k]) ** 2;
      return sum;
    }),
  );

/**
 * Normalised compression distances (NPC-LV: Jiang et al. 2022, arXiv 2206.11573), from one picture to others: how much
 * longer the mean of two pictures is than the shorter of them, as a part of the longer. Lengths are negative ELBOs,
 * with the same noise for every picture.
 * @param lengths of the picture and of the others, nats
 */
export function compressionDistances(
  lengthsOf: (bytes: Uint8Array, count: number) => Float64Array,
  picture: Uint8Array,
  others: readonly Uint8Array[],
  lengths: { readonly own: number; readonly others: ArrayLike<number> },
): Float64Array {
  const size = picture.length;
  const means = new Uint8Array(others.length * size);
  others.forEach((other, i) => {
    for (let d = 0; d < size; d++) means[i * size + d] = (picture[d] + other[d] + 1) >> 1;
  });
  const { own } = lengths;
  return lengthsOf(means, others.length).map((both, i) => {
    const other = lengths.others[i];
    return (both - Math.min(own, other)) / Math.max(own, other);
  });
}

/** Lengths of pictures by a model, nats. */
export const lengthsBy =
  (coder: Coder, noise: Float32Array) =>
  (bytes: Uint8Array, count: number): Float64Array =>
    negativeElbo(coder, pixelCodes.levels, { bytes, count }, [noise]);

export function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
