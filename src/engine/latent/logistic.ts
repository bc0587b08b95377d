import { cholesky, dot, solveLower, solveLowerTransposed } from '../../core/cholesky.ts';

/** P(yes | x) = σ(weights·x + bias). */
export interface Logistic {
  readonly weights: Float64Array;
  readonly bias: number;
  /** The strength of the penalty ½·penalty·|weights|² that the data asked for. */
  readonly penalty: number;
}

const FIRST_PENALTY = 10;
const [LEAST_PENALTY, MOST_PENALTY] = [0.1, 1e5];
const ROUNDS = 6;
const NEWTON_STEPS = 12;
/** Newton's method is done where the features' scores move by no more than about this. */
const SETTLED = 1e-3;

/**
 * L2-penalised logistic regression by Newton's method. How strong the penalty is, where it is not given, follows
 * from the data: the one under which they are most probable (MacKay 1992, "The evidence framework applied to
 * classification networks"), found by turns with the weights. So few pictures in many dimensions do not overfit,
 * and many are not held back, without pictures set apart to choose by.
 * @param features of one length, about as wide in every direction
 * @param targets the chance of a yes, in [0, 1]
 * @param shares how much each counts, 1 on average
 */
export function fitLogistic(
  features: readonly Float64Array[],
  targets: readonly number[],
  shares: readonly number[],
  givenPenalty?: number,
): Logistic {
  const size = features[0].length;
  const width = size + 1;
  const w = new Float64Array(width);
  let penalty = givenPenalty ?? FIRST_PENALTY;
  for (let round = 1; ; round++) {
    let factor: Float64Array;
    for (let step = 1; ; step++) {
      const { gradient, hessian } = slopes(features, targets, shares, w);
      for (let k = 0; k < size; k++) {
        gradient[k] += penalty * w[k];
        hessian[k * width + k] += penalty;
      }
      factor = cholesky(hessian, width);
      const move = solveLowerTransposed(factor, solveLower(factor, gradient, width), width);
      for (let k = 0; k < width; k++) w[k] -= move[k];
      if (step === NEWTON_STEPS || Math.hypot(...move) < SETTLED) break;
    }
    const weights = w.subarray(0, size);
    if (givenPenalty !== undefined || round === ROUNDS) break;
    const determined = size - penalty * inverseTrace(factor, size, width);
    const next = Math.min(
      MOST_PENALTY,
      Math.max(LEAST_PENALTY, determined / Math.max(dot(weights, weights), 1e-12)),
    );
    if (Math.abs(Math.log(next / penalty)) < 0.1) break;
    penalty = next;
  }
  return { weights: w.slice(0, size), bias: w[size], penalty };
}

/** The gradient and the lower triangle of the Hessian of −log P, without the penalty. */
function slopes(
  features: readonly Float64Array[],
  targets: readonly number[],
  shares: readonly number[],
  w: Float64Array,
): { gradient: Float64Array; hessian: Float64Array } {
  const width = w.length;
  const gradient = new Float64Array(width);
  const hessian = new Float64Array(width * width);
  const rows = Array.from({ length: AT_ONCE }, () => new Float64Array(width));
  const weights = new Float64Array(AT_ONCE);
  for (let start = 0; start < features.length; start += AT_ONCE) {
    weights.fill(0);
    for (let r = 0; r < Math.min(AT_ONCE, features.length - start); r++) {
      const [row, n] = [rows[r], start + r];
      row.set(features[n]);
      row[width - 1] = 1;
      const p = 1 / (1 + Math.exp(-dot(w, row)));
      const error = shares[n] * (p - targets[n]);
      for (let k = 0; k < width; k++) gradient[k] += error * row[k];
      weights[r] = shares[n] * Math.max(p * (1 - p), 1e-6);
    }
    addProducts(hessian, rows, weights, width);
  }
  return { gradient, hessian };
}

/** The Hessian is larger than the fast memory: it is gone through once for so many pictures. */
const AT_ONCE = 4;

/** Adds Σ weight·row·rowᵀ of four rows to the lower triangle. */
function addProducts(
  hessian: Float64Array,
  [x0, x1, x2, x3]: readonly Float64Array[],
  weights: Float64Array,
  width: number,
): void {
  for (let a = 0, at = 0; a < width; a++, at += width) {
    const [w0, w1] = [weights[0] * x0[a], weights[1] * x1[a]];
    const [w2, w3] = [weights[2] * x2[a], weights[3] * x3[a]];
    for (let b = 0; b <= a; b++) hessian[at + b] += w0 * x0[b] + w1 * x1[b] + w2 * x2[b] + w3 * x3[b];
  }
}

/** The trace of the inverse, over its first entries, of a matrix whose Cholesky factor is given. */
function inverseTrace(factor: Float64Array, entries: number, width: number): number {
  let trace = 0;
  const column = new Float64Array(width);
  for (let k = 0; k < entries; k++) {
    // The column k of the inverse factor, which is 0 above its diagonal.
    for (let row = k; row < width; row++) {
      let sum = row === k ? 1 : 0;
      for (let j = k; j < row; j++) sum -= factor[row * width + j] * column[j];
      column[row] = sum / factor[row * width + row];
      trace += column[row] ** 2;
    }
  }
  return trace;
}
