import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRng, fillNormal } from '../../../src/core/rng.ts';
import { openBackend, type BackendName } from '../../../src/engine/compute/select.ts';
import { batchNormTrain, pixelShuffle } from '../../../src/engine/model/ops.ts';
import { whyNoWebgpu } from './software-adapter.ts';

/** Values and gradients of what models and objectives are made of, on every backend that is here. */
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
  'clip, maximum, where': {
    shapes: [[4, 5], [4, 5]], // prettier-ignore
    f: (a, b) => tf.where(tf.greaterEqual(a, b), tf.maximum(tf.clipByValue(a, -0.5, 0.5), b), tf.mul(a, b)),
  },
  'tile, stack, squaredDifference, max': {
    shapes: [[3, 4], [3, 4]], // prettier-ignore
    f: (a, b) =>
      tf.max(tf.stack([tf.squaredDifference(a, b), tf.tile(tf.slice(b, [1, 0], [1, 4]), [3, 1])]), 0),
  },
  'batch normalisation in training': {
    shapes: [[4, 3, 3, 5], [5], [5]], // prettier-ignore
    f: (x, gamma, beta) => {
      const trained = batchNormTrain(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-3);
      tf.dispose([trained.mean, trained.variance]);
      return trained.y;
    },
  },
  'pixel shuffle': { shapes: [[2, 3, 4, 8]], f: (x) => pixelShuffle(x as tf.Tensor4D, 2) },
  'batches of matrices, transposed': {
    shapes: [[3, 4, 5], [3, 6, 5]], // prettier-ignore
    f: (a, b) => tf.matMul(a, b, false, true),
  },
  resizeNearestNeighbor: {
    shapes: [[2, 3, 4, 2]],
    f: (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [6, 8]),
  },
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

/** Others need not have every kernel, but must not get one wrong. */
const POOLS = ['maxPool', 'avgPool'] as const;
const pool = (name: (typeof POOLS)[number], pad: 'valid' | 'same'): Case => ({
  shapes: [[1, 7, 6, 2]],
  // Shifted, so that all of some windows is negative.
  f: (x) => tf[name](tf.sub<tf.Tensor4D>(x, 1), 3, 2, pad),
});

const expected = new Map<string, Float32Array[]>();

beforeAll(async () => {
  expect((await openBackend({ prefer: 'tensorflow' })).name).toBe('tensorflow');
  for (const [name, example] of Object.entries(CASES)) expected.set(name, run(example));
  for (const name of POOLS)
    for (const pad of ['valid', 'same'] as const) expected.set(`${name}, ${pad}`, run(pool(name, pad)));
});

function agrees(actual: readonly Float32Array[], name: string): void {
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
}

const whyNot: Readonly<Partial<Record<BackendName, string | null>>> = {
  wasm: null,
  webgpu: await whyNoWebgpu(),
};

describe.each(Object.entries(whyNot))('%s agrees with tensorflow', (backend, reason) => {
  // The reason stands in the report, where there is one.
  describe.skipIf(reason !== null)(reason ?? 'as it is here', () => {
    beforeAll(async () => {
      expect((await openBackend({ prefer: backend as BackendName })).name).toBe(backend);
    });

    it.each(Object.keys(CASES))('%s', (name) => {
      expect(tf.getBackend()).toBe(backend);
      const before = tf.memory().numTensors;
      const actual = run(CASES[name]);
      expect(tf.memory().numTensors).toBe(before);
      agrees(actual, name);
    });

    it.each(POOLS.flatMap((name) => [[name, 'valid'] as const, [name, 'same'] as const]))(
      'the gradient of %s, %s, or refuses it',
      (name, pad) => {
        let actual: Float32Array[];
        try {
          actual = run(pool(name, pad));
        } catch (error) {
          expect((error as Error).message).toContain(`not registered for backend '${backend}'`);
          return;
        }
        agrees(actual, `${name}, ${pad}`);
      },
    );
  });
});
