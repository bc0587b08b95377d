import * as tf from '@tensorflow/tfjs-core';

/** A diagonal Gaussian for each picture: mean and log-variance, `[n, z]` each. */
export interface GaussianPosterior {
  readonly mean: tf.Tensor2D;
  readonly logVariance: tf.Tensor2D;
}

/** What an encoder makes of pictures. */
export interface Encoded {
  /** The latents, `[n, z]`: the posterior's mean, or the code itself. */
  readonly code: tf.Tensor2D;
  /** Null for a deterministic code. */
  readonly posterior: GaussianPosterior | null;
}

/** Beyond these a variance is all or nothing, and its exponential could overflow in float32 sums. */
const LOG_VARIANCE_RANGE = [-12, 6] as const;

/**
 * Where an untrained encoder's log-variances lie. Were it 0, the noise would drown what a fresh encoder says,
 * and the decoder would learn to ignore it; from here it begins as an autoencoder nearly does, and learns to
 * see several times sooner.
 */
const FIRST_LOG_VARIANCE = -4;

/**
 * Generalised soft-clipping to (low, high): the identity in between, with a slope everywhere, so that a value
 * out of range still learns (Surendran et al. 2024, arXiv 2410.16750, after Klimek & Perelstein 2020):
 * low + (softplus(s(x − low)) − softplus(s(x − high)))/s.
 */
export function softClip<T extends tf.Tensor>(x: T, low: number, high: number, sharpness = 1): T {
  const rise = tf.softplus(tf.mul(tf.sub(x, low), sharpness));
  const stop = tf.softplus(tf.mul(tf.sub(x, high), sharpness));
  return tf.add(tf.mul(tf.sub(rise, stop), 1 / sharpness), low);
}

/** How an encoder's numbers become a posterior. */
export interface PosteriorOptions {
  /** Whether log-variances out of range are cut off, or bent. */
  readonly clip: 'hard' | 'soft';
  /** No log-variance is above this one: see {@link highestLogVariance}. */
  readonly highest: number;
}

const PLAIN: PosteriorOptions = { clip: 'hard', highest: LOG_VARIANCE_RANGE[1] };

/** Splits an encoder's `[n, 2z]` into a posterior, the log-variance clamped to [−12, 6] or `highest`. */
export function toPosterior(
  encoded: tf.Tensor2D,
  { clip, highest }: PosteriorOptions = PLAIN,
): GaussianPosterior {
  const [mean, raw] = tf.split<tf.Tensor2D>(encoded, 2, 1);
  const shifted = tf.add<tf.Tensor2D>(raw, FIRST_LOG_VARIANCE);
  const [low, high] = [LOG_VARIANCE_RANGE[0], Math.min(highest, LOG_VARIANCE_RANGE[1])];
  const logVariance = clip === 'hard' ? tf.clipByValue(shifted, low, high) : softClip(shifted, low, high);
  return { mean, logVariance };
}

/**
 * The log-variance below which a direction cannot cost less than `minRate` nats, whatever its mean: the root
 * below 0 of ½(eˡ − 1 − l) = minRate. A posterior so bounded has a committed rate and cannot collapse (δ-VAE,
 * Razavi et al. 2019, arXiv 1901.03416, §2.1).
 */
export function highestLogVariance(minRate: number): number {
  if (minRate === 0) return LOG_VARIANCE_RANGE[1];
  let [low, high] = [-2 * minRate - 1, 0];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if ((Math.exp(middle) - 1 - middle) / 2 > minRate) low = middle;
    else high = middle;
  }
  return low;
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

/** What a deterministic code is passed through: nothing, or what keeps it in [0, 1], or from 0 upwards. */
export type CodeActivation = 'linear' | 'sigmoid' | 'relu';
export const activateCode = (kind: CodeActivation, code: tf.Tensor2D): tf.Tensor2D =>
  kind === 'linear' ? code : kind === 'sigmoid' ? tf.sigmoid(code) : tf.relu(code);
