import * as tf from '@tensorflow/tfjs-core';
import type { Regulariser } from './bound.ts';

/** |z|, summed over the latents, times `weight`: most of them go to 0 (Lasso's penalty); `[n]`. */
export const l1 =
  (weight: number): Regulariser =>
  ({ code, pixels }) => {
    const samples = code.shape[0] / pixels.shape[0];
    return tf.mul<tf.Scalar>(tf.sum(tf.abs(code)), weight / (samples * pixels.shape[0]));
  };

/** Keeps the logarithms finite where a unit is always on, or never. */
const SMALLEST_ACTIVITY = 1e-6;

/**
 * Sparsity of activities in [0, 1] (Ng 2011, CS294A lecture notes, "Autoencoders and Sparsity"):
 * Σⱼ KL(ρ ‖ ρ̂ⱼ), where ρ̂ⱼ is how active unit j is on average over the batch; nats, a scalar.
 */
export function klSparsity(activities: tf.Tensor2D, target: number): tf.Scalar {
  const mean = tf.clipByValue(tf.mean(activities, 0), SMALLEST_ACTIVITY, 1 - SMALLEST_ACTIVITY);
  const on = tf.mul(tf.log(mean), -target);
  const off = tf.mul(tf.log(tf.sub(1, mean)), -(1 - target));
  const entropy = target * Math.log(target) + (1 - target) * Math.log(1 - target);
  return tf.sum(tf.add(tf.add(on, off), entropy));
}

const NOISE = 'contractive/direction';

/**
 * ‖∂f/∂x‖², the squared Frobenius norm of the Jacobian of `encode` at pictures `[n, h, w, c]`, estimated in
 * one random direction (Hutchinson 1989): ‖(f(x + εv) − f(x − εv)) / 2ε‖², v standard normal and of the
 * pictures' shape. Its mean over v is the norm, and it needs no second derivative of any layer; `[n]`.
 */
export function squaredJacobianNorm(
  encode: (pixels: tf.Tensor4D) => tf.Tensor2D,
  pixels: tf.Tensor4D,
  direction: tf.Tensor4D,
  step: number,
): tf.Tensor1D {
  const aside = tf.mul(direction, step);
  const [ahead, behind] = [encode(tf.add(pixels, aside)), encode(tf.sub(pixels, aside))];
  return tf.sum(tf.square(tf.mul(tf.sub(ahead, behind), 0.5 / step)), 1);
}

/** How far the estimate looks: near enough for a straight line, far enough for float32. */
const STEP = 1e-2;

/**
 * Contraction (Rifai et al. 2011, "Contractive Auto-Encoders"): weight · ‖∂code/∂x‖². The code of a picture
 * changes little when the picture does.
 * @param shape of a picture, `[h, w, c]`
 */
export function contraction(weight: number, shape: readonly number[]): Regulariser {
  const term: Regulariser = (state) => {
    if (state.mode.kind === 'infer') throw new TypeError('The contraction is for training: it needs noise.');
    const direction = state.mode.noise(NOISE) as tf.Tensor4D;
    const codeOf = (pixels: tf.Tensor4D): tf.Tensor2D => state.encode(pixels).code;
    return tf.mul(squaredJacobianNorm(codeOf, state.pixels, direction, STEP), weight);
  };
  return Object.assign(term, {
    noise: [{ name: NOISE, distribution: 'normal' as const, per: 'picture' as const, shape }],
  });
}
