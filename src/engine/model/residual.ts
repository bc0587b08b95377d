import * as tf from '@tensorflow/tfjs-core';
import { conv, dense, needsOf, normalise, upsample, type Layer, type Normalisation } from './layers.ts';
import type { ConvDecoderOptions, ConvEncoderOptions, Decoder, EncoderAtOnce } from './networks.ts';
import type { ImageShape } from './shape.ts';

type Map4 = Layer<tf.Tensor4D, tf.Tensor4D>;

/**
 * x + f(x), f two 3 × 3 convolutions, each after normalisation and ReLU (He et al. 2016, arXiv 1603.05027).
 * The second begins at 0, and the block with it as the identity.
 */
export function residual(name: string, width: number, normalisation: Normalisation): Map4 {
  const options = { kernel: 3, stride: 1 };
  const first = normalise(normalisation, `${name}/norm0`, width);
  const one = conv(`${name}/conv0`, width, width, { ...options, bias: normalisation === 'none' });
  const second = normalise(normalisation, `${name}/norm1`, width);
  const two = conv(`${name}/conv1`, width, width, { ...options, bias: true, initial: { constant: 0 } });
  return {
    ...needsOf([first, one, second, two]),
    apply: (x, weights, mode) => {
      const h = one.apply(tf.relu(first.apply(x, weights, mode)), weights, mode);
      return tf.add(x, two.apply(tf.relu(second.apply(h, weights, mode)), weights, mode));
    },
  };
}

export interface ResidualOptions {
  /** Residual blocks at each size. */
  readonly blocks: number;
}

const blocksOf = (name: string, width: number, { blocks }: ResidualOptions, kind: Normalisation): Map4[] =>
  Array.from({ length: blocks }, (_, i) => residual(`${name}/block${i}`, width, kind));

/** Strided 4 × 4 convolutions with residual blocks after each; then normalisation, ReLU and a dense layer. */
export function residualEncoder(
  image: ImageShape,
  outputs: number,
  options: ConvEncoderOptions & ResidualOptions,
): EncoderAtOnce {
  const { widths, normalisation } = options;
  const stages = widths.flatMap((width, i) => [
    conv(`encoder/down${i}`, i === 0 ? image.channels : widths[i - 1], width, {
      kernel: 4,
      stride: 2,
      bias: true,
    }),
    ...blocksOf(`encoder/stage${i}`, width, options, normalisation),
  ]);
  const deepest = widths[widths.length - 1];
  const norm = normalise(normalisation, 'encoder/norm', deepest);
  const features = (image.width * image.height * deepest) / 4 ** widths.length;
  const head = dense('encoder/head', features, outputs);
  return {
    ...needsOf([...stages, norm, head]),
    apply: (x, weights, mode) => {
      const h = stages.reduce((now, stage) => stage.apply(now, weights, mode), x);
      const flat = tf.reshape(tf.relu(norm.apply(h, weights, mode)), [x.shape[0], features]);
      return head.apply(flat as tf.Tensor2D, weights, mode);
    },
  };
}

/** The encoder's mirror: a dense layer, then residual blocks and a doubling of the sides at each size. */
export function residualDecoder(
  image: ImageShape,
  inputs: number,
  options: ConvEncoderOptions & Pick<ConvDecoderOptions, 'upsampling'> & ResidualOptions,
): Decoder {
  const { widths, normalisation, upsampling } = options;
  const depth = widths.length;
  const [height, width] = [image.height / 2 ** depth, image.width / 2 ** depth];
  const root = dense('decoder/root', inputs, height * width * widths[0]);
  const stages = widths.flatMap((now, i) => [
    ...blocksOf(`decoder/stage${i}`, now, options, normalisation),
    ...(i + 1 < depth ? [upsample(upsampling, `decoder/up${i}`, now, widths[i + 1], true)] : []),
  ]);
  const shallowest = widths[depth - 1];
  const norm = normalise(normalisation, 'decoder/norm', shallowest);
  const last = upsample(upsampling, 'decoder/picture', shallowest, image.channels, true);
  return {
    ...needsOf([root, ...stages, norm, last]),
    apply: (z, weights, mode) => {
      const grown: tf.Tensor4D = tf.reshape(root.apply(z, weights, mode), [
        z.shape[0],
        height,
        width,
        widths[0],
      ]);
      const h = stages.reduce((now, stage) => stage.apply(now, weights, mode), grown);
      return last.apply(tf.relu(norm.apply(h, weights, mode)), weights, mode);
    },
  };
}
