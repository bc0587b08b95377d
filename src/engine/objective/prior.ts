import * as tf from '@tensorflow/tfjs-core';
import type { Covariance } from '../../core/mixture.ts';
import type { Needs } from '../model/noise.ts';
import type { Encoded, GaussianPosterior } from '../model/posterior.ts';
import type { Weights } from '../model/weights.ts';
import { meanOverSamples, posteriorLogDensity, standardNormalLogDensity } from './log-density.ts';
import { klPerDimension, standardNormalRate } from './rate.ts';

/** p(z), with the weights of one step. */
export interface Prior {
  /** log p(z) of latents `[m, z]`, nats, `[m]`. */
  logDensity(code: tf.Tensor2D): tf.Tensor1D;
  /** KL(q ‖ p) in nats per picture, `[n]`: exact, or estimated from `code`, `[k·n, z]`. */
  rate(posterior: GaussianPosterior, code: tf.Tensor2D): tf.Tensor1D;
  /** The rate of each dimension, `[n, z]`; absent where the prior ties dimensions together. */
  ratePerDimension?(posterior: GaussianPosterior): tf.Tensor2D;
  /**
   * Latents `[m, z]`, each a draw from p(z).
   * @param noise standard normal, `[m, z]`
   * @param chance even in [0, 1), `[m]`: which component of a mixture is drawn from
   */
  draw(noise: tf.Tensor2D, chance: tf.Tensor1D): tf.Tensor2D;
}

/** What a learned prior is made of in a step. */
export interface PriorContext {
  readonly weights: Weights;
  readonly encode: (pixels: tf.Tensor4D) => Encoded;
}

/** What a mixture that is fitted after training is to be like. */
export interface MixtureWishes {
  /** How many Gaussians; 0 for as many as Bayes's information criterion finds. */
  readonly gaussians: number;
  /** Of each a full covariance, or one without correlations; `auto` for the better by the same criterion. */
  readonly covariance: Covariance | 'auto';
}

/** A prior before it has weights. */
export interface PriorPart extends Needs {
  /** A mixture that takes its place when training is over; absent for most. */
  readonly afterwards?: MixtureWishes;
  with(context: PriorContext): Prior;
}

const standardNormalPrior: Prior = {
  logDensity: standardNormalLogDensity,
  rate: standardNormalRate,
  ratePerDimension: klPerDimension,
  draw: (noise) => noise,
};

/** N(0, 1) in every direction, the rate in closed form. */
export const standardNormal: PriorPart = { with: () => standardNormalPrior };

/** The rate where no closed form is at hand: log q(z | x) − log p(z), averaged over the samples; `[n]`. */
export function sampledRate(
  logDensity: Prior['logDensity'],
  posterior: GaussianPosterior,
  code: tf.Tensor2D,
): tf.Tensor1D {
  const differences = tf.sub<tf.Tensor1D>(posteriorLogDensity(posterior, code), logDensity(code));
  return meanOverSamples(differences, posterior.mean.shape[0]);
}
