import * as tf from '@tensorflow/tfjs-core';
import type { GaussianPosterior } from '../model/posterior.ts';

/**
 * KL(N(μ, σ²) ‖ N(0, 1)) in nats for each latent dimension, `[n, z]`: ½(μ² + σ² − 1 − log σ²)
 * (Kingma & Welling 2014, arXiv 1312.6114, appendix B). The gradients, μ and ½(σ² − 1), are given in closed
 * form: one op each instead of a chain.
 */
export const klPerDimension = ({ mean, logVariance }: GaussianPosterior): tf.Tensor2D =>
  tf.customGrad((m, l, save) => {
    const [mu, logVar] = [m as tf.Tensor2D, l as tf.Tensor2D];
    const excess = tf.sub(tf.exp(logVar), 1);
    (save as (saved: tf.Tensor[]) => void)([mu, excess]);
    return {
      value: tf.mul(tf.sub(tf.add(tf.square(mu), excess), logVar), 0.5),
      gradFunc: (dy, saved) => {
        const [muSaved, excessSaved] = saved;
        return [tf.mul(dy, muSaved), tf.mul(dy, tf.mul(excessSaved, 0.5))];
      },
    };
  })(mean, logVariance) as tf.Tensor2D;

/** The rate: KL to the standard normal prior in nats per picture, `[n]`. */
export const standardNormalRate = (posterior: GaussianPosterior): tf.Tensor1D =>
  tf.sum(klPerDimension(posterior), 1);

/**
 * KL(p ‖ q) of two diagonal Gaussians in nats for each latent dimension, `[n, z]`:
 * ½((σp² + (μp − μq)²)/σq² − 1 + log σq² − log σp²).
 */
export function klBetween(p: GaussianPosterior, q: GaussianPosterior): tf.Tensor2D {
  const spread = tf.add(tf.exp(p.logVariance), tf.square(tf.sub(p.mean, q.mean)));
  const ratio = tf.mul(spread, tf.exp(tf.neg(q.logVariance)));
  return tf.mul(tf.add(tf.sub(ratio, 1), tf.sub(q.logVariance, p.logVariance)), 0.5);
}
