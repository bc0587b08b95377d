import * as tf from '@tensorflow/tfjs-core';
import type { Regulariser } from './bound.ts';

export type Kernel = 'rbf' | 'imq';

/** Squared distances between the rows of `[a, z]` and `[b, z]`: `[a, b]`. */
function squaredDistances(x: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor2D {
  const [a, z] = x.shape;
  const difference = tf.sub(tf.reshape(x, [a, 1, z]), tf.reshape(y, [1, y.shape[0], z]));
  return tf.sum(tf.square(difference), 2);
}

/**
 * The kernel's mean over all pairs. Its width grows with the number of dimensions, as distances do, with
 * h = 2 · z: exp(−d²/h) or h/(h + d²).
 */
function meanKernel(kernel: Kernel, x: tf.Tensor2D, y: tf.Tensor2D): tf.Scalar {
  const width = 2 * x.shape[1];
  const scaled = tf.mul(squaredDistances(x, y), 1 / width);
  return tf.mean(kernel === 'rbf' ? tf.exp(tf.neg(scaled)) : tf.reciprocal(tf.add(scaled, 1)));
}

/**
 * The squared maximum mean discrepancy of two sets of latents, `[a, z]` and `[b, z]`, as the double sum over
 * all pairs (Gretton et al. 2012, eq. 5): 0 for equal sets, above 0 for others.
 */
export function maximumMeanDiscrepancy(kernel: Kernel, x: tf.Tensor2D, y: tf.Tensor2D): tf.Scalar {
  const within = tf.add(meanKernel(kernel, x, x), meanKernel(kernel, y, y));
  return tf.sub(within, tf.mul(meanKernel(kernel, x, y), 2));
}

const NOISE = 'mmd/prior';

/**
 * Holds all latents together to draws from N(0, 1), not each picture's posterior to it (InfoVAE, Zhao et al.
 * 2019, arXiv 1706.02262; with a deterministic code the Wasserstein autoencoder, Tolstikhin et al. 2018, arXiv
 * 1711.01558): weight · MMD².
 */
export function mmdToPrior(kernel: Kernel, weight: number, latentSize: number): Regulariser {
  const term: Regulariser = (state) => {
    if (state.mode.kind === 'infer') throw new TypeError('The MMD term is for training: it needs noise.');
    const draws = state.mode.noise(NOISE) as tf.Tensor2D;
    return tf.mul(maximumMeanDiscrepancy(kernel, state.code, draws), weight);
  };
  return Object.assign(term, {
    noise: [{ name: NOISE, distribution: 'normal' as const, per: 'sample' as const, shape: [latentSize] }],
  });
}
