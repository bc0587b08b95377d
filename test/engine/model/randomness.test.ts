import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { rampThenInverseRoot } from '../../../src/core/schedule.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { labelCondition } from '../../../src/engine/model/condition.ts';
import {
  gaussianNoise,
  masking,
  saltAndPepper,
  type Corruption,
} from '../../../src/engine/model/corruption.ts';
import { dropout } from '../../../src/engine/model/layers.ts';
import { INFER } from '../../../src/engine/model/weights.ts';
import { binarisePixels } from '../../../src/engine/recipes/augment.ts';
import { normal, numbers, trainMode } from '../objective/state.ts';

await openBackend({ prefer: 'tensorflow' });

const IMAGE = { width: 40, height: 30, channels: 3 };
const uniform = (shape: number[], seed: number): tf.Tensor => {
  const rng = createRng(seed);
  return tf.tensor(
    Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.uniform()),
    shape,
  );
};
const NONE = { get: (name: string): tf.Tensor => expect.fail(name) };

describe('dropout', () => {
  it('silences this part of the units, keeps the mean, and does nothing afterwards', () => {
    const layer = dropout<tf.Tensor2D>('drop', 500, 0.3);
    const ones = tf.ones<tf.Rank.R2>([20, 500]);
    const got = numbers(layer.apply(ones, NONE, trainMode({ drop: uniform([20, 500], 1) })));
    const silent = got.filter((value) => value === 0).length / got.length;
    expect(Math.abs(silent - 0.3)).toBeLessThan(0.02);
    for (const value of got) if (value !== 0) expect(value).toBeCloseTo(1 / 0.7, 5);
    expect(numbers(layer.apply(ones, NONE, INFER)).every((value) => value === 1)).toBe(true);
  });

  it('silences whole channels of pictures', () => {
    const layer = dropout<tf.Tensor4D>('drop', 2, 0.5);
    const noise = tf.tensor2d([[0.4, 0.6], [0.9, 0.1]]); // prettier-ignore
    const got = layer.apply(tf.ones([2, 3, 3, 2]), NONE, trainMode({ drop: noise }));
    expect(numbers(tf.sum(got, [1, 2]))).toEqual([0, 18, 18, 0]);
  });
});

describe('corruption', () => {
  const pixels = tf.fill<tf.Rank.R4>([4, 30, 40, 3], 0.5);
  const corrupted = (corruption: Corruption, seed = 2): number[] => {
    const { name, distribution, shape } = corruption.noise?.[0] ?? expect.fail('no noise');
    const full = [4, ...shape];
    const noise = distribution === 'normal' ? normal(full, seed) : uniform(full, seed);
    return numbers(corruption.apply(pixels, trainMode({ [name]: noise })));
  };
  const part = (values: number[], of: number): number =>
    values.filter((value) => value === of).length / values.length;

  it('adds grain of this strength, within [0, 1]', () => {
    const values = corrupted(gaussianNoise(IMAGE, 0.1));
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / values.length);
    expect(spread).toBeCloseTo(0.1, 2);
    for (const value of corrupted(gaussianNoise(IMAGE, 2)))
      expect(Math.abs(value - 0.5)).toBeLessThanOrEqual(0.5);
  });

  it('spoils this part of the places, all channels together', () => {
    const masked = corrupted(masking(IMAGE, 0.25));
    expect(part(masked, 0)).toBeCloseTo(0.25, 1);
    for (let at = 0; at < masked.length; at += 3) expect(masked[at]).toBe(masked[at + 2]);
    const peppered = corrupted(saltAndPepper(IMAGE, 0.4));
    expect(part(peppered, 0)).toBeCloseTo(0.2, 1);
    expect(part(peppered, 1)).toBeCloseTo(0.2, 1);
    expect(part(peppered, 0.5)).toBeCloseTo(0.6, 1);
  });

  it('is over when training is', () => {
    expect(numbers(masking(IMAGE, 0.9).apply(pixels, INFER))).toEqual(numbers(pixels));
  });

  it('black and white keeps each brightness on average', () => {
    const bytes = new Uint8Array(30_000).map((_, i) => [0, 51, 204, 255][i % 4]);
    binarisePixels(bytes, createRng(3));
    const means = [0, 0, 0, 0];
    bytes.forEach((byte, i) => {
      expect([0, 255]).toContain(byte);
      means[i % 4] += byte / 255 / 7500;
    });
    [0, 0.2, 0.8, 1].forEach((mean, i) => expect(Math.abs(means[i] - mean)).toBeLessThan(0.02));
    expect([means[0], means[3]]).toEqual([0, expect.closeTo(1, 8)]);
  });
});

