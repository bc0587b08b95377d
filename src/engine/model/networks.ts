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

/** The encoder's mirror: a dense layer, then doublings of the sides, each followed by normalisation and ReLU. */
export function convDecoder(image: ImageShape, latentSize: number, options: ConvDecoderOptions): Decoder {
  const { widths, normalisation, upsampling } = options;
  const stages = widths.length;
  const [height, width] = [image.height / 2 ** stages, image.width / 2 ** stages];
  const root = dense('decoder/root', latentSize, height * width * widths[0], Math.SQRT2);
  const rootNorm = normalise(normalisation, 'decoder/root-norm', widths[0]);
  const blocks = widths.slice(1).map((outputs, i) => ({
    up: upsample(upsampling, `decoder/up${i}`, widths[i], outputs, normalisation === 'none'),
    norm: normalise(normalisation, `decoder/norm${i}`, outputs),
    drop: dropout<tf.Tensor4D>(`decoder/drop${i}`, outputs, options.dropout),
  }));
  const rootDrop = dropout<tf.Tensor4D>('decoder/root-drop', widths[0], options.dropout);
  const last = upsample(upsampling, 'decoder/picture', widths[stages - 1], image.channels, true);
  return {
    ...needsOf([root, rootNorm, rootDrop, ...blocks.flatMap((b) => [b.up, b.norm, b.drop]), last]),
    apply: (z, weights, mode) => {
      let h: tf.Tensor4D = tf.reshape(root.apply(z, weights, mode), [z.shape[0], height, width, widths[0]]);
      h = rootDrop.apply(tf.relu(rootNorm.apply(h, weights, mode)), weights, mode);
      for (const block of blocks) {
        h = tf.relu(block.norm.apply(block.up.apply(h, weights, mode), weights, mode));
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
  { activation, dropout: rate }: MlpOptions,
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
