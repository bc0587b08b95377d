import * as tf from '@tensorflow/tfjs-core';
import { meanDistortion, targetFor, type Bound } from './bound.ts';
import { meanSquaredError } from './likelihood.ts';

/**
 * Free bits (Kingma et al. 2016, arXiv 1606.04934, eq. 15): the rate of each direction, averaged over the
 * batch, counts only above `floor` nats, so that none gains by saying less:
 * distortion + β · Σⱼ max(floor, KLⱼ). The term `rate` is the true one.
 */
export const freeBits =
  (floor: number): Bound =>
  (state) => {
    const distortion = meanDistortion(state);
    if (state.posterior === null || state.prior.ratePerDimension === undefined)
      throw new TypeError('Free bits need a posterior, and a prior with a rate for each dimension.');
    const rates = tf.mean<tf.Tensor1D>(state.prior.ratePerDimension(state.posterior), 0);
    const counted = tf.sum<tf.Scalar>(tf.maximum(rates, floor));
    const loss = tf.add<tf.Scalar>(distortion, tf.mul(state.scheduled['beta'], counted));
    return { loss, terms: { distortion, rate: tf.sum<tf.Scalar>(rates) } };
  };

export interface GecoOptions {
  /** The root mean squared error that is asked for, in pixel units, white is 1. */
  readonly tolerance: number;
  /** How fast the multiplier follows: its logarithm moves by as much a step, at most. */
  readonly speed: number;
  /** How much of the constraint's moving average survives a step. */
  readonly memory: number;
}

const LOG_MULTIPLIER = 'geco/log-multiplier';
const CONSTRAINT = 'geco/constraint';
/** e^±12 is all or nothing. */
const LARGEST_LOG_MULTIPLIER = 12;

/**
 * GECO (Rezende & Viola 2018, arXiv 1810.00597, algorithm 1): the least rate at which the reconstruction is as
 * good as asked. With the constraint C = (mean squared error / tolerance²) − 1 the loss is
 * rate + λ · D/2 · C, so that λ = 1 weighs errors as a Gaussian of standard deviation `tolerance` does. λ is no
 * learned weight: each step multiplies it by exp(speed · C), C's moving average taken between −1 and 1.
 */
export function geco({ tolerance, speed, memory }: GecoOptions): Bound {
  const bound: Bound = (state) => {
    if (state.posterior === null) throw new TypeError('GECO needs a posterior.');
    const dimensions = state.pixels.size / state.pixels.shape[0];
    const error = tf.mean<tf.Scalar>(meanSquaredError(targetFor(state), state.mean));
    const constraint = tf.sub<tf.Scalar>(tf.mul(error, 1 / tolerance ** 2), 1);
    const rate = tf.mean<tf.Scalar>(state.prior.rate(state.posterior, state.code));
    const logMultiplier = state.weights.get(LOG_MULTIPLIER) as tf.Scalar;
    const multiplier = tf.exp<tf.Scalar>(logMultiplier);
    const loss = tf.add<tf.Scalar>(rate, tf.mul(tf.mul(multiplier, dimensions / 2), constraint));
    if (state.mode.kind === 'train') {
      const before = state.weights.get(CONSTRAINT);
      const average = tf.add(tf.mul(before, memory), tf.mul(constraint, 1 - memory));
      const moved = tf.add(logMultiplier, tf.mul(tf.clipByValue(average, -1, 1), speed));
      state.mode.update(CONSTRAINT, average);
      state.mode.update(
        LOG_MULTIPLIER,
        tf.clipByValue(moved, -LARGEST_LOG_MULTIPLIER, LARGEST_LOG_MULTIPLIER),
      );
    }
    return { loss, terms: { distortion: meanDistortion(state), rate, constraint, multiplier } };
  };
  const variable = (name: string) => ({ name, shape: [], initial: { constant: 0 }, trainable: false });
  return Object.assign(bound, { weights: [variable(LOG_MULTIPLIER), variable(CONSTRAINT)] });
}
