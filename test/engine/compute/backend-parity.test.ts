import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRng, fillNormal } from '../../../src/core/rng.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';

/** Values and gradients of what a convolutional autoencoder is made of, on both backends. */
type Case = {
  readonly shapes: readonly (readonly number[])[];
  readonly f: (...inputs: tf.Tensor[]) => tf.Tensor;
};

const conv = (strides: [number, number] | number, pad: 'same' | 'valid'): Case['f'] => {
  return (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad);
};
const depthwise = (stride: number): Case['f'] => {
  return (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, 'same');
};

const CASES: Readonly<Record<string, Case>> = {
  'conv2d, 3 × 3, same': { shapes: [[2, 7, 5, 3], [3, 3, 3, 4]], f: conv(1, 'same') }, // prettier-ignore
  'conv2d, 4 × 4, stride 2, same, even': { shapes: [[2, 8, 8, 3], [4, 4, 3, 5]], f: conv(2, 'same') }, // prettier-ignore
  'conv2d, 3 × 3, stride 2, same, odd': { shapes: [[2, 9, 7, 2], [3, 3, 2, 3]], f: conv(2, 'same') }, // prettier-ignore
  'conv2d, 3 × 2, strides 3 and 2, valid': { shapes: [[1, 10, 9, 2], [3, 2, 2, 3]], f: conv([3, 2], 'valid') }, // prettier-ignore
  'conv2d, 1 × 1': { shapes: [[2, 4, 4, 3], [1, 1, 3, 6]], f: conv(1, 'valid') }, // prettier-ignore
  'conv2dTranspose, stride 2': {
    shapes: [[2, 4, 4, 3], [4, 4, 5, 3]], // prettier-ignore
    f: (x, w) => tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, [2, 8, 8, 5], 2, 'same'),
  },
  'depthwiseConv2d': { shapes: [[2, 7, 6, 3], [3, 3, 3, 2]], f: depthwise(1) }, // prettier-ignore
  'depthwiseConv2d, stride 2': { shapes: [[2, 8, 7, 3], [3, 3, 3, 1]], f: depthwise(2) }, // prettier-ignore
  'dense, relu, mean': {
    shapes: [[4, 6], [6, 5], [5]], // prettier-ignore
    f: (x, w, b) => tf.mean(tf.relu(tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), b)), 1),
  },
  'sigmoid, softplus, exp, square, log': {
    shapes: [[3, 5]],
    f: (x) => tf.add(tf.sigmoid(x), tf.log(tf.add(tf.softplus(x), tf.exp(tf.square(tf.mul(x, 0.3)))))),
  },
  'leakyRelu, elu, tanh': {
    shapes: [[3, 5]],
    f: (x) => tf.add(tf.leakyRelu(x, 0.2), tf.mul(tf.elu(x), tf.tanh(x))),
  },
  'pad, slice, transpose, reshape': {
    shapes: [[2, 3, 4, 2]],
    f: (x) =>
      tf.slice(tf.reshape(tf.transpose(tf.pad(x, [[0, 0], [1, 2], [2, 1], [0, 0]]), [0, 3, 2, 1]), [2, -1]), [0, 5], [2, 40]), // prettier-ignore
  },
  'concat, split, stack': {
    shapes: [[2, 4], [2, 4]], // prettier-ignore
    f: (a, b) => tf.concat([...tf.split(a, 2, 1), tf.mul(a, b)], 1),
  },
  'moments, rsqrt, sum': {
    shapes: [[2, 3, 3, 4]],
    f: (x) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-3)));
    },
  },
  'logSumExp, softmax': {
    shapes: [[3, 6]],
    f: (x) => tf.add(tf.logSumExp(x, 1), tf.sum(tf.square(tf.softmax(x)), 1)),
  },
  'gather with repeats': { shapes: [[5, 2, 3]], f: (x) => tf.gather(x, tf.tensor1d([4, 0, 4, 2], 'int32')) },
  resizeBilinear: { shapes: [[1, 4, 5, 2]], f: (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [7, 8]) },
};

/** The value, and the gradients by every input of a weighted sum of it. */
function run({ shapes, f }: Case): Float32Array[] {
  return tf.tidy(() => {
    const rng = createRng(17);
    const draw = (shape: readonly number[]): tf.Tensor =>
      tf.tensor(fillNormal(new Float32Array(shape.reduce((a, b) => a * b, 1)), rng), [...shape], 'float32');
    const inputs = shapes.map(draw);
    const value = f(...inputs);
    const weights = draw(value.shape);
    const gradients = tf.grads((...xs: tf.Tensor[]) => tf.sum(tf.mul(f(...xs), weights)))(inputs);
    return [value, ...gradients].map((tensor) => tensor.dataSync() as Float32Array);
  });
}

const expected = new Map<string, Float32Array[]>();

describe('WebAssembly agrees with TensorFlow', () => {
  beforeAll(async () => {
    expect((await openBackend({ prefer: 'tensorflow' })).name).toBe('tensorflow');
    for (const [name, example] of Object.entries(CASES)) expected.set(name, run(example));
    expect((await openBackend({ prefer: 'wasm' })).name).toBe('wasm');
  });

  it.each(Object.keys(CASES))('%s', (name) => {
    expect(tf.getBackend()).toBe('wasm');
    const before = tf.memory().numTensors;
    const actual = run(CASES[name]);
    expect(tf.memory().numTensors).toBe(before);
    const reference = expected.get(name)!;
    expect(actual.length).toBe(reference.length);
    actual.forEach((values, part) => {
      const theirs = reference[part];
      expect(values.length).toBe(theirs.length);
      const scale = Math.max(1, ...theirs.map(Math.abs));
      values.forEach((value, i) =>
        expect(Math.abs(value - theirs[i]) / scale, `part ${part}, element ${i}`).toBeLessThan(1e-4),
      );
    });
  });

  it.each(['maxPool', 'avgPool'] as const)('refuses the gradient of %s, which it would get wrong', (name) => {
    expect(() =>
      run({ shapes: [[1, 6, 6, 2]], f: (x) => tf[name](x as tf.Tensor4D, 2, 2, 'valid') }),
    ).toThrow(/not registered for backend 'wasm'/);
  });
});
