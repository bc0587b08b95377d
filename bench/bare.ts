import * as tf from '@tensorflow/tfjs-core';
import { createRng, fillNormal } from '../src/core/rng.ts';

/**
 * The default model and objective as one writes them in plain tfjs: every gradient is tfjs's own, batch
 * normalisation is moments and batchNorm, SSIM average pooling, Adam the stock optimiser, pixels converted in
 * JavaScript. The yardstick for what the engine adds.
 */
export interface BareModel {
  /** One step on uint8 pictures; returns the loss. */
  step(pixels: Uint8Array): number;
  /** One latent to one picture. */
  decode(latent: Float32Array): Float32Array;
}

const WIDTHS = [24, 48, 96, 192];
const DEEPEST = WIDTHS[WIDTHS.length - 1];
/** How many numbers a picture is. */
export const LATENT = 256;
const EPSILON = 1e-3;
const MOMENTUM = 0.97;

export function createBareModel(side: number, batch: number, adam: tf.Optimizer): BareModel {
  const rng = createRng(1);
  const normal = (shape: number[], deviation: number): tf.Variable => {
    const values = fillNormal(new Float32Array(shape.reduce((a, b) => a * b)), rng);
    return tf.variable(
      tf.tensor(
        values.map((x) => x * deviation),
        shape,
      ),
    );
  };
  const fill = (shape: number[], value: number, trainable = true): tf.Variable =>
    tf.variable(tf.fill(shape, value), trainable);
  const norm = (channels: number) => ({
    gamma: fill([channels], 1),
    beta: fill([channels], 0),
    mean: fill([channels], 0, false),
    variance: fill([channels], 1, false),
  });
  const root = side / 16;
  const convs = WIDTHS.map((width, i) => {
    const inputs = i === 0 ? 3 : WIDTHS[i - 1];
    return { kernel: normal([4, 4, inputs, width], Math.sqrt(2 / (16 * inputs))), norm: norm(width) };
  });
  const features = root * root * DEEPEST;
  const head = {
    kernel: normal([features, 2 * LATENT], Math.sqrt(1 / features)),
    bias: fill([2 * LATENT], 0),
  };
  const rootLayer = {
    kernel: normal([LATENT, features], Math.sqrt(2 / LATENT)),
    bias: fill([features], 0),
    norm: norm(DEEPEST),
  };
  const ups = WIDTHS.slice(1)
    .reverse()
    .map((inputs) => ({
      kernel: normal([4, 4, inputs / 2, inputs], Math.sqrt(2 / (4 * inputs))),
      norm: norm(inputs / 2),
    }));
  const picture = {
    kernel: normal([4, 4, 3, WIDTHS[0]], Math.sqrt(2 / (4 * WIDTHS[0]))),
    bias: fill([3], 0),
  };

  type Norm = ReturnType<typeof norm>;
  const normalise = (x: tf.Tensor4D, n: Norm, training: boolean): tf.Tensor4D => {
    if (!training)
      return tf.batchNorm(
        x,
        n.mean as tf.Tensor1D,
        n.variance as tf.Tensor1D,
        n.beta as tf.Tensor1D,
        n.gamma as tf.Tensor1D,
        EPSILON,
      );
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    n.mean.assign(tf.add(tf.mul(n.mean, MOMENTUM), tf.mul(mean, 1 - MOMENTUM)));
    n.variance.assign(tf.add(tf.mul(n.variance, MOMENTUM), tf.mul(variance, 1 - MOMENTUM)));
    return tf.batchNorm(
      x,
      mean as tf.Tensor1D,
      variance as tf.Tensor1D,
      n.beta as tf.Tensor1D,
      n.gamma as tf.Tensor1D,
      EPSILON,
    );
  };
  const double = (x: tf.Tensor4D, kernel: tf.Variable): tf.Tensor4D => {
    const [n, h, w] = x.shape;
    return tf.conv2dTranspose(
      x,
      kernel as tf.Tensor4D,
      [n, h * 2, w * 2, kernel.shape[2] as number],
      2,
      'same',
    );
  };
  const decode = (z: tf.Tensor2D, training: boolean): tf.Tensor4D => {
    const flat = tf.add(tf.matMul(z, rootLayer.kernel as tf.Tensor2D), rootLayer.bias);
    let h = tf.relu(normalise(tf.reshape(flat, [z.shape[0], root, root, DEEPEST]), rootLayer.norm, training));
    for (const up of ups) h = tf.relu(normalise(double(h, up.kernel), up.norm, training));
    return tf.sigmoid(tf.add(double(h, picture.kernel), picture.bias));
  };
  const loss = (x: tf.Tensor4D, noise: tf.Tensor2D): tf.Scalar => {
    let h = x;
    for (const layer of convs)
      h = tf.relu(normalise(tf.conv2d(h, layer.kernel as tf.Tensor4D, 2, 'same'), layer.norm, true));
    const encoded = tf.add(
      tf.matMul(tf.reshape(h, [batch, features]), head.kernel as tf.Tensor2D),
      head.bias,
    );
    const [mean, raw] = tf.split(encoded, 2, 1);
    const logVariance = tf.clipByValue(raw, -12, 6);
    const y = decode(tf.add<tf.Tensor2D>(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise)), true);
    const dimensions = side * side * 3;
    const error = tf.mean(tf.square(tf.sub(y, x)), [1, 2, 3]);
    const distortion = tf.mul(tf.log(tf.add(error, 1e-6)), dimensions / 2);
    const pool = (t: tf.Tensor): tf.Tensor4D => tf.avgPool(t as tf.Tensor4D, 7, 2, 'valid');
    const [mx, my] = [pool(x), pool(y)];
    const covariance = tf.sub(pool(tf.mul(x, y)), tf.mul(mx, my));
    const variances = tf.sub(pool(tf.add(tf.square(x), tf.square(y))), tf.add(tf.square(mx), tf.square(my)));
    const similarity = tf.div(
      tf.mul(tf.add(tf.mul(tf.mul(mx, my), 2), 1e-4), tf.add(tf.mul(covariance, 2), 9e-4)),
      tf.mul(tf.add(tf.add(tf.square(mx), tf.square(my)), 1e-4), tf.add(variances, 9e-4)),
    );
    const structure = tf.mul(tf.log(tf.add(tf.sub(1, tf.mean(similarity, [1, 2, 3])), 1e-5)), dimensions / 4);
    const rate = tf.mul(
      tf.sum(tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), tf.add(logVariance, 1)), 1),
      0.5,
    );
    return tf.mean(tf.add(tf.add(distortion, structure), rate));
  };

  return {
    step: (pixels) => {
      const value = tf.tidy(() => {
        // A loop: Float32Array.from takes ten times as long.
        const values = new Float32Array(pixels.length);
        for (let i = 0; i < pixels.length; i++) values[i] = pixels[i] / 255;
        const x = tf.tensor4d(values, [batch, side, side, 3]);
        return adam.minimize(() => loss(x, tf.randomNormal([batch, LATENT])), true) as tf.Scalar;
      });
      const result = value.dataSync()[0];
      value.dispose();
      return result;
    },
    decode: (latent) => {
      const y = tf.tidy(() => decode(tf.tensor2d(latent, [1, LATENT]), false));
      const values = y.dataSync<'float32'>();
      y.dispose();
      return values;
    },
  };
}
