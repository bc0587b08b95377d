import {
  cholesky,
  dot,
  multiplyLower,
  multiplyLowerTransposed,
  solveLower,
  solveLowerTransposed,
} from '../../core/cholesky.ts';
import { createRng, shuffle, STREAM } from '../../core/rng.ts';
import { fitLatentGaussian, type LatentGaussian } from './aggregate.ts';

export type AttributeMethod = 'mean' | 'logistic';

/** A direction in latent space that stands for something seen in pictures. */
export interface AttributeVector {
  readonly method: AttributeMethod;
  /** Adding it once moves a picture by one standard deviation of the attribute, `[z]`. */
  readonly direction: Float32Array;
  /** How much of the attribute a latent has, in standard deviations from the mean: weights·z + bias. */
  readonly weights: Float32Array;
  readonly bias: number;
  /** Area under the ROC curve on pictures that it was not learned from, averaged over the folds. */
  readonly heldOutAuc: number;
}

export interface LabelledLatents {
  /** `[count, size]` */
  readonly latents: Float32Array;
  readonly size: number;
  /** Whether each has the attribute. */
  readonly has: readonly boolean[];
}

const FOLDS = 5;
/** The strength of the logistic regression's penalty on whitened latents. */
const PENALTY = 1;
const NEWTON_STEPS = 12;

/**
 * Learns an attribute from pictures that have it and pictures that have not. `mean`: the difference of the
 * two means. `logistic`: an L2-penalised logistic regression on whitened latents, turned from a filter into
 * the pattern it responds to (Haufe et al. 2014), which is what a picture must be moved along.
 * @throws RangeError unless there are at least two pictures on each side
 */
export function learnAttribute(
  data: LabelledLatents,
  method: AttributeMethod,
  seed: number,
): AttributeVector {
  const { has } = data;
  const count = has.length;
  const positives = has.filter(Boolean).length;
  if (Math.min(positives, count - positives) < 2) {
    throw new RangeError('An attribute needs at least two pictures that have it and two that have not.');
  }
  return { method, ...fit(data, method), heldOutAuc: crossValidate(data, method, seed) };
}

function fit(
  data: LabelledLatents,
  method: AttributeMethod,
): Pick<AttributeVector, 'direction' | 'weights' | 'bias'> {
  const { size } = data;
  const gaussian = fitLatentGaussian(data.latents, null, size);
  const pattern = method === 'mean' ? meanDifference(data) : logisticPattern(data, gaussian);
  // The score's filter: for the mean, along the difference itself; for the regression, through the whitening.
  const filter =
    method === 'mean'
      ? pattern
      : solveLowerTransposed(gaussian.factor, solveLower(gaussian.factor, pattern, size), size);
  const deviation = Math.sqrt(variance(filter, gaussian));
  const response = dot(filter, pattern);
  const weights = Float32Array.from(filter, (w) => w / deviation);
  return {
    weights,
    direction: Float32Array.from(pattern, (p) => (p * deviation) / response),
    bias: -dot(filter, gaussian.mean) / deviation,
  };
}

function meanDifference({ latents, size, has }: LabelledLatents): Float64Array {
  const positives = has.filter(Boolean).length;
  const difference = new Float64Array(size);
  has.forEach((yes, n) => {
    const share = yes ? 1 / positives : -1 / (has.length - positives);
    for (let k = 0; k < size; k++) difference[k] += latents[n * size + k] * share;
  });
  return difference;
}

