import * as tf from '@tensorflow/tfjs-core';
import type { Needs, NoiseSpec } from './noise.ts';
import { batchNormTrain, pixelShuffle } from './ops.ts';
import { heNormal, linearNormal, type Mode, type Weights, type WeightSpec } from './weights.ts';

/** A piece of a network: the weights it needs, and what it does with them. */
export interface Layer<In extends tf.Tensor = tf.Tensor, Out extends tf.Tensor = tf.Tensor> {
  readonly weights: readonly WeightSpec[];
  /** What it needs at random in training, where it needs any. */
  readonly noise?: readonly NoiseSpec[];
  apply(x: In, weights: Weights, mode: Mode): Out;
}

/** What several parts need together. */
export const needsOf = (parts: readonly Needs[]): { weights: WeightSpec[]; noise: NoiseSpec[] } => ({
  weights: parts.flatMap(({ weights }) => weights ?? []),
  noise: parts.flatMap(({ noise }) => noise ?? []),
});

/**
 * Dropout (Srivastava et al. 2014): in training each unit is silenced with the chance `rate`, the others are
 * scaled by 1/(1 − rate), for each latent sample anew. In `[n, h, w, c]` whole channels are (Tompson et al.
 * 2015, arXiv 1411.4280), as neighbouring places say the same.
 */
export function dropout<T extends tf.Tensor2D | tf.Tensor4D>(
  name: string,
  units: number,
  rate: number,
): Layer<T, T> {
  if (rate === 0) return { weights: [], apply: (x) => x };
  return {
    weights: [],
    noise: [{ name, distribution: 'uniform', per: 'sample', shape: [units] }],
    apply: (x, _weights, mode) => {
      if (mode.kind === 'infer') return x;
      const kept = tf.cast(tf.greaterEqual(mode.noise(name), rate), 'float32');
      const mask = tf.mul(kept, 1 / (1 - rate));
      return tf.mul(x, x.rank === 4 ? tf.reshape(mask, [x.shape[0], 1, 1, units]) : mask);
    },
  };
}

export type Activation = 'relu' | 'tanh';
export const activate = <T extends tf.Tensor>(kind: Activation, x: T): T =>
  kind === 'relu' ? tf.relu(x) : tf.tanh(x);

export type Normalisation = 'batch' | 'group' | 'none';

const EPSILON = 1e-3;
/** How much of a running statistic survives one step: it looks back over some thirty batches. */
const MOMENTUM = 0.97;

const weight = (
  name: string,
  shape: readonly number[],
  initial: WeightSpec['initial'],
  trainable = true,
): WeightSpec => ({ name, shape, initial, trainable });

/** `[n, inputs] → [n, outputs]`. */
export function dense(
  name: string,
  inputs: number,
  outputs: number,
  gain = 1,
): Layer<tf.Tensor2D, tf.Tensor2D> {
  return {
    weights: [
      weight(`${name}/kernel`, [inputs, outputs], linearNormal(inputs, gain)),
      weight(`${name}/bias`, [outputs], { constant: 0 }),
    ],
    apply: (x, weights) =>
      tf.add(tf.matMul(x, weights.get(`${name}/kernel`) as tf.Tensor2D), weights.get(`${name}/bias`)),
  };
}

export interface ConvOptions {
  readonly kernel: number;
  readonly stride: number;
  /** A bias is of no use before a normalisation, which takes the mean away. */
  readonly bias: boolean;
  readonly initial?: WeightSpec['initial'];
}

/** `[n, h, w, inputs] → [n, ⌈h/stride⌉, ⌈w/stride⌉, outputs]`, zero-padded. */
export function conv(
  name: string,
  inputs: number,
  outputs: number,
  options: ConvOptions,
): Layer<tf.Tensor4D, tf.Tensor4D> {
  const { kernel, stride, bias } = options;
  const initial = options.initial ?? heNormal(kernel * kernel * inputs);
  const weights = [weight(`${name}/kernel`, [kernel, kernel, inputs, outputs], initial)];
  if (bias) weights.push(weight(`${name}/bias`, [outputs], { constant: 0 }));
  return {
    weights,
    apply: (x, w) => {
      const y = tf.conv2d(x, w.get(`${name}/kernel`) as tf.Tensor4D, stride, 'same');
      return bias ? tf.add(y, w.get(`${name}/bias`)) : y;
    },
  };
}

/** Normalises `[n, h, w, channels]` as asked. */
export function normalise(
  kind: Normalisation,
  name: string,
  channels: number,
): Layer<tf.Tensor4D, tf.Tensor4D> {
  switch (kind) {
    case 'batch':
      return batchNorm(name, channels);
    case 'group':
      return groupNorm(name, channels);
    case 'none':
      return { weights: [], apply: (x) => x };
  }
}

/** A normalisation that is told something of each picture, `[n, told]`, beside what it normalises. */
export interface ToldNormalisation extends Needs {
  apply(x: tf.Tensor4D, told: tf.Tensor2D, weights: Weights, mode: Mode): tf.Tensor4D;
}

