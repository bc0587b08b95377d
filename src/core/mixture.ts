import { cholesky, dot, multiplyLower, solveLower } from './cholesky.ts';
import { kMeansPlusPlus, lloyd } from './k-means.ts';
import type { Rng } from './rng.ts';

export type Covariance = 'diagonal' | 'full';

/** A mixture of Gaussians in `size` dimensions. */
export interface GaussianMixture {
  readonly size: number;
  readonly covariance: Covariance;
  /** The share of each component; they add up to 1. */
  readonly weights: Float64Array;
  /** `[components, size]` */
  readonly means: Float64Array;
  /** Of each component the lower Cholesky factor of its covariance, `[size, size]`; of a diagonal one the deviations, `[size]`. */
  readonly factors: readonly Float64Array[];
}

export interface FittedMixture {
  readonly mixture: GaussianMixture;
  /** Σ log p(x) over the points, nats. */
  readonly logLikelihood: number;
  /** Bayes's information criterion, −2 log p + parameters · log points (Schwarz 1978): lower is better. */
  readonly bic: number;
}

export interface MixtureOptions {
  readonly components: number;
  readonly covariance: Covariance;
  readonly restarts: number;
  readonly rng: Rng;
}

const LOG_2_PI = Math.log(2 * Math.PI);
const MOST_ROUNDS = 300;
/** Gained by a round, nats a point: with less it has settled. */
const TOLERANCE = 1e-5;
/** Added to variances, as a part of the points' own: no component may close in on a single point. */
const RIDGE = 1e-4;

/**
 * Fits a mixture by expectation maximisation (Dempster et al. 1977), begun with k-means++ (Arthur & Vassilvitskii
 * 2007) and Lloyd's rounds, the best of several restarts by likelihood. Yields after each round.
 * @param points `[n, size]`, at least as many as components
 * @throws RangeError for fewer
 */
export function* fitMixture(
  points: Float64Array,
  size: number,
  options: MixtureOptions,
): Generator<void, FittedMixture> {
  const n = points.length / size;
  const { components, covariance, restarts, rng } = options;
  if (components < 1 || n < components)
    throw new RangeError(`${n} points cannot be told into ${components} groups.`);
  const ridge =
    (RIDGE *
      variancesOf(points, size)
        .map((value) => value || 1)
        .reduce((a, b) => a + b, 0)) /
    size;
  let best: FittedMixture | null = null;
  for (let start = 0; start < restarts; start++) {
    const labels = yield* lloyd(points, size, kMeansPlusPlus(points, size, components, rng));
    let responsibilities: Float64Array = Float64Array.from({ length: n * components }, (_, i) =>
      labels[Math.floor(i / components)] === i % components ? 1 : 0,
    );
    let logLikelihood = -Infinity;
    for (let round = 0; ; round++) {
      const mixture = maximise(points, size, components, covariance, responsibilities, ridge);
      const expected = expectation(mixture, points);
      const settled = expected.logLikelihood - logLikelihood < TOLERANCE * n || round === MOST_ROUNDS;
      responsibilities = expected.responsibilities;
      logLikelihood = expected.logLikelihood;
      yield;
      if (!settled) continue;
      if (best === null || logLikelihood > best.logLikelihood)
        best = {
          mixture,
          logLikelihood,
          bic: -2 * logLikelihood + parametersOf(components, size, covariance) * Math.log(n),
        };
      break;
    }
  }
  return best as FittedMixture;
}

/** How many numbers such a mixture is described by. */
export function parametersOf(components: number, size: number, covariance: Covariance): number {
  const spread = covariance === 'full' ? (size * (size + 1)) / 2 : size;
  return components * (size + spread) + components - 1;
}

/** log of each component's weight times its density at each point, `[n, components]`, nats. */
export function jointLogDensities(mixture: GaussianMixture, points: Float64Array): Float64Array {
  const { size, weights, means, factors, covariance } = mixture;
  const components = weights.length;
  const n = points.length / size;
  const out = new Float64Array(n * components);
  const centred = new Float64Array(size);
  for (let k = 0; k < components; k++) {
    const factor = factors[k];
    let logDeterminant = 0;
    for (let d = 0; d < size; d++)
      logDeterminant += Math.log(covariance === 'full' ? factor[d * size + d] : factor[d]);
    const constant = Math.log(weights[k]) - logDeterminant - (size / 2) * LOG_2_PI;
    for (let i = 0; i < n; i++) {
      for (let d = 0; d < size; d++) centred[d] = points[i * size + d] - means[k * size + d];
      const scaled =
        covariance === 'full' ? solveLower(factor, centred, size) : centred.map((x, d) => x / factor[d]);
      out[i * components + k] = constant - dot(scaled, scaled) / 2;
    }
  }
  return out;
}

