import * as tf from '@tensorflow/tfjs-core';
import { refuseKernels } from './refused-kernels.ts';

/**
 * Kernels that tfjs's WebAssembly backend lacks and training needs, composed from those it has. Each is a sum
 * over the taps of the filter: tap (i, j) sees the padded input at rows i·dilation + stride·row, and columns
 * alike. NHWC only, as everywhere in Morphloom.
 */

interface ConvAttributes {
  readonly strides: [number, number] | number;
  readonly dilations?: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Shape4D = [number, number, number, number];
type ConvInfo = tf.backend_util.Conv2DInfo;
type Kernel = (inputs: tf.NamedTensorMap, attributes: Record<string, unknown>) => tf.Tensor;

function convInfo(
  inputShape: Shape4D,
  filterShape: Shape4D,
  attributes: ConvAttributes,
  depthwise: boolean,
): ConvInfo {
  if (attributes.dataFormat === 'NCHW')
    throw new Error('The WebAssembly backend trains on NHWC pictures only.');
  const { strides, dilations = 1, pad, dimRoundingMode } = attributes;
  return tf.backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
    'channelsLast',
  );
}

const taps = (info: ConvInfo): [number, number][] =>
  Array.from({ length: info.filterHeight * info.filterWidth }, (_, tap) => [
    Math.floor(tap / info.filterWidth) * info.dilationHeight,
    (tap % info.filterWidth) * info.dilationWidth,
  ]);

/** The input as each tap sees it: `[n, outHeight, outWidth, c]`, one per tap, row by row. */
function tapViews(x: tf.Tensor4D, info: ConvInfo): tf.Tensor4D[] {
  const { top, bottom, left, right } = info.padInfo;
  const padded = tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  const { batchSize, outHeight, outWidth, inChannels, strideHeight, strideWidth } = info;
  return taps(info).map(([row, column]) =>
    tf.stridedSlice(
      padded,
      [0, row, column, 0],
      [
        batchSize,
        row + (outHeight - 1) * strideHeight + 1,
        column + (outWidth - 1) * strideWidth + 1,
        inChannels,
      ],
      [1, strideHeight, strideWidth, 1],
    ),
  ) as tf.Tensor4D[];
}

/** The gradient of a convolution by its filter, `[height, width, in, out]`: one matrix product over all taps. */
const conv2dBackpropFilter: Kernel = (inputs, attributes) => {
  const [x, dy] = [inputs['x'] as tf.Tensor4D, inputs['dy'] as tf.Tensor4D];
  const filterShape = attributes['filterShape'] as Shape4D;
  const info = convInfo(x.shape, filterShape, attributes as unknown as ConvAttributes, false);
  const places = info.batchSize * info.outHeight * info.outWidth;
  const columns = tapViews(x, info).map((view) => tf.transpose(tf.reshape(view, [places, info.inChannels])));
  // Transposed beforehand: only the product of two plain matrices takes this backend's fast path.
  const product = tf.matMul(tf.concat(columns, 0), tf.reshape(dy, [places, info.outChannels]));
  return tf.reshape(product, filterShape);
};

/** The gradient of a depthwise convolution by its filter, `[height, width, in, multiplier]`. */
const depthwiseBackpropFilter: Kernel = (inputs, attributes) => {
  const [x, dy] = [inputs['x'] as tf.Tensor4D, inputs['dy'] as tf.Tensor4D];
  const filterShape = attributes['filterShape'] as Shape4D;
  const info = convInfo(x.shape, filterShape, attributes as unknown as ConvAttributes, true);
  const [, , channels, multiplier] = filterShape;
  const places = info.batchSize * info.outHeight * info.outWidth;
  const gradient = tf.reshape(dy, [places, channels, multiplier]);
  const perTap = tapViews(x, info).map((view) =>
    tf.sum(tf.mul(tf.reshape(view, [places, channels, 1]), gradient), 0),
  );
  return tf.reshape(tf.concat(perTap, 0), filterShape);
};

