import * as tf from '@tensorflow/tfjs-core';
import { targetFor, type Bound, type StepState } from './bound.ts';
import { posteriorLogDensity } from './log-density.ts';

/** The parts of each sample's importance weight, nats, `[k·n]`, sample-major. */
export interface WeightParts {
  /** −log p(x | z). */
  readonly distortion: tf.Tensor1D;
  /** log q(z | x) − log p(z). */
  readonly rate: tf.Tensor1D;
}

/** What the log-weight log p(x, z) − log q(z | x) of each sample is made of. Throws for a deterministic code. */
export function weightParts(state: StepState): WeightParts {
  if (state.posterior === null) throw new TypeError('Importance weights need a posterior.');
  return {
    distortion: state.likelihood.distortion(targetFor(state), state.logits, state.mean),
    rate: tf.sub(posteriorLogDensity(state.posterior, state.code), state.prior.logDensity(state.code)),
  };
}

/**
 * The importance-weighted bound (Burda et al. 2016, arXiv 1509.00519, eq. 8), its negative minimised:
 * −log 1/k Σᵢ wᵢ with k = `latent.samples`. It rises with k towards log p(x), and is the ELBO for k = 1. β
 * weighs the rate within each weight, and 1 makes it a bound. The terms `distortion` and `rate` are plain
 * averages over the samples; `gap` is by how much the bound is above their ELBO.
 */
export const importanceWeighted: Bound = (state) => {
  const { distortion, rate } = weightParts(state);
  const [n, k] = [state.pixels.shape[0], distortion.size / state.pixels.shape[0]];
  const logWeights = tf.neg(tf.add(distortion, tf.mul(state.scheduled['beta'], rate)));
  const bound = tf.sub(tf.logSumExp(tf.reshape(logWeights, [k, n]), 0), Math.log(k));
  const loss = tf.neg<tf.Scalar>(tf.mean(bound));
  const plain = tf.neg<tf.Scalar>(tf.mean(logWeights));
  return {
    loss,
    terms: { distortion: tf.mean(distortion), rate: tf.mean(rate), gap: tf.sub(loss, plain) },
  };
};
