import * as tf from '@tensorflow/tfjs-core';
import type { GaussianPosterior } from '../model/posterior.ts';

const LOG_2_PI = Math.log(2 * Math.PI);

/** log N(z; 0, 1) of latents `[m, z]`, nats, `[m]`. */
export const standardNormalLogDensity = (code: tf.Tensor2D): tf.Tensor1D =>
  tf.mul(tf.sum(tf.add(tf.square(code), LOG_2_PI), 1), -0.5);

/**
 * log q(z | x) of latents `[k·n, z]`, sample-major, under their pictures' posteriors `[n, z]`; `[k·n]`.
 */
export function posteriorLogDensity(
  { mean, logVariance }: GaussianPosterior,
  code: tf.Tensor2D,
): tf.Tensor1D {
  const copies = code.shape[0] / mean.shape[0];
  const beside = (x: tf.Tensor2D): tf.Tensor2D => (copies === 1 ? x : tf.tile(x, [copies, 1]));
  const [m, l] = [beside(mean), beside(logVariance)];
  const squares = tf.mul(tf.square(tf.sub(code, m)), tf.exp(tf.neg(l)));
  return tf.mul(tf.sum(tf.add(tf.add(squares, l), LOG_2_PI), 1), -0.5);
}

/**
 * log N(zᵢ; μⱼ, σⱼ²) of every latent `[m, z]` under every Gaussian `[n, z]`, for each dimension apart:
 * `[m, n, z]`.
 */
export function pairwiseLogDensity(code: tf.Tensor2D, { mean, logVariance }: GaussianPosterior): tf.Tensor3D {
  const [m, z] = code.shape;
  const across = (x: tf.Tensor2D): tf.Tensor3D => tf.reshape(x, [1, mean.shape[0], z]);
  const squares = tf.square(tf.sub(tf.reshape(code, [m, 1, z]), across(mean)));
  const scaled = tf.mul(squares, across(tf.exp(tf.neg(logVariance))));
  return tf.mul(tf.add(tf.add(scaled, across(logVariance)), LOG_2_PI), -0.5);
}

/** Averages what stands for k samples of n pictures, `[k·n]`, sample-major, over the samples: `[n]`. */
export function meanOverSamples(x: tf.Tensor1D, pictures: number): tf.Tensor1D {
  return x.size === pictures ? x : tf.mean(tf.reshape(x, [x.size / pictures, pictures]), 0);
}
