import * as tf from '@tensorflow/tfjs-core';
import type { GaussianPosterior } from '../model/posterior.ts';
import { meanDistortion, type Bound } from './bound.ts';
import { pairwiseLogDensity, posteriorLogDensity } from './log-density.ts';

/** How the density of all pictures' latents together is estimated from one batch. */
export type Sampling = 'weighted' | 'stratified';

/** The rate's three parts (Chen et al. 2018, arXiv 1802.04942, eq. 2), means over the latents, nats, scalars. */
export interface RateParts {
  /** I(picture; latents): what the latents say of the picture. */
  readonly mutualInformation: tf.Scalar;
  /** KL(q(z) ‖ Πⱼ q(zⱼ)): how much the directions depend on each other. */
  readonly totalCorrelation: tf.Scalar;
  /** Σⱼ KL(q(zⱼ) ‖ p(zⱼ)): how far each direction is from its prior. */
  readonly dimensionWise: tf.Scalar;
}

/**
 * The logarithm of each posterior's weight in the mixture that stands for q(z), `[m, n]`, or a scalar.
 *
 * `weighted` is the paper's minibatch-weighted sampling, 1/(N·n) for each, which is biased. `stratified` is
 * unbiased: 1/N for the picture's own posterior, and for the others, which stand for all the rest,
 * (N − 1)/(N · (n − 1)).
 * @param m latents, k samples of the n pictures, sample-major
 * @param pictures N, how many pictures there are in all, a scalar
 */
function logMixtureWeights(sampling: Sampling, m: number, n: number, pictures: tf.Scalar): tf.Tensor {
  const logAll = tf.log(pictures);
  if (sampling === 'weighted' || n === 1) return tf.neg(tf.add(logAll, Math.log(n)));
  const own = tf.tile(tf.eye(n), [m / n, 1]);
  const others = tf.sub(tf.log(tf.sub(pictures, 1)), tf.add(logAll, Math.log(n - 1)));
  return tf.add(tf.mul(own, tf.neg(logAll)), tf.mul(tf.sub(1, own), others));
}

/**
 * Splits the rate of a batch against N(0, 1). The three parts add up to log q(z | x) − log p(z).
 * @param logPrior log p(z) of each latent, `[m]`
 */
export function rateParts(
  posterior: GaussianPosterior,
  code: tf.Tensor2D,
  logPrior: tf.Tensor1D,
  pictures: tf.Scalar,
  sampling: Sampling,
): RateParts {
  const [m, n] = [code.shape[0], posterior.mean.shape[0]];
  const densities = pairwiseLogDensity(code, posterior);
  const weights = logMixtureWeights(sampling, m, n, pictures);
  const together = tf.logSumExp(tf.add(tf.sum(densities, 2), weights), 1);
  const weightsEach = weights.rank === 0 ? weights : tf.reshape(weights, [m, n, 1]);
  const apart = tf.sum(tf.logSumExp(tf.add(densities, weightsEach), 1), 1);
  const own = posteriorLogDensity(posterior, code);
  return {
    mutualInformation: tf.mean(tf.sub(own, together)),
    totalCorrelation: tf.mean(tf.sub(together, apart)),
    dimensionWise: tf.mean(tf.sub(apart, logPrior)),
  };
}

/**
 * β-TCVAE (Chen et al. 2018): distortion + information + β · total correlation + dimension-wise rate. Only the
 * dependence between directions is made dear, not what they say. The schedule `beta` weighs the correlation.
 */
export const totalCorrelationBound =
  (sampling: Sampling): Bound =>
  (state) => {
    if (state.posterior === null) throw new TypeError('Total correlation needs a posterior.');
    const distortion = meanDistortion(state);
    const { mutualInformation, totalCorrelation, dimensionWise } = rateParts(
      state.posterior,
      state.code,
      state.prior.logDensity(state.code),
      state.pictures,
      sampling,
    );
    const rest = tf.add(mutualInformation, dimensionWise);
    const rate = tf.add<tf.Scalar>(rest, tf.mul(state.scheduled['beta'], totalCorrelation));
    return {
      loss: tf.add(distortion, rate),
      terms: {
        distortion,
        information: mutualInformation,
        correlation: totalCorrelation,
        dimensions: dimensionWise,
      },
    };
  };
