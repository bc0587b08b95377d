import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createRng, fillNormal } from '../../../src/core/rng.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { conv, dense, normalise, upsample, type Layer } from '../../../src/engine/model/layers.ts';
import { INFER, initialValues, type Mode, type Weights } from '../../../src/engine/model/weights.ts';

await openBackend({ prefer: 'tensorflow' });

const normal4d = (shape: [number, number, number, number], seed: number): tf.Tensor4D =>
  tf.tensor4d(fillNormal(new Float32Array(tf.util.sizeFromShape(shape)), createRng(seed)), shape);

/** A layer's weights at their first values. */
function weightsOf(layer: Pick<Layer, 'weights'>): Weights {
  const tensors = new Map(
    layer.weights.map((spec, i) => [spec.name, tf.tensor(initialValues(spec, 1, i), [...spec.shape])]),
  );
  return {
    get: (name) =>
      tensors.get(name) ?? expect.fail(`The layer asked for "${name}", which it did not declare.`),
  };
}

const TRAIN: Mode = {
  kind: 'train',
  update: () => undefined,
  noise: () => expect.fail('noise was asked for'),
};

describe('shapes', () => {
  it('dense: [n, inputs] to [n, outputs]', () => {
    const layer = dense('d', 5, 3);
    expect(layer.apply(tf.ones([2, 5]), weightsOf(layer), INFER).shape).toEqual([2, 3]);
  });

  it.each([
    { kernel: 3, stride: 1, bias: true, side: [7, 5], expected: [7, 5] },
    { kernel: 4, stride: 2, bias: false, side: [8, 6], expected: [4, 3] },
    { kernel: 3, stride: 2, bias: true, side: [7, 5], expected: [4, 3] },
  ])('conv, kernel $kernel, stride $stride', ({ side: [h, w], expected, ...options }) => {
    const layer = conv('c', 3, 6, options);
    expect(layer.weights.length).toBe(options.bias ? 2 : 1);
    expect(layer.apply(normal4d([2, h, w, 3], 1), weightsOf(layer), INFER).shape).toEqual([
      2,
      ...expected,
      6,
    ]);
  });

  it.each(['pixel-shuffle', 'nearest', 'transposed'] as const)('upsample by %s doubles the sides', (kind) => {
    for (const bias of [true, false]) {
      const layer = upsample(kind, 'u', 4, 3, bias);
      expect(layer.apply(normal4d([2, 3, 5, 4], 1), weightsOf(layer), INFER).shape).toEqual([2, 6, 10, 3]);
    }
  });
});

describe('batch normalisation', () => {
  const layer = normalise('batch', 'b', 3);
  const x = tf.add<tf.Tensor4D>(tf.mul(normal4d([6, 4, 4, 3], 2), 3), 5);

  it('uses the batch’s statistics in training, and moves the running ones towards them', () => {
    const updates = new Map<string, tf.Tensor>();
    const y = layer.apply(x, weightsOf(layer), {
      kind: 'train',
      noise: () => expect.fail('noise was asked for'),
      update: (name, value) => void updates.set(name, value),
    });
    const { mean, variance } = tf.moments(y, [0, 1, 2]);
    for (const m of mean.dataSync()) expect(m).toBeCloseTo(0, 4);
    for (const v of variance.dataSync()) expect(v).toBeCloseTo(1, 2);
    const batch = tf.moments(x, [0, 1, 2]);
    expect([...updates.keys()].sort()).toEqual(['b/mean', 'b/variance']);
    updates
      .get('b/mean')
      ?.dataSync()
      .forEach((m, c) => expect(m).toBeCloseTo(0.03 * batch.mean.dataSync()[c], 4));
    updates
      .get('b/variance')
      ?.dataSync()
      .forEach((v, c) => expect(v).toBeCloseTo(0.97 + 0.03 * batch.variance.dataSync()[c], 4));
  });

  it('in use depends on no other picture of the batch', () => {
    const weights = weightsOf(layer);
    const together = layer.apply(x, weights, INFER);
    const alone = layer.apply(tf.slice(x, [2, 0, 0, 0], [1, 4, 4, 3]), weights, INFER);
    expect(tf.slice(together, [2, 0, 0, 0], [1, 4, 4, 3]).dataSync()).toEqual(alone.dataSync());
  });
});

describe('group normalisation', () => {
  it.each([8, 6, 5, 16])('of %i channels depends on no other picture, in training either', (channels) => {
    const layer = normalise('group', 'g', channels);
    const weights = weightsOf(layer);
    const [own, others, strangers] = [1, 2, 3].map((seed) =>
      normal4d([seed === 1 ? 1 : 3, 4, 6, channels], seed),
    );
    const beside = (rest: tf.Tensor4D): Float32Array =>
      tf
        .slice(layer.apply(tf.concat([own, rest]), weights, TRAIN), [0, 0, 0, 0], [1, 4, 6, channels])
        .dataSync<'float32'>();
    const alone = layer.apply(own, weights, TRAIN).dataSync<'float32'>();
    for (const rest of [others, tf.mul<tf.Tensor4D>(strangers, 100)]) {
      beside(rest).forEach((v, i) => expect(Math.abs(v - alone[i])).toBeLessThan(1e-5));
    }
    expect(layer.apply(own, weights, INFER).dataSync()).toEqual(alone);
  });

  it('leaves each group of a picture with mean 0 and variance 1', () => {
    const layer = normalise('group', 'g', 16);
    const y = layer.apply(
      tf.add<tf.Tensor4D>(tf.mul(normal4d([2, 4, 4, 16], 4), 3), 2),
      weightsOf(layer),
      TRAIN,
    );
    const { mean, variance } = tf.moments(tf.reshape(y, [2, 16, 8, 2]), [1, 3]);
    for (const m of mean.dataSync()) expect(m).toBeCloseTo(0, 4);
    for (const v of variance.dataSync()) expect(v).toBeCloseTo(1, 2);
  });
});