/** Newton's method on the whitened latents; the pattern is L·w, L the covariance's Cholesky factor. */
function logisticPattern({ latents, size, has }: LabelledLatents, gaussian: LatentGaussian): Float64Array {
  const whitened = has.map((_, n) => {
    const centred = Float64Array.from(gaussian.mean, (m, k) => latents[n * size + k] - m);
    return solveLower(gaussian.factor, centred, size);
  });
  const w = new Float64Array(size);
  let bias = 0;
  const width = size + 1;
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const gradient = new Float64Array(width);
    const hessian = new Float64Array(width * width);
    whitened.forEach((x, n) => {
      const p = 1 / (1 + Math.exp(-(dot(w, x) + bias)));
      const error = p - (has[n] ? 1 : 0);
      const weight = Math.max(p * (1 - p), 1e-6);
      for (let a = 0; a < width; a++) {
        const xa = a < size ? x[a] : 1;
        gradient[a] += error * xa;
        for (let b = 0; b <= a; b++) hessian[a * width + b] += weight * xa * (b < size ? x[b] : 1);
      }
    });
    for (let k = 0; k < size; k++) {
      gradient[k] += PENALTY * w[k];
      hessian[k * width + k] += PENALTY;
    }
    const move = solveSymmetric(hessian, gradient, width);
    for (let k = 0; k < size; k++) w[k] -= move[k];
    bias -= move[size];
    if (Math.hypot(...move) < 1e-8) break;
  }
  return multiplyLower(gaussian.factor, w, size);
}

function crossValidate(data: LabelledLatents, method: AttributeMethod, seed: number): number {
  const { latents, size, has } = data;
  const order = shuffle(
    Uint32Array.from(has, (_, i) => i),
    createRng(seed, STREAM.classifier),
  );
  // Each side is dealt out on its own, so that every fold has some of both.
  const fold = new Map<number, number>();
  for (const side of [true, false]) {
    order.filter((i) => has[i] === side).forEach((i, rank) => fold.set(i, rank % FOLDS));
  }
  const scores: number[] = [];
  for (let f = 0; f < FOLDS; f++) {
    const inside = has.map((_, i) => i).filter((i) => fold.get(i) !== f);
    const outside = has.map((_, i) => i).filter((i) => fold.get(i) === f);
    const side = (indices: readonly number[], yes: boolean): number =>
      indices.filter((i) => has[i] === yes).length;
    if (Math.min(side(inside, true), side(inside, false), side(outside, true), side(outside, false)) < 1)
      continue;
    const training = new Float32Array(inside.length * size);
    inside.forEach((i, row) => training.set(latents.subarray(i * size, (i + 1) * size), row * size));
    const { weights, bias } = fit({ latents: training, size, has: inside.map((i) => has[i]) }, method);
    const scored = outside.map((i) => ({ has: has[i], score: score({ weights, bias }, latents, i) }));
    scores.push(areaUnderCurve(scored));
  }
  return scores.length === 0 ? NaN : scores.reduce((a, b) => a + b, 0) / scores.length;
}

/** How much of the attribute the n-th latent has, in standard deviations. */
export function score(
  { weights, bias }: Pick<AttributeVector, 'weights' | 'bias'>,
  latents: Float32Array,
  n: number,
): number {
  let sum = bias;
  for (let k = 0; k < weights.length; k++) sum += weights[k] * latents[n * weights.length + k];
  return sum;
}

/** The chance that one that has it scores above one that has not; ties count half (Mann–Whitney). */
export function areaUnderCurve(scored: readonly { readonly has: boolean; readonly score: number }[]): number {
  const sorted = [...scored].sort((a, b) => a.score - b.score);
  let rankSum = 0;
  for (let i = 0; i < sorted.length;) {
    let j = i;
    while (j < sorted.length && sorted[j].score === sorted[i].score) j++;
    const rank = (i + 1 + j) / 2;
    for (let k = i; k < j; k++) if (sorted[k].has) rankSum += rank;
    i = j;
  }
  const positives = sorted.filter((s) => s.has).length;
  const negatives = sorted.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Solves a symmetric positive definite system, of which the lower triangle is given. */
function solveSymmetric(matrix: Float64Array, right: Float64Array, size: number): Float64Array {
  const factor = cholesky(matrix, size);
  return solveLowerTransposed(factor, solveLower(factor, right, size), size);
}

/** The variance of filter·z under the Gaussian: |Lᵀ·filter|². */
function variance(filter: Float64Array, { factor, size }: LatentGaussian): number {
  const projected = multiplyLowerTransposed(factor, filter, size);
  return dot(projected, projected);
}