/** The gradient of a depthwise convolution by its input: what each tap saw, put back where it saw it. */
const depthwiseBackpropInput: Kernel = (inputs, attributes) => {
  const [dy, filter] = [inputs['dy'] as tf.Tensor4D, inputs['filter'] as tf.Tensor4D];
  const inputShape = attributes['inputShape'] as Shape4D;
  const info = convInfo(inputShape, filter.shape, attributes as unknown as ConvAttributes, true);
  const [, , channels, multiplier] = filter.shape;
  const { batchSize, outHeight, outWidth, strideHeight, strideWidth, inHeight, inWidth } = info;
  const { top, bottom, left, right } = info.padInfo;
  const [height, width] = [inHeight + top + bottom + strideHeight, inWidth + left + right + strideWidth];
  const weights = tf.reshape(filter, [info.filterHeight * info.filterWidth, channels, multiplier]);
  const gradient = tf.reshape(dy, [batchSize * outHeight * outWidth, channels, multiplier]);
  const places = taps(info).map(([row, column], tap) => {
    const weight = tf.slice(weights, [tap, 0, 0], [1, channels, multiplier]);
    const seen = tf.reshape(tf.sum(tf.mul(gradient, weight), 2), [batchSize, outHeight, outWidth, channels]);
    const spread = spreadByStride(seen as tf.Tensor4D, strideHeight, strideWidth);
    return tf.pad(spread, [
      [0, 0],
      [row, height - row - outHeight * strideHeight],
      [column, width - column - outWidth * strideWidth],
      [0, 0],
    ]);
  });
  return tf.slice(tf.addN(places), [0, top, left, 0], inputShape);
};

/** [n, h, w, c] → [n, h·strideHeight, w·strideWidth, c], zeros between. */
function spreadByStride(x: tf.Tensor4D, strideHeight: number, strideWidth: number): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const wide = tf.pad(tf.reshape(x, [n * h, w, 1, c]), [
    [0, 0],
    [0, 0],
    [0, strideWidth - 1],
    [0, 0],
  ]);
  const tall = tf.pad(tf.reshape(wide, [n, h, 1, w * strideWidth * c]), [
    [0, 0],
    [0, 0],
    [0, strideHeight - 1],
    [0, 0],
  ]);
  return tf.reshape(tall, [n, h * strideHeight, w * strideWidth, c]);
}

/** Sums rows by their segment, which is the gradient of `gather`: a product with the one-hot segments. */
const unsortedSegmentSum: Kernel = (inputs, attributes) => {
  const [x, segmentIds] = [inputs['x'], inputs['segmentIds'] as tf.Tensor1D];
  const segments = attributes['numSegments'] as number;
  const rows = segmentIds.size;
  const chosen = tf.transpose(tf.cast(tf.oneHot(tf.cast(segmentIds, 'int32'), segments), 'float32'));
  const sums = tf.matMul(chosen, tf.reshape(tf.cast(x, 'float32'), [rows, x.size / rows]));
  return tf.cast(tf.reshape(sums, [segments, ...x.shape.slice(1)]), x.dtype);
};

const KERNELS: Readonly<Record<string, Kernel>> = {
  Conv2DBackpropFilter: conv2dBackpropFilter,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  UnsortedSegmentSum: unsortedSegmentSum,
};

/** Wrong where all of a window of maxPool's is negative, and at a padded border of avgPool's. */
const WRONG_GRADIENTS = ['MaxPoolGrad', 'AvgPoolGrad'];

/** Completes the backend `wasm` for training. Idempotent. */
export function registerWasmKernels(): void {
  refuseKernels('wasm', WRONG_GRADIENTS);
  for (const [kernelName, kernel] of Object.entries(KERNELS)) {
    if (tf.getKernel(kernelName, 'wasm') !== undefined) continue;
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) =>
        tf.tidy(() => kernel(inputs as tf.NamedTensorMap, (attrs ?? {}) as Record<string, unknown>)),
    });
  }
}
