import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { createRng, fillNormal } from '../../../src/core/rng.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { batchNormTrain, FAST_KERNEL, pixelShuffle, spaceToDepth } from '../../../src/engine/model/ops.ts';

await openBackend({ prefer: 'tensorflow' });

type Shape4D = [number, number, number, number];

const normal = <R extends tf.Rank>(shape: tf.ShapeMap[R], seed: number): tf.Tensor<R> =>
  tf.tensor(fillNormal(new Float32Array(tf.util.sizeFromShape(shape)), createRng(seed)), shape);

/** Runs without TensorFlow's own kernels, as a backend that has none of them would. */
function composed<T>(run: () => T): T {
  const kernels = Object.values(FAST_KERNEL).map((name) => tf.getKernel(name, 'tensorflow'));
  for (const name of Object.values(FAST_KERNEL)) tf.unregisterKernel(name, 'tensorflow');
  try {
    return run();
  } finally {
    for (const kernel of kernels) tf.registerKernel(kernel);
  }
}

function expectClose(actual: tf.Tensor, expected: tf.Tensor, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = [actual.dataSync(), expected.dataSync()];
  const scale = Math.max(1, ...b.map(Math.abs));
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]) / scale);
  expect(worst).toBeLessThan(tolerance);
}

afterEach(() => tf.disposeVariables());

describe('batchNormTrain', () => {
  const EPSILON = 1e-3;
  const weigh = normal<tf.Rank.R4>([3, 5, 4, 6], 9);
  const apply = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
    batchNormTrain(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, EPSILON);
  const inputs = (): tf.Tensor[] => [
    tf.add(tf.mul(normal([3, 5, 4, 6], 1), 2.5), 0.7),
    tf.add(normal([6], 2), 1.5),
    normal([6], 3),
  ];

  it('yields by TensorFlow what the composed form yields, statistics too', () => {
    const [x, gamma, beta] = inputs();
    const native = apply(x, gamma, beta);
    const reference = composed(() => apply(x, gamma, beta));
    expectClose(native.y, reference.y, 1e-5);
    expectClose(native.mean, reference.mean, 1e-5);
    expectClose(native.variance, reference.variance, 1e-5);
  });

  it('leaves each channel with mean beta and variance gamma²', () => {
    const [x, gamma, beta] = inputs();
    const { mean, variance } = tf.moments(apply(x, gamma, beta).y, [0, 1, 2]);
    expectClose(mean, beta, 1e-4);
    expectClose(variance, tf.square(gamma), 2e-3);
  });

  it('has the gradients, natively and composed, that differentiating the definition gives', () => {
    const byDefinition = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor => {
      const mean = tf.mean(x, [0, 1, 2]);
      const variance = tf.mean(tf.square(tf.sub(x, mean)), [0, 1, 2]);
      const normalised = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, EPSILON)));
      return tf.add(tf.mul(normalised, gamma), beta);
    };
    const gradientsOf = (f: (...args: tf.Tensor[]) => tf.Tensor): tf.Tensor[] =>
      tf.grads((...args) => tf.sum(tf.mul(f(...args), weigh)))(inputs());
    const expected = gradientsOf((x, gamma, beta) => byDefinition(x, gamma, beta));
    const native = gradientsOf((x, gamma, beta) => apply(x, gamma, beta).y);
    const own = composed(() => gradientsOf((x, gamma, beta) => apply(x, gamma, beta).y));
    expected.forEach((gradient, i) => {
      expectClose(native[i], gradient, 1e-4);
      expectClose(own[i], gradient, 1e-4);
    });
  });
});