/**
 * Normalises `[n, h, w, channels]`, then scales and shifts each channel by what is told of each picture: y·(1 + s) + o
 * with s and o linear in it, both from 0 (Dumoulin et al. 2017, arXiv 1610.07629; de Vries et al. 2017, arXiv 1707.00683).
 * Told nothing it is the normalisation alone.
 * @param told how many numbers it is told of each picture
 */
export function normaliseTold(
  kind: Normalisation,
  name: string,
  channels: number,
  told: number,
): ToldNormalisation {
  const plain = normalise(kind, name, channels);
  if (told === 0) return { ...plain, apply: (x, _told, weights, mode) => plain.apply(x, weights, mode) };
  const scale = dense(`${name}/scale`, told, channels, 0);
  const offset = dense(`${name}/offset`, told, channels, 0);
  const perChannel = (rows: tf.Tensor2D): tf.Tensor4D => tf.reshape(rows, [rows.shape[0], 1, 1, channels]);
  return {
    ...needsOf([plain, scale, offset]),
    apply: (x, by, weights, mode) => {
      const y = plain.apply(x, weights, mode);
      const [s, o] = [scale, offset].map((layer) => perChannel(layer.apply(by, weights, mode)));
      return tf.add(tf.add(y, tf.mul(y, s)), o);
    },
  };
}

const scaleAndOffset = (name: string, channels: number): WeightSpec[] => [
  weight(`${name}/gamma`, [channels], { constant: 1 }),
  weight(`${name}/beta`, [channels], { constant: 0 }),
];

function batchNorm(name: string, channels: number): Layer<tf.Tensor4D, tf.Tensor4D> {
  return {
    weights: [
      ...scaleAndOffset(name, channels),
      weight(`${name}/mean`, [channels], { constant: 0 }, false),
      weight(`${name}/variance`, [channels], { constant: 1 }, false),
    ],
    apply: (x, weights, mode) => {
      const part = (key: string): tf.Tensor1D => weights.get(`${name}/${key}`) as tf.Tensor1D;
      if (mode.kind === 'infer') {
        return tf.batchNorm4d(x, part('mean'), part('variance'), part('beta'), part('gamma'), EPSILON);
      }
      const { y, mean, variance } = batchNormTrain(x, part('gamma'), part('beta'), EPSILON);
      const follow = (key: string, now: tf.Tensor1D): void => {
        const running = part(key);
        mode.update(`${name}/${key}`, tf.add(running, tf.mul(tf.sub(now, running), 1 - MOMENTUM)));
        now.dispose();
      };
      follow('mean', mean);
      follow('variance', variance);
      return y;
    },
  };
}

/** Wu & He 2018 (arXiv 1803.08494): independent of the batch, for batches too small for batch statistics. */
function groupNorm(name: string, channels: number): Layer<tf.Tensor4D, tf.Tensor4D> {
  const groups = [8, 4, 2, 1].find((n) => channels % n === 0) ?? 1;
  return {
    weights: scaleAndOffset(name, channels),
    apply: (x, weights) => {
      const [n, h, w, c] = x.shape;
      const grouped = tf.reshape(x, [n, h * w, groups, c / groups]);
      const { mean, variance } = tf.moments(grouped, [1, 3], true);
      const normalised = tf.reshape(tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, EPSILON))), [
        n,
        h,
        w,
        c,
      ]);
      return tf.add(tf.mul(normalised, weights.get(`${name}/gamma`)), weights.get(`${name}/beta`));
    },
  };
}

export type Upsampling = 'pixel-shuffle' | 'nearest' | 'transposed';

/**
 * Doubles the sides: `[n, h, w, inputs] → [n, 2h, 2w, outputs]`. Pixel shuffle and nearest leave no
 * checkerboard; the transposed convolution is here to be compared with.
 */
export function upsample(
  kind: Upsampling,
  name: string,
  inputs: number,
  outputs: number,
  bias: boolean,
): Layer<tf.Tensor4D, tf.Tensor4D> {
  switch (kind) {
    case 'pixel-shuffle': {
      const wide = conv(name, inputs, outputs * 4, { kernel: 3, stride: 1, bias });
      return { weights: wide.weights, apply: (x, w, mode) => pixelShuffle(wide.apply(x, w, mode), 2) };
    }
    case 'nearest': {
      const after = conv(name, inputs, outputs, { kernel: 3, stride: 1, bias });
      return {
        weights: after.weights,
        apply: (x, w, mode) =>
          after.apply(tf.image.resizeNearestNeighbor(x, [x.shape[1] * 2, x.shape[2] * 2]), w, mode),
      };
    }
    case 'transposed': {
      const weights = [weight(`${name}/kernel`, [4, 4, outputs, inputs], heNormal(4 * inputs))];
      if (bias) weights.push(weight(`${name}/bias`, [outputs], { constant: 0 }));
      return {
        weights,
        apply: (x, w) => {
          const [n, height, width] = x.shape;
          const kernel = w.get(`${name}/kernel`) as tf.Tensor4D;
          const y = tf.conv2dTranspose(x, kernel, [n, height * 2, width * 2, outputs], 2, 'same');
          return bias ? tf.add(y, w.get(`${name}/bias`)) : y;
        },
      };
    }
  }
}