/** How likely each point is of each component, `[n, components]`, and the likelihood of them all. */
export function expectation(
  mixture: GaussianMixture,
  points: Float64Array,
): { responsibilities: Float64Array; logLikelihood: number } {
  const components = mixture.weights.length;
  const responsibilities = jointLogDensities(mixture, points);
  let logLikelihood = 0;
  for (let row = 0; row < responsibilities.length; row += components) {
    const own = responsibilities.subarray(row, row + components);
    const largest = Math.max(...own);
    let sum = 0;
    for (const value of own) sum += Math.exp(value - largest);
    const total = largest + Math.log(sum);
    logLikelihood += total;
    for (let k = 0; k < components; k++) own[k] = Math.exp(own[k] - total);
  }
  return { responsibilities, logLikelihood };
}

/** The most likely component of each point. */
export function assign(mixture: GaussianMixture, points: Float64Array): Uint32Array {
  const components = mixture.weights.length;
  const densities = jointLogDensities(mixture, points);
  return Uint32Array.from({ length: densities.length / components }, (_, i) => {
    let best = 0;
    for (let k = 1; k < components; k++)
      if (densities[i * components + k] > densities[i * components + best]) best = k;
    return best;
  });
}

/** Draws points from a mixture, `[count, size]`. */
export function drawFromMixture(mixture: GaussianMixture, count: number, rng: Rng): Float64Array {
  const { size, weights, means, factors, covariance } = mixture;
  const out = new Float64Array(count * size);
  for (let i = 0; i < count; i++) {
    let [k, left] = [0, rng.uniform()];
    while (k < weights.length - 1 && left >= weights[k]) left -= weights[k++];
    const noise = Float64Array.from({ length: size }, () => rng.normal());
    const moved =
      covariance === 'full' ? multiplyLower(factors[k], noise, size) : noise.map((x, d) => x * factors[k][d]);
    for (let d = 0; d < size; d++) out[i * size + d] = means[k * size + d] + moved[d];
  }
  return out;
}

function maximise(
  points: Float64Array,
  size: number,
  components: number,
  covariance: Covariance,
  responsibilities: Float64Array,
  ridge: number,
): GaussianMixture {
  const n = points.length / size;
  const weights = new Float64Array(components);
  const means = new Float64Array(components * size);
  const factors: Float64Array[] = [];
  const centred = new Float64Array(size);
  for (let k = 0; k < components; k++) {
    let total = 1e-10;
    const mean = means.subarray(k * size, (k + 1) * size);
    for (let i = 0; i < n; i++) {
      const share = responsibilities[i * components + k];
      total += share;
      for (let d = 0; d < size; d++) mean[d] += share * points[i * size + d];
    }
    for (let d = 0; d < size; d++) mean[d] /= total;
    weights[k] = total / n;
    const spread = new Float64Array(covariance === 'full' ? size * size : size);
    for (let i = 0; i < n; i++) {
      const share = responsibilities[i * components + k] / total;
      if (share < 1e-12) continue;
      for (let d = 0; d < size; d++) centred[d] = points[i * size + d] - mean[d];
      for (let a = 0; a < size; a++) {
        if (covariance === 'diagonal') spread[a] += share * centred[a] ** 2;
        else for (let b = 0; b <= a; b++) spread[a * size + b] += share * centred[a] * centred[b];
      }
    }
    for (let d = 0; d < size; d++) spread[covariance === 'full' ? d * size + d : d] += ridge;
    factors.push(covariance === 'full' ? cholesky(spread, size) : spread.map(Math.sqrt));
  }
  const sum = weights.reduce((a, b) => a + b, 0);
  return { size, covariance, weights: weights.map((weight) => weight / sum), means, factors };
}

function variancesOf(points: Float64Array, size: number): Float64Array {
  const n = points.length / size;
  const [sum, squares] = [new Float64Array(size), new Float64Array(size)];
  for (let i = 0; i < points.length; i++) sum[i % size] += points[i] / n;
  for (let i = 0; i < points.length; i++) squares[i % size] += (points[i] - sum[i % size]) ** 2 / n;
  return squares;
}