describe('spaceToDepth and pixelShuffle', () => {
  const shapes: Shape4D[] = [
    [2, 4, 6, 3],
    [1, 2, 2, 1],
    [3, 8, 4, 5],
  ];

  it.each(shapes)(
    'are each other’s inverse, natively and composed: [%i, %i, %i, %i]',
    (...shape: Shape4D) => {
      const x = normal<tf.Rank.R4>(shape, 4);
      for (const run of [<T>(f: () => T): T => f(), composed]) {
        const deep = run(() => spaceToDepth(x, 2));
        expect(deep.shape).toEqual([shape[0], shape[1] / 2, shape[2] / 2, shape[3] * 4]);
        expect(run(() => pixelShuffle(deep, 2)).dataSync()).toEqual(x.dataSync());
      }
    },
  );

  it('put the pixel (y, x) of a block into the channels (2y + x)·c onwards', () => {
    const x = tf.tensor4d(
      Array.from({ length: 8 }, (_, i) => i),
      [1, 2, 2, 2],
    );
    expect([...spaceToDepth(x, 2).dataSync()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const tall = tf.tensor4d(
      Array.from({ length: 8 }, (_, i) => i),
      [1, 2, 4, 1],
    );
    expect([...spaceToDepth(tall, 2).dataSync()]).toEqual([0, 1, 4, 5, 2, 3, 6, 7]);
  });

  it('pixelShuffle’s gradient moves every cotangent back to where its value came from', () => {
    const x = normal<tf.Rank.R4>([2, 3, 2, 8], 5);
    const cotangent = normal<tf.Rank.R4>([2, 6, 4, 2], 6);
    const gradient = (): tf.Tensor => tf.grad((v) => pixelShuffle(v as tf.Tensor4D, 2))(x, cotangent);
    // A permutation is orthogonal: the inverse undoes it, and inner products are kept.
    const native = gradient();
    expect(pixelShuffle(native as tf.Tensor4D, 2).dataSync()).toEqual(cotangent.dataSync());
    expect(composed(gradient).dataSync()).toEqual(native.dataSync());
  });
});

describe('relu', () => {
  it('has the gradient 1 above zero and 0 elsewhere, by one native op', () => {
    const x = tf.tensor1d([-2, -1e-20, 0, 1e-20, 3]);
    const dy = tf.tensor1d([1, 2, 3, 4, 5]);
    const gradient = (): Float32Array =>
      tf
        .grad((v) => tf.relu(v))(x, dy)
        .dataSync<'float32'>();
    expect([...gradient()]).toEqual([0, 0, 0, 4, 5]);
    // tfjs composes it as dy · step(x): neither kernel is run.
    expect(kernelsRunBy(gradient)).not.toEqual(expect.arrayContaining(['Step']));
    expect(kernelsRunBy(gradient)).not.toEqual(expect.arrayContaining(['Multiply']));
    expect(kernelsRunBy(gradient)).toEqual(expect.arrayContaining(['Relu']));
  });

  it('propagates through a network as finite differences say', () => {
    const [x, w] = [normal<tf.Rank.R2>([4, 6], 7), normal<tf.Rank.R2>([6, 3], 8)];
    const f = (weights: tf.Tensor): tf.Scalar =>
      tf.sum(tf.square(tf.relu(tf.matMul(x, weights as tf.Tensor2D))));
    const gradient = tf.grad(f)(w).dataSync();
    const step = 1e-3;
    for (let i = 0; i < w.size; i++) {
      const nudge = (by: number): number => {
        const values = Float32Array.from(w.dataSync());
        values[i] += by;
        return f(tf.tensor(values, [6, 3])).dataSync()[0];
      };
      expect(Math.abs((nudge(step) - nudge(-step)) / (2 * step) - gradient[i])).toBeLessThan(0.05);
    }
  });
});

function kernelsRunBy(run: () => unknown): string[] {
  const { state } = tf.engine();
  state.activeProfile = {
    newBytes: 0,
    newTensors: 0,
    peakBytes: 0,
    kernels: [],
    result: {},
    kernelNames: [],
  };
  state.profiling = true;
  try {
    run();
    return state.activeProfile.kernels.map(({ name }) => name);
  } finally {
    state.profiling = false;
  }
}
