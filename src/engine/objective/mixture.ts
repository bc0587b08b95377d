import * as tf from '@tensorflow/tfjs-core';
import { solveLower } from '../../core/cholesky.ts';
import type { GaussianMixture } from '../../core/mixture.ts';
import { sampledRate, type Prior } from './prior.ts';

const LOG_2_PI = Math.log(2 * Math.PI);

/** A mixture of Gaussians as a prior; the rate, which has no closed form, is estimated from the samples. */
export function mixturePrior({ size, covariance, weights, means, factors }: GaussianMixture): Prior {
  const count = weights.length;
  const full = covariance === 'full';
  const diagonals = factors.map((factor) => factor.filter((_, i) => !full || i % (size + 1) === 0));
  const constants = diagonals.map(
    (diagonal, k) =>
      Math.log(weights[k]) - diagonal.reduce((sum, x) => sum + Math.log(x), (size / 2) * LOG_2_PI),
  );
  const shares = Array.from(weights.subarray(0, count - 1), (_, k) =>
    weights.subarray(0, k + 1).reduce((a, b) => a + b, 0),
  );
  const stack = (each: readonly ArrayLike<number>[], rows: number): tf.Tensor3D =>
    tf.tensor3d(
      each.flatMap((x) => Array.from(x)),
      [count, rows, size],
    );
  /** Each latent as each component sees it, standard normal if it is of it: `[components, m, z]`. */
  const whitened = (code: tf.Tensor2D): tf.Tensor3D => {
    const centred = tf.sub<tf.Tensor3D>(tf.expandDims(code, 0), tf.tensor3d([...means], [count, 1, size]));
    if (!full) return tf.div(centred, stack(diagonals, 1));
    return tf.matMul(
      centred,
      stack(
        factors.map((factor) => transposedInverse(factor, size)),
        size,
      ),
    );
  };
  const logDensity: Prior['logDensity'] = (code) => {
    const squares = tf.sum(tf.square(whitened(code)), 2);
    const each = tf.sub(tf.tensor2d(constants, [count, 1]), tf.mul(squares, 0.5));
    return tf.logSumExp(each, 0);
  };
  return {
    logDensity,
    rate: (posterior, code) => sampledRate(logDensity, posterior, code),
    draw: (noise, chance) => {
      const over = tf.greaterEqual(tf.expandDims(chance, 1), tf.tensor2d(shares, [1, count - 1]));
      const chosen = count === 1 ? tf.zerosLike(chance) : tf.sum(tf.cast(over, 'float32'), 1);
      const index = tf.cast(chosen, 'int32');
      const middle = tf.gather(tf.tensor2d([...means], [count, size]), index);
      if (!full) return tf.add(middle, tf.mul(noise, tf.gather(tf.squeeze(stack(diagonals, 1), [1]), index)));
      const moved = tf.matMul(tf.expandDims(noise, 1), tf.gather(stack(factors, size), index), false, true);
      return tf.add(middle, tf.squeeze(moved, [1]));
    },
  };
}

/** L⁻ᵀ of a lower triangle, `[size, size]`. */
function transposedInverse(factor: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const unit = new Float64Array(size);
    unit[row] = 1;
    out.set(solveLower(factor, unit, size), row * size);
  }
  return out;
}
