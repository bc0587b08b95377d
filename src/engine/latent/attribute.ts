import { dot, multiplyLower, multiplyLowerTransposed, solveLowerTransposed } from '../../core/cholesky.ts';
import { createRng, shuffle, STREAM } from '../../core/rng.ts';
import { fitLatentGaussian, type LatentGaussian, whiten } from './aggregate.ts';
import { fitLogistic } from './logistic.ts';

/** How an attribute is learned from pictures. */
export type LearningMethod = 'mean' | 'logistic';
/** `axis`: not learned, but a direction in which the pictures differ, that was given a name. */
export type AttributeMethod = LearningMethod | 'axis';

/** A direction in latent space that stands for something seen in pictures. */
export interface AttributeVector {
  readonly method: AttributeMethod;
  /** Adding it once moves a picture by one standard deviation of the attribute, `[z]`. */
  readonly direction: Float32Array;
  /** How much of the attribute a latent has, in standard deviations from the mean: weights·z + bias. */
  readonly weights: Float32Array;
  readonly bias: number;
  /** Area under the ROC curve on pictures that it was not learned from, averaged over the folds; NaN where none were held out. */
  readonly heldOutAuc: number;
}

export interface LabelledLatents {
  /** The posterior's means, `[count, size]`. */
  readonly latents: Float32Array;
  /** Its log-variances, of the same shape; null for a deterministic code. */
  readonly logVariances: Float32Array | null;
  readonly size: number;
  /** Whether each has the attribute; null: undecided, in between. */
  readonly has: readonly (boolean | null)[];
  /** How much of the attribute the undecided ones have, in [0, 1]; a half where absent. */
  readonly amounts?: readonly number[] | undefined;
  /** How much each picture counts, 1 on average; all the same where absent. */
  readonly shares?: readonly number[] | undefined;
}

const FOLDS = 5;

/**
 * Learns an attribute from pictures that have it and pictures that have not. `mean`: the difference of the
 * two means. `logistic`: an L2-penalised logistic regression on latents whitened by the aggregate posterior, in
 * which dimensions that say little are small; turned from a filter into the pattern it responds to (Haufe et al.
 * 2014), which is what a picture must be moved along. Undecided pictures take part in the regression only.
 * @throws RangeError unless there are at least two pictures on each side
 */
export function learnAttribute(data: LabelledLatents, method: LearningMethod, seed: number): AttributeVector {
  if (Math.min(countOf(data, true), countOf(data, false)) < 2) {
    throw new RangeError('An attribute needs at least two pictures that have it and two that have not.');
  }
  const { penalty, ...learned } = fit(data, method);
  return { method, ...learned, heldOutAuc: crossValidate(data, method, seed, penalty) };
}

const countOf = ({ has }: LabelledLatents, side: boolean): number => has.filter((yes) => yes === side).length;

type Fitted = Pick<AttributeVector, 'direction' | 'weights' | 'bias'> & {
  /** Of the regression. */
  readonly penalty?: number | undefined;
};

function fit(data: LabelledLatents, method: LearningMethod, givenPenalty?: number): Fitted {
  const { latents, size } = data;
  // What is moved and scored are posterior means: their covariance gives the pattern and the unit.
  const gaussian = fitLatentGaussian(latents, null, size);
  const { filter, pattern, penalty } =
    method === 'mean' ? meanDifference(data) : regression(data, gaussian, givenPenalty);
  const deviation = Math.sqrt(variance(filter, gaussian));
  const response = dot(filter, pattern);
  return {
    weights: Float32Array.from(filter, (w) => w / deviation),
    direction: Float32Array.from(pattern, (p) => (p * deviation) / response),
    bias: -dot(filter, gaussian.mean) / deviation,
    penalty,
  };
}

/** What a score is read off with, and along what pictures change where it changes. */
interface FilterAndPattern {
  readonly filter: Float64Array;
  readonly pattern: Float64Array;
  readonly penalty?: number;
}

