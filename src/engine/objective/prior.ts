import * as tf from '@tensorflow/tfjs-core';
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
  /** Latents from standard normal noise `[m, z]`, each a draw from p(z); absent where p is no such map. */
  draw?(noise: tf.Tensor2D): tf.Tensor2D;
}

/** What a learned prior is made of in a step. */
export interface PriorContext {
  readonly weights: Weights;
  readonly encode: (pixels: tf.Tensor4D) => Encoded;
}

/** A prior before it has weights. */
export interface PriorPart extends Needs {
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