describe('a label', () => {
  const options = {
    classes: ['a', 'b'],
    embedding: 3,
    into: 'both' as const,
    layers: 'first' as const,
    unknown: 0.1,
  };
  const condition = labelCondition({ width: 2, height: 2, channels: 1 }, 5, 5, options);
  const labels = tf.tensor2d([[1, 0], [0, 1]]); // prettier-ignore

  it('is forgotten as often as is asked, in training only', () => {
    const mode = trainMode({ 'condition/forget': tf.tensor2d([[0.05], [0.5]]) });
    expect(numbers(condition.forget(labels, mode))).toEqual([0, 0, 0, 1]);
    expect(numbers(condition.forget(labels, INFER))).toEqual([1, 0, 0, 1]);
  });

  it('stands beside the picture as a channel, and beside each latent sample of its picture', () => {
    const values = new Map(condition.weights?.map(({ name, shape }, i) => [name, normal(shape, i + 5)]));
    const weights = { get: (name: string) => values.get(name) ?? expect.fail(name) };
    const seen = condition.beside(tf.zeros([2, 2, 2, 1]), labels, weights);
    expect(seen.shape).toEqual([2, 2, 2, 2]);
    const joined = condition.join(tf.zeros([4, 5]), labels, weights).arraySync();
    expect(joined[0]).toEqual(joined[2]);
    expect(joined[1]).toEqual(joined[3]);
    expect(joined[0]).not.toEqual(joined[1]);
    expect(joined[0]).toHaveLength(8);
  });

  it('told to the decoder alone leaves the encoder as it is', () => {
    const alone = labelCondition({ width: 2, height: 2, channels: 1 }, 5, 5, { ...options, into: 'decoder' });
    const pixels = tf.zeros<tf.Rank.R4>([2, 2, 2, 1]);
    expect(alone.beside(pixels, labels, NONE)).toBe(pixels);
    expect(alone.channels).toBe(0);
    const said = tf.ones<tf.Rank.R2>([2, 5]);
    expect(alone.beyond(said, labels, NONE)).toBe(said);
  });

  it('has what it says itself taken off what the encoder says, and where it is not known nothing', () => {
    const kernel = [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]; // prettier-ignore
    const values = new Map<string, tf.Tensor>([
      ['condition/latents/kernel', tf.tensor2d(kernel)],
      ['condition/latents/bias', tf.zeros([5])],
      ['condition/spread/kernel', tf.zeros([2, 5])],
      ['condition/spread/bias', tf.zeros([5])],
    ]);
    const weights = { get: (name: string) => values.get(name) ?? expect.fail(name) };
    const known = tf.concat([labels, tf.zeros<tf.Rank.R2>([1, 2])]);
    const left = condition.beyond(tf.fill([3, 5], 10), known, weights).arraySync();
    expect(left).toEqual([[9, 8, 7, 6, 5], [4, 3, 2, 1, 0], [10, 10, 10, 10, 10]]); // prettier-ignore
    const first = condition.weights?.filter(({ name }) => name.startsWith('condition/latents/')) ?? [];
    expect(first.map(({ initial }) => Object.values(initial)[0])).toEqual([0, 0]);
  });

  it('has a range of latents of its own, in whose units they are told; the decoder gets them as they were', () => {
    const gaussian = labelCondition({ width: 2, height: 2, channels: 1 }, 2, 4, options);
    const drawn = new Map(gaussian.weights?.map(({ name, shape }, i) => [name, normal(shape, i + 5)]));
    const spread = [[Math.log(2), Math.log(4)], [0, -Math.log(2)]]; // prettier-ignore
    drawn.set('condition/spread/kernel', tf.tensor2d(spread)).set('condition/spread/bias', tf.zeros([2]));
    for (const part of ['kernel', 'bias'])
      drawn.set(`condition/latents/${part}`, tf.zerosLike(drawn.get(`condition/latents/${part}`) as tf.Tensor)); // prettier-ignore
    const weights = { get: (name: string) => drawn.get(name) ?? expect.fail(name) };
    const said = tf.tensor2d([[6, 8, 1, 0], [6, 8, 1, 0]]); // prettier-ignore
    const told = gaussian.beyond(said, labels, weights);
    const [wide, narrow] = told.arraySync();
    const expected = [3, 2, 1 - 2 * Math.log(2), -2 * Math.log(4)];
    wide.forEach((number, i) => expect(number).toBeCloseTo(expected[i], 5));
    [6, 16, 1, 2 * Math.log(2)].forEach((number, i) => expect(narrow[i]).toBeCloseTo(number, 5));
    const code = tf.slice2d(told, [0, 0], [2, 2]);
    const own = tf.slice2d(gaussian.join(code, labels, weights), [0, 0], [2, 2]).arraySync();
    own.flat().forEach((number, i) => expect(number).toBeCloseTo([6, 8, 6, 8][i], 5));
  });
});

describe('the decay by 1/√n', () => {
  it('ramps up, then falls by half each time the step quadruples', () => {
    const rate = rampThenInverseRoot(0.4, 0.01);
    expect(rate(0)).toBe(0);
    expect(rate(0.005)).toBeCloseTo(0.2, 10);
    [0.4, 0.2, 0.1].forEach((expected, i) => expect(rate(0.01 * 4 ** i)).toBeCloseTo(expected, 10));
  });
});