function meanDifference({ latents, size, has, shares }: LabelledLatents): FilterAndPattern {
  const weightOf = (n: number): number => shares?.[n] ?? 1;
  const total = (side: boolean): number =>
    has.reduce((sum, yes, n) => sum + (yes === side ? weightOf(n) : 0), 0);
  const [yeses, noes] = [total(true), total(false)];
  const difference = new Float64Array(size);
  has.forEach((yes, n) => {
    if (yes === null) return;
    const share = weightOf(n) / (yes ? yeses : -noes);
    for (let k = 0; k < size; k++) difference[k] += latents[n * size + k] * share;
  });
  return { filter: difference, pattern: difference };
}

/** @param spread where the means lie; the whitening is by the whole aggregate posterior */
function regression(
  { latents, logVariances, size, has, amounts, shares }: LabelledLatents,
  spread: LatentGaussian,
  givenPenalty?: number,
): FilterAndPattern {
  const where = fitLatentGaussian(latents, logVariances, size);
  const whitened = has.map((_, n) => whiten(latents.subarray(n * size, (n + 1) * size), where));
  const targets = has.map((yes, n) => (yes === null ? (amounts?.[n] ?? 0.5) : Number(yes)));
  const counts = shares ?? has.map(() => 1);
  const { weights, penalty } = fitLogistic(whitened, targets, counts, givenPenalty);
  const filter = solveLowerTransposed(where.factor, weights, size);
  const pattern = multiplyLower(spread.factor, multiplyLowerTransposed(spread.factor, filter, size), size);
  return { filter, pattern, penalty };
}

/** The pictures with these numbers. */
function these(data: LabelledLatents, indices: readonly number[]): LabelledLatents {
  const { size } = data;
  const rows = (values: Float32Array): Float32Array => {
    const out = new Float32Array(indices.length * size);
    indices.forEach((i, row) => out.set(values.subarray(i * size, (i + 1) * size), row * size));
    return out;
  };
  return {
    latents: rows(data.latents),
    logVariances: data.logVariances === null ? null : rows(data.logVariances),
    size,
    has: indices.map((i) => data.has[i]),
    amounts: data.amounts && indices.map((i) => data.amounts?.[i] ?? 0.5),
    shares: data.shares && indices.map((i) => data.shares?.[i] ?? 1),
  };
}

/** Each side, and the undecided, are dealt out on their own, so that every fold has some of all. */
function dealt({ has }: LabelledLatents, seed: number): number[] {
  const order = shuffle(
    Uint32Array.from(has, (_, i) => i),
    createRng(seed, STREAM.classifier),
  );
  const fold = has.map(() => 0);
  for (const side of [true, false, null])
    order.filter((i) => has[i] === side).forEach((i, rank) => (fold[i] = rank % FOLDS));
  return fold;
}

/**
 * @param penalty that of the regression on all pictures: one number that is chosen for all folds, which saves
 * most of the time and lets nothing be seen of single pictures
 */
function crossValidate(
  data: LabelledLatents,
  method: LearningMethod,
  seed: number,
  penalty?: number,
): number {
  const { latents, has } = data;
  const fold = dealt(data, seed);
  const scores: number[] = [];
  for (let f = 0; f < FOLDS; f++) {
    const indices = has.map((_, i) => i);
    const training = these(
      data,
      indices.filter((i) => fold[i] !== f),
    );
    const outside = indices.filter((i) => fold[i] === f && has[i] !== null);
    const [yes, no] = [true, false].map((side) => outside.filter((i) => has[i] === side).length);
    if (Math.min(yes, no, countOf(training, true), countOf(training, false)) < 1) continue;
    const filter = fit(training, method, penalty);
    scores.push(
      areaUnderCurve(outside.map((i) => ({ has: has[i] === true, score: score(filter, latents, i) }))),
    );
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

/** The variance of filter·z under the Gaussian: |Lᵀ·filter|². */
function variance(filter: Float64Array, { factor, size }: LatentGaussian): number {
  const projected = multiplyLowerTransposed(factor, filter, size);
  return dot(projected, projected);
}
