import * as tf from '@tensorflow/tfjs-core';
import type { Encoded } from './posterior.ts';
import type { ImageShape } from './shape.ts';
import {
  activate,
  conv,
  dense,
  dropout,
  needsOf,
  normalise,
  normaliseTold,
  upsample,
  type Activation,
  type Layer,
  type Normalisation,
  type Upsampling,
} from './layers.ts';
import type { Mode, Weights, WeightSpec } from './weights.ts';

/** Pictures `[n, h, w, c]` in [0, 1] to `outputs` numbers each, `[n, outputs]`. */
export type EncoderAtOnce = Layer<tf.Tensor4D, tf.Tensor2D>;
/** Tells latents group after group: what was drawn of one is known to the next. */
export interface GroupedEncoder {
  readonly weights: readonly WeightSpec[];
  /** How many latents each group has, in turn. */
  readonly groups: readonly number[];
  /**
   * @param samples k: how often each picture is gone through, `[k·n, …]` sample-major from there on
   * @param draw makes latents of a group's numbers, `[k·n, 2 · its size]`
   * @param toTheEnd whether to go on from the last latents, as the decoder would
   * @returns all groups side by side, `[k·n, z]`
   */
  inTurn(
    x: tf.Tensor4D,
    samples: number,
    draw: (numbers: tf.Tensor2D, group: number) => Encoded,
    weights: Weights,
    mode: Mode,
    toTheEnd: boolean,
  ): EncodedInTurn;
}
/** What a decoder's own way led to, for its last step; null where it was gone no further than the latents. */
export type EncodedInTurn = Encoded & { readonly end: tf.Tensor4D | null };
export type Encoder = EncoderAtOnce | GroupedEncoder;
/** Latents `[n, z]` to logits `[n, h, w, c]`; the likelihood makes pictures of them. */
export interface Decoder extends Layer<tf.Tensor2D, tf.Tensor4D> {
  /** The last step alone, for an encoder that has gone the rest of the way: training goes it once instead of twice. */
  finish?(end: tf.Tensor4D, weights: Weights, mode: Mode): tf.Tensor4D;
}

export interface ConvEncoderOptions {
  readonly widths: readonly number[];
  readonly normalisation: Normalisation;
}

export interface ConvDecoderOptions extends ConvEncoderOptions {
  readonly upsampling: Upsampling;
  /** How many fully connected layers there are before the smallest size. */
  readonly mapping: number;
  /** So many of its inputs, the last ones, are told to each normalisation as well. */
  readonly told: number;
  /** The part of the channels that is silenced in training. */
  readonly dropout: number;
}

/** Strided 4 × 4 convolutions, each halving the sides and followed by normalisation and ReLU; then a dense layer. */
export function convEncoder(image: ImageShape, outputs: number, options: ConvEncoderOptions): EncoderAtOnce {
  const { widths, normalisation } = options;
  const blocks = widths.map((width, i) => {
    const inputs = i === 0 ? image.channels : widths[i - 1];
    return {
      conv: conv(`encoder/conv${i}`, inputs, width, { kernel: 4, stride: 2, bias: normalisation === 'none' }),
      norm: normalise(normalisation, `encoder/norm${i}`, width),
    };
  });
  const features = (image.width * image.height * widths[widths.length - 1]) / 4 ** widths.length;
  const head = dense('encoder/head', features, outputs);
  return {
    weights: [...blocks.flatMap((b) => [...b.conv.weights, ...b.norm.weights]), ...head.weights],
    apply: (x, weights, mode) => {
      let h = x;
      for (const block of blocks)
        h = tf.relu(block.norm.apply(block.conv.apply(h, weights, mode), weights, mode));
      return head.apply(tf.reshape(h, [x.shape[0], features]), weights, mode);
    },
  };
}

/** How wide the layers are that latents go through before they become a place's features. */
const MAPPING_WIDTH = 128;

/**
 * The encoder's mirror: dense layers (a mapping, as Karras et al. 2019, arXiv 1812.04948, have before theirs, and the
 * root), then doublings of the sides, each followed by normalisation and ReLU.
 * @param inputs how many numbers it gets: the latents, and what it is told, last
 */
