import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { labelCondition } from '../../../src/engine/model/condition.ts';
import { normalise, normaliseTold } from '../../../src/engine/model/layers.ts';
import { convDecoder } from '../../../src/engine/model/networks.ts';
import { INFER, initialValues, type Weights, type WeightSpec } from '../../../src/engine/model/weights.ts';
import { gradientError, normal, numbers, trainMode } from '../objective/state.ts';

await openBackend({ prefer: 'tensorflow' });

type Values = ReadonlyMap<string, tf.Tensor>;
const weightsOf = (values: Values, changed?: string, to?: tf.Tensor): Weights => ({
  get: (name) => (name === changed && to ? to : (values.get(name) ?? expect.fail(name))),
});
/** As they begin, or drawn. */
const valuesOf = (specs: readonly WeightSpec[] | undefined, drawn: boolean): Values =>
  new Map(
    (specs ?? []).map((spec, i) => [
      spec.name,
      drawn
        ? tf.add(normal(spec.shape, i + 3, 0.4), spec.name.endsWith('variance') ? 2 : 0)
        : tf.tensor(initialValues(spec, 1, i), [...spec.shape]),
    ]),
  );

describe.each(['batch', 'group', 'none'] as const)('a normalisation that is told, %s', (kind) => {
  const layer = normaliseTold(kind, 'n', 4, 3);
  const plain = normalise(kind, 'n', 4);
  const x = normal([5, 2, 3, 4], 1) as tf.Tensor4D;
  const told = normal([5, 3], 2) as tf.Tensor2D;

  it('begins as the normalisation alone, whatever it is told', () => {
    const weights = weightsOf(valuesOf(layer.weights, false));
    for (const mode of [INFER, trainMode()])
      expect(numbers(layer.apply(x, told, weights, mode))).toEqual(numbers(plain.apply(x, weights, mode)));
  });

  it('scales and shifts the channels of each picture by what is told of it', () => {
    const values = valuesOf(layer.weights, true);
    const weights = weightsOf(values);
    const got = layer.apply(x, told, weights, INFER).arraySync();
    const alone = plain.apply(x, weights, INFER).arraySync();
    const linear = (name: string): number[][] => {
      const [kernel, bias] = ['kernel', 'bias'].map((part) => weights.get(`n/${name}/${part}`));
      return tf.add<tf.Tensor2D>(tf.matMul(told, kernel), bias).arraySync();
    };
    const [scale, offset] = [linear('scale'), linear('offset')];
    for (const [n, c] of [
      [0, 0],
      [2, 1],
      [4, 3],
    ])
      // prettier-ignore
      expect(got[n][1][2][c]).toBeCloseTo(alone[n][1][2][c] * (1 + scale[n][c]) + offset[n][c], 4);
  });

  it('has gradients by finite differences, of what goes in, what is told and how it tells', () => {
    const values = valuesOf(layer.weights, true);
    const value = (changes: { x?: tf.Tensor; told?: tf.Tensor }, weights = weightsOf(values)): tf.Tensor =>
      tf.sum(tf.sin(layer.apply((changes.x ?? x) as tf.Tensor4D, (changes.told ?? told) as tf.Tensor2D, weights, trainMode()))); // prettier-ignore
    expect(gradientError((to) => value({ x: to }), x)).toBeLessThan(2e-2);
    expect(gradientError((to) => value({ told: to }), told)).toBeLessThan(2e-2);
    for (const name of ['n/scale/kernel', 'n/offset/kernel', 'n/scale/bias'])
      expect(gradientError((to) => value({}, weightsOf(values, name, to)), weightsOf(values).get(name)), name).toBeLessThan(2e-2); // prettier-ignore
  });

  it('told nothing is the normalisation alone', () => {
    const nothing = normaliseTold(kind, 'n', 4, 0);
    expect(nothing.weights?.map(({ name }) => name)).toEqual(plain.weights.map(({ name }) => name));
    const weights = weightsOf(valuesOf(plain.weights, true));
    expect(numbers(nothing.apply(x, x as unknown as tf.Tensor2D, weights, INFER))).toEqual(
      numbers(plain.apply(x, weights, INFER)),
    );
  });
});

describe('a label in every layer of a decoder', () => {
  const image = { width: 8, height: 8, channels: 1 };
  const label = { classes: ['a', 'b'], embedding: 3, into: 'both', unknown: 0 } as const;
  const decoder = (told: number, mapping: number) =>
    convDecoder(image, 2 + 3, {
      widths: [6, 4],
      normalisation: 'group',
      upsampling: 'transposed',
      dropout: 0,
      mapping,
      told,
    });

  it('is told where every layer is asked for, and at the first alone else', () => {
    expect(labelCondition(image, 2, 4, { ...label, layers: 'every' }).told).toBe(3);
    expect(labelCondition(image, 2, 4, { ...label, layers: 'first' }).told).toBe(0);
  });

  it.each([0, 2])(
    'changes what is drawn even where the first layer does not hear it, mapping %i',
    (mapping) => {
      const network = decoder(3, mapping);
      const values = new Map(valuesOf(network.weights, true));
      const first = mapping === 0 ? 'decoder/root/kernel' : 'decoder/mapping/dense0/kernel';
      const kernel = values.get(first) ?? expect.fail(first);
      const width = kernel.shape[1] ?? 0;
      // The first layer hears the two latents, not the three numbers of the label.
      values.set(first, tf.mul(kernel, tf.concat([tf.ones([2, width]), tf.zeros([3, width])])));
      const latents = tf.tile(normal([1, 2], 5), [2, 1]);
      const drawn = (network: ReturnType<typeof decoder>): number[][] => {
        const inputs = tf.concat([latents, normal([2, 3], 6)], 1) as tf.Tensor2D;
        const pictures = network.apply(inputs, weightsOf(values), INFER);
        return tf.reshape<tf.Rank.R2>(pictures, [2, 64]).arraySync();
      };
      const [a, b] = drawn(network);
      expect(a).not.toEqual(b);
      const [c, d] = drawn(decoder(0, mapping));
      expect(c).toEqual(d);
    },
  );
});
