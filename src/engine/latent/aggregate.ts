import { cholesky, dot, multiplyLower, solveLower } from '../../core/cholesky.ts';
import type { Rng } from '../../core/rng.ts';

/** A Gaussian with full covariance over latents: where the pictures really lie. */
export interface LatentGaussian {
  readonly size: number;
  readonly mean: Float64Array;
  /** The covariance's lower Cholesky factor, `[size, size]`, row-major. */
  readonly factor: Float64Array;
}

/** Added to each variance, so that a factor exists for fewer pictures than dimensions too. */
const RIDGE = 1e-4;

/**
 * The Gaussian of the aggregate posterior, from the posterior's means and variances. Drawing from it rather
 * than from the prior gives pictures like the ones learned, where the two differ (Ghosh et al. 2020, arXiv
 * 1903.12436, "ex-post density estimation").
 * @param means `[count, size]`
 * @param logVariances of the same shape, or null for a deterministic code
 */
export function fitLatentGaussian(
  means: Float32Array,
  logVariances: Float32Array | null,
  size: number,
): LatentGaussian {
  const count = means.length / size;
  if (count < 1) throw new RangeError('A Gaussian needs at least one picture to be fitted to.');
  const mean = new Float64Array(size);
  for (let i = 0; i < means.length; i++) mean[i % size] += means[i] / count;
  const covariance = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (let n = 0; n < count; n++) {
    for (let k = 0; k < size; k++) centred[k] = means[n * size + k] - mean[k];
    for (let a = 0; a < size; a++) {
      for (let b = 0; b <= a; b++) covariance[a * size + b] += (centred[a] * centred[b]) / count;
      if (logVariances !== null) covariance[a * size + a] += Math.exp(logVariances[n * size + a]) / count;
    }
  }
  for (let k = 0; k < size; k++) covariance[k * size + k] += RIDGE;
  return { size, mean, factor: cholesky(covariance, size) };
}

/** A latent `[size]` in standard deviations from the middle, each direction apart from the others: L⁻¹·(z − mean). */
export function whiten(latent: ArrayLike<number>, { mean, factor, size }: LatentGaussian): Float64Array {
  const centred = mean.map((m, k) => latent[k] - m);
  return solveLower(factor, centred, size);
}

/** How far a latent `[size]` lies from the middle (Mahalanobis), standard deviations. */
export function mahalanobis(latent: ArrayLike<number>, gaussian: LatentGaussian): number {
  const own = whiten(latent, gaussian);
  return Math.sqrt(dot(own, own));
}

/**
 * Draws latents, `[count, size]`.
 * @param temperature scales the distance from the mean: below 1 safer pictures, above 1 stranger ones
 */
export function drawLatents(
  gaussian: LatentGaussian,
  count: number,
  temperature: number,
  rng: Rng,
): Float32Array {
  const { size, mean, factor } = gaussian;
  const out = new Float32Array(count * size);
  const noise = new Float64Array(size);
  for (let n = 0; n < count; n++) {
    for (let k = 0; k < size; k++) noise[k] = rng.normal() * temperature;
    const moved = multiplyLower(factor, noise, size);
    for (let k = 0; k < size; k++) out[n * size + k] = mean[k] + moved[k];
  }
  return out;
}
