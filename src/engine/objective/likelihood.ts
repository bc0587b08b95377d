import * as tf from '@tensorflow/tfjs-core';

/**
 * p(x | z): what a decoder's logits mean, and how far a picture is from them.
 * Pictures are `[n, h, w, c]` in [0, 1].
 */
export interface Likelihood {
  /** The most probable picture for these logits, in [0, 1]. */
  mean(logits: tf.Tensor4D): tf.Tensor4D;
  /**
   * The distortion −log p(x | z) in nats per picture, `[n]`.
   * @param mean of these logits, so that it is computed once a step
   */
  distortion(pixels: tf.Tensor4D, logits: tf.Tensor4D, mean: tf.Tensor4D): tf.Tensor1D;
}

/** Sums `[n, …]` over everything but the picture. */
export const sumPerPicture = (x: tf.Tensor): tf.Tensor1D =>
  tf.sum(tf.reshape(x, [x.shape[0], x.size / x.shape[0]]), 1);

/** Averages `[n, …]` over everything but the picture. */
export const meanPerPicture = (x: tf.Tensor): tf.Tensor1D =>
  tf.mean(tf.reshape(x, [x.shape[0], x.size / x.shape[0]]), 1);

const perPicture = (x: tf.Tensor1D): tf.Tensor4D => tf.reshape(x, [x.size, 1, 1, 1]);

/** The mean squared error of each picture, `[n]`, gradient in closed form towards `estimate` only. */
export const meanSquaredError = (target: tf.Tensor4D, estimate: tf.Tensor4D): tf.Tensor1D =>
  tf.customGrad((x, save) => {
    const difference = tf.sub(x as tf.Tensor4D, target);
    (save as (saved: tf.Tensor[]) => void)([difference]);
    return {
      value: meanPerPicture(tf.square(difference)),
      gradFunc: (dy, saved) =>
        tf.mul(saved[0], perPicture(tf.mul(dy as tf.Tensor1D, (2 * target.shape[0]) / target.size))),
    };
  })(estimate) as tf.Tensor1D;

/** Below this a picture counts as perfect; it keeps the logarithm finite (an error of 1/4 grey level). */
const SMALLEST_ERROR = 1e-6;

/**
 * A Gaussian whose variance is the best one for each picture, in closed form (Rybkin et al. 2021, arXiv
 * 2006.13202): −log p = D/2 · log(mean squared error) plus the constant D/2 · (1 + log 2π).
 * D is the number of pixel values. The constant is kept, so that the figure is a true negative log-density.
 */
export const optimalGaussian: Likelihood = {
  mean: (logits) => tf.sigmoid(logits),
  distortion: (pixels, _logits, mean) => {
    const dimensions = pixels.size / pixels.shape[0];
    const error = tf.add(meanSquaredError(pixels, mean), SMALLEST_ERROR);
    return tf.mul(tf.add(tf.log(error), 1 + Math.log(2 * Math.PI)), dimensions / 2);
  },
};

/** A Gaussian of one known standard deviation (in pixel units, 1 = white), all its constants kept. */
export const gaussian = (standardDeviation: number): Likelihood => ({
  mean: (logits) => tf.sigmoid(logits),
  distortion: (pixels, _logits, mean) => {
    const dimensions = pixels.size / pixels.shape[0];
    const variance = standardDeviation ** 2;
    const constant = (dimensions / 2) * Math.log(2 * Math.PI * variance);
    return tf.add(tf.mul(meanSquaredError(pixels, mean), dimensions / (2 * variance)), constant);
  },
});

/**
 * A Bernoulli for each pixel value, exact for binary pictures and a cross-entropy for others:
 * softplus(l) − x·l, summed. The gradient, σ(l) − x, is given in closed form.
 */
export const bernoulli: Likelihood = {
  mean: (logits) => tf.sigmoid(logits),
  distortion: (pixels, logits) =>
    tf.customGrad((l, save) => {
      // The pictures too: repeated for k samples, they are gone when the gradient is taken.
      (save as (saved: tf.Tensor[]) => void)([l as tf.Tensor, pixels]);
      return {
        value: sumPerPicture(tf.sub(tf.softplus(l as tf.Tensor4D), tf.mul(pixels, l as tf.Tensor4D))),
        gradFunc: (dy, saved) =>
          tf.mul(tf.sub(tf.sigmoid(saved[0]), saved[1]), perPicture(dy as tf.Tensor1D)),
      };
    })(logits) as tf.Tensor1D,
};
