import * as tf from '@tensorflow/tfjs-core';

/**
 * Operations that tfjs-core lacks or differentiates slowly. Each is composed from tfjs-core, so that it runs
 * on any backend; a backend that has it natively registers a kernel under the name given in FAST_KERNEL
 * (engine/compute does so for TensorFlow), and that one is used instead. Both must agree: the parity tests
 * compare them.
 */
export const FAST_KERNEL = {
  spaceToDepth: 'MorphloomSpaceToDepth',
  batchNormTrain: 'MorphloomBatchNormTrain',
  batchNormTrainGrad: 'MorphloomBatchNormTrainGrad',
} as const;

function fast<T>(kernel: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): T | null {
  if (tf.getKernel(kernel, tf.getBackend()) === undefined) return null;
  return tf.engine().runKernel(kernel, inputs, attrs) as T;
}

/** [n, h·b, w·b, c] → [n, h, w, b·b·c], the inverse of depthToSpace. */
export function spaceToDepth(x: tf.Tensor4D, block: number): tf.Tensor4D {
  const native = fast<tf.Tensor4D>(FAST_KERNEL.spaceToDepth, { x }, { block });
  if (native !== null) return native;
  const [n, height, width, channels] = x.shape;
  const [h, w] = [height / block, width / block];
  const blocks = tf.transpose(tf.reshape(x, [n, h, block, w, block, channels]), [0, 1, 3, 2, 4, 5]);
  return tf.reshape(blocks, [n, h, w, block * block * channels]);
}

/** [n, h, w, b·b·c] → [n, h·b, w·b, c] (Shi et al. 2016, arXiv 1609.05158), with the gradient that tfjs lacks. */
export const pixelShuffle = (x: tf.Tensor4D, block: number): tf.Tensor4D =>
  tf.customGrad((input) => ({
    value: tf.depthToSpace(input as tf.Tensor4D, block, 'NHWC'),
    gradFunc: (dy) => spaceToDepth(dy as tf.Tensor4D, block),
  }))(x) as tf.Tensor4D;

/** What batch normalisation yields in training: the output and the batch's own statistics, `[c]` each. */
export interface BatchNormTrained {
  readonly y: tf.Tensor4D;
  readonly mean: tf.Tensor1D;
  /** The biased variance, which is what normalised the batch. */
  readonly variance: tf.Tensor1D;
}

/**
 * Batch normalisation in training (Ioffe & Szegedy 2015, arXiv 1502.03167) of `[n, h, w, c]`, by the batch's
 * own statistics, with its gradient in closed form. `mean` and `variance` carry no gradient.
 */
export function batchNormTrain(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): BatchNormTrained {
  let statistics: { mean: tf.Tensor1D; variance: tf.Tensor1D } | null = null;
  const normalise = tf.customGrad((xIn, gammaIn, betaIn, save) => {
    const [input, scale, offset] = [xIn as tf.Tensor4D, gammaIn as tf.Tensor1D, betaIn as tf.Tensor1D];
    const { y, mean, variance } = batchNormForward(input, scale, offset, epsilon);
    statistics = { mean: tf.keep(mean), variance: tf.keep(variance) };
    (save as (saved: tf.Tensor[]) => void)([input, scale, mean, variance]);
    return {
      value: y,
      gradFunc: (dy, saved) => batchNormBackward(dy as tf.Tensor4D, saved, epsilon),
    };
  });
  const y = normalise(x, gamma, beta) as tf.Tensor4D;
  if (statistics === null) throw new Error('batchNormTrain: tfjs did not run the forward function');
  return { y, ...(statistics as { mean: tf.Tensor1D; variance: tf.Tensor1D }) };
}

function batchNormForward(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): BatchNormTrained {
  const native = fast<tf.Tensor[]>(FAST_KERNEL.batchNormTrain, { x, gamma, beta }, { epsilon });
  if (native !== null) {
    const [y, mean, variance] = native as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
    return { y, mean, variance };
  }
  const { mean, variance } = tf.moments(x, [0, 1, 2]) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
  return { y: tf.batchNorm4d(x, mean, variance, beta, gamma, epsilon), mean, variance };
}

function batchNormBackward(dy: tf.Tensor4D, saved: tf.Tensor[], epsilon: number): tf.Tensor[] {
  const [x, gamma, mean, variance] = saved as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
  const native = fast<tf.Tensor[]>(
    FAST_KERNEL.batchNormTrainGrad,
    { dy, x, gamma, mean, variance },
    { epsilon },
  );
  if (native !== null) return native;
  const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon));
  const normalised = tf.mul(tf.sub(x, mean), inverseDeviation);
  const dBeta = tf.sum(dy, [0, 1, 2]);
  const dGamma = tf.sum(tf.mul(dy, normalised), [0, 1, 2]);
  const count = x.size / gamma.size;
  const centred = tf.sub(dy, tf.div(tf.add(dBeta, tf.mul(normalised, dGamma)), count));
  return [tf.mul(centred, tf.mul(gamma, inverseDeviation)), dGamma, dBeta];
}

/** `[m, Σ sizes]` cut into parts of these sizes, side by side. (tf.split into a single part has no gradient.) */
export const cutColumns = (x: tf.Tensor2D, sizes: readonly number[]): tf.Tensor2D[] =>
  sizes.length === 1 ? [x] : tf.split<tf.Tensor2D>(x, [...sizes], 1);
