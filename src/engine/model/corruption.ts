import * as tf from '@tensorflow/tfjs-core';
import type { Needs } from './noise.ts';
import type { ImageShape } from './shape.ts';
import type { Mode } from './weights.ts';

/**
 * What happens to pictures before the encoder sees them in training, while the decoder is asked for the clean
 * ones (Vincent et al. 2008, "Extracting and Composing Robust Features with Denoising Autoencoders").
 */
export interface Corruption extends Needs {
  /** `[n, h, w, c]` in [0, 1], corrupted in training, untouched otherwise. */
  apply(pixels: tf.Tensor4D, mode: Mode): tf.Tensor4D;
}

const NOISE = 'corruption';

function corruption(
  distribution: 'normal' | 'uniform',
  shape: readonly number[],
  corrupt: (pixels: tf.Tensor4D, noise: tf.Tensor4D) => tf.Tensor4D,
): Corruption {
  return {
    noise: [{ name: NOISE, distribution, per: 'picture', shape }],
    apply: (pixels, mode) =>
      mode.kind === 'infer' ? pixels : corrupt(pixels, mode.noise(NOISE) as tf.Tensor4D),
  };
}

/** Adds noise of this standard deviation (white is 1), and cuts off what leaves [0, 1]. */
export const gaussianNoise = ({ width, height, channels }: ImageShape, deviation: number): Corruption =>
  corruption('normal', [height, width, channels], (pixels, noise) =>
    tf.clipByValue(tf.add(pixels, tf.mul(noise, deviation)), 0, 1),
  );

/** Makes this part of the places black, in all channels at once. */
export const masking = ({ width, height }: ImageShape, fraction: number): Corruption =>
  corruption('uniform', [height, width, 1], (pixels, noise) =>
    tf.mul(pixels, tf.cast(tf.greaterEqual(noise, fraction), 'float32')),
  );

/** Makes this part of the places black or white, by chance, in all channels at once. */
export const saltAndPepper = ({ width, height }: ImageShape, fraction: number): Corruption =>
  corruption('uniform', [height, width, 1], (pixels, noise) => {
    const kept = tf.cast(tf.greaterEqual(noise, fraction), 'float32');
    const salt = tf.cast(tf.less(noise, fraction / 2), 'float32');
    return tf.add(tf.mul(pixels, kept), salt);
  });
