import * as tf from '@tensorflow/tfjs-core';

/** A diagonal Gaussian for each picture: mean and log-variance, `[n, z]` each. */
export interface GaussianPosterior {
  readonly mean: tf.Tensor2D;
  readonly logVariance: tf.Tensor2D;
}

/** Beyond these a variance is all or nothing, and its exponential could overflow in float32 sums. */
const LOG_VARIANCE_RANGE = [-12, 6] as const;

/**
 * Where an untrained encoder's log-variances lie. Were it 0, the noise would drown what a fresh encoder says,
 * and the decoder would learn to ignore it; from here it begins as an autoencoder nearly does, and learns to
 * see several times sooner.
 */
const FIRST_LOG_VARIANCE = -4;

/** Splits an encoder's `[n, 2z]` into a posterior, the log-variance clamped to [−12, 6]. */
export function toPosterior(encoded: tf.Tensor2D): GaussianPosterior {
  const [mean, raw] = tf.split<tf.Tensor2D>(encoded, 2, 1);
  return { mean, logVariance: tf.clipByValue(tf.add(raw, FIRST_LOG_VARIANCE), ...LOG_VARIANCE_RANGE) };
}

/**
 * The reparameterised sample z = μ + σ·ε (Kingma & Welling 2014, arXiv 1312.6114, §2.4).
 * @param noise standard normal, `[k·n, z]`: k samples a picture, sample-major
 * @returns `[k·n, z]`
 */
export function reparameterise(posterior: GaussianPosterior, noise: tf.Tensor2D): tf.Tensor2D {
  const { mean, logVariance } = posterior;
  const copies = noise.shape[0] / mean.shape[0];
  const deviation = tf.exp(tf.mul(logVariance, 0.5));
  if (copies === 1) return tf.add(mean, tf.mul(deviation, noise));
  return tf.add(tf.tile(mean, [copies, 1]), tf.mul(tf.tile(deviation, [copies, 1]), noise));
}
