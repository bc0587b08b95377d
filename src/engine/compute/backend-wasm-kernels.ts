import * as tf from '@tensorflow/tfjs-core';
import { refuseKernels } from './refused-kernels.ts';

/**
 * Kernels that tfjs's WebAssembly backend lacks, or has slowly, and training needs, composed from those it has. Those
 * of depthwise convolutions are sums over the taps of the filter: tap (i, j) sees the padded input at rows i·dilation + stride·row, and columns
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

/**
 * The gradient of a convolution by its filter, `[height, width, in, out]`. It is a convolution too, in which pictures
 * and channels change places, as do strides and dilations; and convolutions are what this backend is fast at.
 */
const conv2dBackpropFilter: Kernel = (inputs, attributes) => {
  const [x, dy] = [inputs['x'] as tf.Tensor4D, inputs['dy'] as tf.Tensor4D];
  const filterShape = attributes['filterShape'] as Shape4D;
  const info = convInfo(x.shape, filterShape, attributes as unknown as ConvAttributes, false);
  const { top, bottom, left, right } = info.padInfo;
  const sums = tf.conv2d(
    tf.transpose<tf.Tensor4D>(x, [3, 1, 2, 0]),
    tf.transpose<tf.Tensor4D>(dy, [1, 2, 0, 3]),
    [info.dilationHeight, info.dilationWidth],
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    'NHWC',
    [info.strideHeight, info.strideWidth],
  );
  // Where the last stride left something of the picture over, there are places beyond the filter.
  const [height, width, inChannels, outChannels] = filterShape;
  const inFilter = tf.slice(sums, [0, 0, 0, 0], [inChannels, height, width, outChannels]);
  return tf.transpose(inFilter, [1, 2, 0, 3]);
};

/**
 * The gradient of a convolution by its input, which is also the transposed convolution. With padding counted, row
 * stride·m + r of it is Σₜ dy[m − t] · filter[r + stride·t]: a convolution without strides that gives all r, and
 * likewise all columns, as channels, which then change places with space (Shi et al. 2016, arXiv 1609.07009).
 */
const conv2dBackpropInput: Kernel = (inputs, attributes) => {
  const [dy, filter] = [inputs['dy'] as tf.Tensor4D, inputs['filter'] as tf.Tensor4D];
  const inputShape = attributes['inputShape'] as Shape4D;
  const info = convInfo(inputShape, filter.shape, attributes as unknown as ConvAttributes, false);
  const { strideHeight, strideWidth, inChannels, outChannels, padInfo } = info;
  const [tall, wide] = [
    Math.ceil(info.filterHeight / strideHeight),
    Math.ceil(info.filterWidth / strideWidth),
  ];
  const whole = tf.pad(filter, [
    [0, tall * strideHeight - info.filterHeight],
    [0, wide * strideWidth - info.filterWidth],
    [0, 0],
    [0, 0],
  ]);
  const cells = tf.reshape(whole, [tall, strideHeight, wide, strideWidth, inChannels, outChannels]);
  const phases = tf.transpose(tf.reverse(cells, [0, 2]), [0, 2, 5, 1, 3, 4]);
  const beyond = (size: number, before: number, stride: number, places: number): number =>
    Math.max(0, Math.ceil((before + size) / stride) - places);
  const channels = tf.conv2d(
    dy,
    tf.reshape<tf.Rank.R4>(phases, [tall, wide, outChannels, strideHeight * strideWidth * inChannels]),
    1,
    [
      [0, 0],
      [tall - 1, beyond(info.inHeight, padInfo.top, strideHeight, info.outHeight)],
      [wide - 1, beyond(info.inWidth, padInfo.left, strideWidth, info.outWidth)],
      [0, 0],
    ],
  );
  const padded = channelsToSpace(channels, strideHeight, strideWidth);
  return tf.slice(padded, [0, padInfo.top, padInfo.left, 0], inputShape);
};

/** [n, h, w, tall·wide·c] → [n, h·tall, w·wide, c]. */
function channelsToSpace(x: tf.Tensor4D, tall: number, wide: number): tf.Tensor4D {
  const [n, h, w, channels] = x.shape;
  // The columns lie in their order already; one exchange of two axes is several times faster than tf.depthToSpace here.
  const rows = tf.transpose(tf.reshape(x, [n * h, w, tall, channels / tall]), [0, 2, 1, 3]);
  return tf.reshape(rows, [n, h * tall, w * wide, channels / (tall * wide)]);
}

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
  Conv2DBackpropInput: conv2dBackpropInput,
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
    // Its own Conv2DBackpropInput is a plain loop, several times slower.
    if (tf.getKernel(kernelName, 'wasm') !== undefined) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) =>
        tf.tidy(() => kernel(inputs as tf.NamedTensorMap, (attrs ?? {}) as Record<string, unknown>)),
    });
  }
}
