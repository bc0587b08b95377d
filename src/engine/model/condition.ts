import * as tf from '@tensorflow/tfjs-core';
import { dense, needsOf } from './layers.ts';
import type { Needs } from './noise.ts';
import type { ImageShape } from './shape.ts';
import type { Tags } from './tags.ts';
import type { Mode, Weights } from './weights.ts';

/**
 * What a model is told of a picture beside its pixels: a label, as `[n, classes]` with a 1 in its place, or
 * all 0 where it is not known (Sohn et al. 2015, "Learning Structured Output Representation using Deep
 * Conditional Generative Models").
 */
export interface Condition extends Needs {
  readonly classes: readonly string[];
  /** A say on the latents, by a network of its own; absent where there is none. */
  readonly tags?: Tags;
  /** How many channels the encoder sees beside the picture's. */
  readonly channels: number;
  /** How many numbers the decoder gets beside the latents. */
  readonly embedding: number;
  /** How many of these every layer of the decoder is to hear, not only the first. */
  readonly told: number;
  /** Forgets some labels in training, so that the model can do without. */
  forget(labels: tf.Tensor2D, mode: Mode): tf.Tensor2D;
  /** Pictures with the label beside them, `[n, h, w, c + channels]`. */
  beside(pixels: tf.Tensor4D, labels: tf.Tensor2D, weights: Weights): tf.Tensor4D;
  /** What the encoder says of the latents, `[n, m]`, in units of where those of pictures of this label lie. */
  beyond(numbers: tf.Tensor2D, labels: tf.Tensor2D, weights: Weights): tf.Tensor2D;
  /** Latents `[k·n, z]` with the labels `[n, classes]` of their pictures: `[k·n, z + embedding]`. */
  join(code: tf.Tensor2D, labels: tf.Tensor2D, weights: Weights): tf.Tensor2D;
}

export interface LabelOptions {
  readonly classes: readonly string[];
  readonly embedding: number;
  /** Whether the encoder is told as well: the latents then need not say it. */
  readonly into: 'decoder' | 'both';
  /** Which layers of the decoder are told, where it is one that can tell them. */
  readonly layers: 'first' | 'every';
  /** The chance that a label is withheld in training. */
  readonly unknown: number;
}

const FORGET = 'condition/forget';

/**
 * A label, embedded for the decoder, and for the encoder as one more channel. Where both are told, each label has a
 * Gaussian of its own as its prior, and latents are told in its units: were the range of latents another for each
 * label, a latent of one would mean nothing to the decoder that is asked for another. The rate alone learns how wide
 * the prior of a label is; the decoder gets the latent as it was.
 * @param encoderOutputs how many numbers an encoder says of a picture: the latents, or means and log-variances
 */
export function labelCondition(
  image: ImageShape,
  latentSize: number,
  encoderOutputs: number,
  options: LabelOptions,
): Condition {
  const { classes, embedding, into, layers, unknown } = options;
  const { width, height } = image;
  const forDecoder = dense('condition/decoder', classes.length, embedding, Math.sqrt(classes.length));
  const plane = dense('condition/encoder', classes.length, width * height, Math.sqrt(classes.length));
  // From nothing: what a label says of the latents is not known before something is learned.
  const known = dense('condition/latents', classes.length, encoderOutputs, 0);
  const spread = dense('condition/spread', classes.length, latentSize, 0);
  /** The logarithm of how wide the latents of each label lie, `[n, z]`. */
  const logSpread = (labels: tf.Tensor2D, weights: Weights): tf.Tensor2D =>
    spread.apply(labels, weights, { kind: 'infer' });
  return {
    classes,
    channels: into === 'both' ? 1 : 0,
    embedding,
    told: layers === 'every' ? embedding : 0,
    weights: [
      ...forDecoder.weights,
      ...(into === 'both' ? [...plane.weights, ...known.weights, ...spread.weights] : []),
    ],
    noise: [{ name: FORGET, distribution: 'uniform', per: 'picture', shape: [1] }],
    forget: (labels, mode) =>
      mode.kind === 'infer'
        ? labels
        : tf.mul(labels, tf.cast(tf.greaterEqual(mode.noise(FORGET), unknown), 'float32')),
    beside: (pixels, labels, weights) => {
      if (into === 'decoder') return pixels;
      const drawn = plane.apply(labels, weights, { kind: 'infer' });
      return tf.concat([pixels, tf.reshape(drawn, [pixels.shape[0], height, width, 1])], 3);
    },
    beyond: (numbers, labels, weights) => {
      if (into === 'decoder') return numbers;
      const left = tf.sub<tf.Tensor2D>(numbers, known.apply(labels, weights, { kind: 'infer' }));
      const wide = logSpread(labels, weights);
      const narrowed = (means: tf.Tensor2D): tf.Tensor2D => tf.div(means, tf.exp(wide));
      if (encoderOutputs === latentSize) return narrowed(left);
      const [means, logVariances] = tf.split<tf.Tensor2D>(left, 2, 1);
      return tf.concat([narrowed(means), tf.sub(logVariances, tf.mul(wide, 2))], 1);
    },
    join: (code, labels, weights) => {
      const copies = code.shape[0] / labels.shape[0];
      const each = (told: tf.Tensor2D): tf.Tensor2D => (copies === 1 ? told : tf.tile(told, [copies, 1]));
      const embedded = each(forDecoder.apply(labels, weights, { kind: 'infer' }));
      const own = into === 'decoder' ? code : tf.mul(code, tf.exp(each(logSpread(labels, weights))));
      return tf.concat([own as tf.Tensor2D, embedded], 1);
    },
  };
}

/** A condition that changes neither what the encoder sees nor what the decoder gets, but has a say on the latents. */
export const tagCondition = (tags: Tags): Condition => ({
  ...needsOf([tags]),
  classes: [],
  channels: 0,
  embedding: 0,
  told: 0,
  tags,
  forget: (labels) => labels,
  beside: (pixels) => pixels,
  beyond: (numbers) => numbers,
  join: (code) => code,
});
