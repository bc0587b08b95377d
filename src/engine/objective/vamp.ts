import * as tf from '@tensorflow/tfjs-core';
import type { GaussianPosterior } from '../model/posterior.ts';
import type { ImageShape } from '../model/shape.ts';
import { pairwiseLogDensity } from './log-density.ts';
import { sampledRate, type Prior, type PriorPart } from './prior.ts';

const INPUTS = 'prior/pseudo-inputs';

/** Pseudo-inputs begin as faint noise around grey. */
const FIRST_DEVIATION = 0.5;

/**
 * The VampPrior (Tomczak & Welling 2018, arXiv 1705.07120): an even mixture of the posteriors of `components`
 * learned pictures, kept as logits. The rate is estimated from the samples.
 */
export function vampPrior(components: number, image: ImageShape): PriorPart {
  const shape = [components, image.height, image.width, image.channels];
  return {
    weights: [{ name: INPUTS, shape, initial: { standardDeviation: FIRST_DEVIATION }, trainable: true }],
    with: ({ weights, encode }) => {
      // Once a step, however often the density is asked for.
      let mixture: GaussianPosterior | null = null;
      const landmarks = (): GaussianPosterior => {
        mixture ??= encode(tf.sigmoid(weights.get(INPUTS) as tf.Tensor4D)).posterior;
        if (mixture === null) throw new TypeError('A VampPrior needs a posterior.');
        return mixture;
      };
      const logDensity: Prior['logDensity'] = (code) => {
        const each = tf.sum(pairwiseLogDensity(code, landmarks()), 2);
        return tf.sub(tf.logSumExp(each, 1), Math.log(components));
      };
      return {
        logDensity,
        rate: (posterior, code) => sampledRate(logDensity, posterior, code),
        draw: (noise, chance) => {
          const { mean, logVariance } = landmarks();
          const chosen = tf.cast(tf.floor(tf.mul(chance, components)), 'int32');
          const deviation = tf.exp(tf.mul(tf.gather(logVariance, chosen), 0.5));
          return tf.add(tf.gather(mean, chosen), tf.mul(deviation, noise));
        },
      };
    },
  };
}
