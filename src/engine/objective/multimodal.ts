import * as tf from '@tensorflow/tfjs-core';
import { targetFor, type Bound } from './bound.ts';
import { klBetween } from './rate.ts';

/**
 * The bound of several modalities with some of them withheld (Wu & Goodman 2018, arXiv 1802.05335, §2.2): of each
 * picture either its pixels, some of its tags, or both are shown, at random, and what was shown is to be told by the
 * latents: distortion + `weight` · Σ cross-entropy of tags + β · rate, each of what was shown. Beside it, so that one
 * tells the other: `weight` · Σ cross-entropy of all tags that are known, told by the latents of the picture alone (Shi
 * et al. 2019, arXiv 1911.03393), and `agreement` · KL(latents by the picture ‖ latents by its tags), without which
 * tags come to lie where no picture does (Suzuki et al. 2016, arXiv 1611.01891, §3.3).
 */
export function multimodalElbo(weight: number, agreement: number): Bound {
  return (state) => {
    const { tags, posterior } = state;
    if (posterior === null || tags === null) throw new TypeError('Tags need a posterior and a condition.');
    const copies = state.code.shape[0] / state.pixels.shape[0];
    const beside = (x: tf.Tensor2D): tf.Tensor2D => (copies === 1 ? x : tf.tile(x, [copies, 1]));
    const each = state.likelihood.distortion(targetFor(state), state.logits, state.mean);
    const distortion = tf.mean<tf.Scalar>(tf.mul(each, tf.squeeze(beside(tags.picture), [1])));
    const missed = (logits: tf.Tensor2D, asked: tf.Tensor2D): tf.Scalar => {
      const entropy = tf.sub(tf.softplus(logits), tf.mul(logits, beside(tags.values)));
      return tf.mean(tf.sum(tf.mul(entropy, beside(asked)), 1));
    };
    const told = tf.mul<tf.Scalar>(
      tf.add(missed(tags.logits, tags.shown), missed(tags.logitsByPicture, tags.known)),
      weight,
    );
    const rate = tf.mean<tf.Scalar>(state.prior.rate(posterior, state.code));
    const apart = tf.mean<tf.Scalar>(tf.sum(klBetween(tags.byPicture, tags.byTags), 1));
    const agreed = tf.mul<tf.Scalar>(apart, agreement);
    const loss = [told, agreed, tf.mul<tf.Scalar>(state.scheduled['beta'], rate)].reduce(
      // A compiled addN adds up in another order.
      (sum, part) => tf.add<tf.Scalar>(sum, part),
      distortion,
    );
    return { loss, terms: { distortion, tags: told, agreement: agreed, rate } };
  };
}