export function convDecoder(image: ImageShape, inputs: number, options: ConvDecoderOptions): Decoder {
  const { widths, normalisation, upsampling, mapping, told } = options;
  const stages = widths.length;
  const [height, width] = [image.height / 2 ** stages, image.width / 2 ** stages];
  const sizes = [inputs, ...Array<number>(mapping).fill(MAPPING_WIDTH)];
  const body = mlp('decoder/mapping', sizes, { activation: 'relu', dropout: 0 });
  const root = dense('decoder/root', sizes[mapping], height * width * widths[0], Math.SQRT2);
  const rootNorm = normaliseTold(normalisation, 'decoder/root-norm', widths[0], told);
  const blocks = widths.slice(1).map((outputs, i) => ({
    up: upsample(upsampling, `decoder/up${i}`, widths[i], outputs, normalisation === 'none'),
    norm: normaliseTold(normalisation, `decoder/norm${i}`, outputs, told),
    drop: dropout<tf.Tensor4D>(`decoder/drop${i}`, outputs, options.dropout),
  }));
  const rootDrop = dropout<tf.Tensor4D>('decoder/root-drop', widths[0], options.dropout);
  const last = upsample(upsampling, 'decoder/picture', widths[stages - 1], image.channels, true);
  return {
    ...needsOf([body, root, rootNorm, rootDrop, ...blocks.flatMap((b) => [b.up, b.norm, b.drop]), last]),
    apply: (z, weights, mode) => {
      const by = told === 0 ? z : tf.slice(z, [0, inputs - told], [z.shape[0], told]);
      const grown = root.apply(body.apply(z, weights, mode), weights, mode);
      let h: tf.Tensor4D = tf.reshape(grown, [z.shape[0], height, width, widths[0]]);
      h = rootDrop.apply(tf.relu(rootNorm.apply(h, by, weights, mode)), weights, mode);
      for (const block of blocks) {
        h = tf.relu(block.norm.apply(block.up.apply(h, weights, mode), by, weights, mode));
        h = block.drop.apply(h, weights, mode);
      }
      return last.apply(h, weights, mode);
    },
  };
}

export interface MlpOptions {
  readonly widths: readonly number[];
  readonly activation: Activation;
  /** The part of the hidden units that is silenced in training. */
  readonly dropout: number;
}

function mlp(
  name: string,
  sizes: readonly number[],
  { activation, dropout: rate }: Omit<MlpOptions, 'widths'>,
): Layer<tf.Tensor2D, tf.Tensor2D> {
  const gain = activation === 'relu' ? Math.SQRT2 : 1;
  const layers = sizes.slice(1).map((outputs, i) => ({
    dense: dense(`${name}/dense${i}`, sizes[i], outputs, gain),
    drop: dropout<tf.Tensor2D>(`${name}/drop${i}`, outputs, rate),
  }));
  return {
    ...needsOf(layers.flatMap((l) => [l.dense, l.drop])),
    apply: (x, weights, mode) =>
      layers.reduce(
        (h, layer) =>
          layer.drop.apply(activate(activation, layer.dense.apply(h, weights, mode)), weights, mode),
        x,
      ),
  };
}

/** Fully connected: pixels, hidden layers, outputs. */
export function mlpEncoder(
  image: ImageShape,
  outputs: number,
  options: Omit<MlpOptions, 'dropout'>,
): EncoderAtOnce {
  const pixels = image.width * image.height * image.channels;
  const { widths } = options;
  const body = mlp('encoder', [pixels, ...widths], { ...options, dropout: 0 });
  const head = dense('encoder/head', widths[widths.length - 1] ?? pixels, outputs);
  return {
    weights: [...body.weights, ...head.weights],
    apply: (x, weights, mode) =>
      head.apply(body.apply(tf.reshape(x, [x.shape[0], pixels]), weights, mode), weights, mode),
  };
}

/** Fully connected: latents, hidden layers, pixels. */
export function mlpDecoder(image: ImageShape, inputs: number, options: MlpOptions): Decoder {
  const pixels = image.width * image.height * image.channels;
  const { widths } = options;
  const body = mlp('decoder', [inputs, ...widths], options);
  const head = dense('decoder/picture', widths[widths.length - 1] ?? inputs, pixels);
  return {
    ...needsOf([body, head]),
    apply: (z, weights, mode) =>
      tf.reshape(head.apply(body.apply(z, weights, mode), weights, mode), [
        z.shape[0],
        image.height,
        image.width,
        image.channels,
      ]),
  };
}
