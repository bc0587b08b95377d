import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { createInstrument, toBytes } from '../../../src/engine/latent/instrument.ts';
import { initialValues } from '../../../src/engine/model/weights.ts';
import type { Model } from '../../../src/engine/recipes/compose.ts';
import type { State } from '../../../src/engine/train/task.ts';
import { squares, tensorsLeftBy, tinyModel } from '../train/tiny-task.ts';

await openBackend({ prefer: 'tensorflow' });

const stateOf = (model: Model): State =>
  new Map(
    model.weights.map((spec, i) => [spec.name, { shape: spec.shape, values: initialValues(spec, 3, i) }]),
  );
const COUNT = 130;

describe('an instrument', () => {
  it('encodes and decodes many pictures as it does each by itself', () => {
    const model = tinyModel();
    const instrument = createInstrument(model, stateOf(model));
    const pictures = squares(COUNT);
    const { mean, logVariance } = instrument.encode(pictures, COUNT);
    const decoded = instrument.decode(mean, COUNT);
    expect(mean).toHaveLength(COUNT * 4);
    expect(logVariance).toHaveLength(COUNT * 4);
    expect(decoded).toHaveLength(COUNT * 64);
    // The first and the last of each chunk of 64, and of all.
    for (const n of [0, 63, 64, 127, 128, 129]) {
      const alone = instrument.encode(pictures.subarray(n * 64, (n + 1) * 64), 1);
      for (let k = 0; k < 4; k++) {
        expect(alone.mean[k]).toBeCloseTo(mean[n * 4 + k], 4);
        expect(alone.logVariance?.[k]).toBeCloseTo(logVariance?.[n * 4 + k] ?? NaN, 4);
      }
      const picture = instrument.decode(alone.mean, 1);
      picture.forEach((value, i) => expect(value).toBeCloseTo(decoded[n * 64 + i], 4));
    }
    instrument.dispose();
  });

  it('draws the same to the bit once decoding is compiled, and leaves nothing behind', () => {
    const model = tinyModel();
    const { binding } = tf.backend() as unknown as { binding: { getNumOfSavedModels(): number } };
    const before = [tf.memory().numTensors, binding.getNumOfSavedModels()];
    const [eager, often] = [Infinity, 0].map((ms) => createInstrument(model, stateOf(model), ms));
    const { mean } = eager.encode(squares(70), 70);
    for (const count of [1, 5, 70])
      for (let time = 0; time < 3; time++)
        expect(often.decode(mean, count)).toEqual(eager.decode(mean, count));
    // One graph each for 1, 5, 64, and the 6 that 70 leave.
    expect(binding.getNumOfSavedModels()).toBe(before[1] + 4);
    eager.dispose();
    often.dispose();
    expect([tf.memory().numTensors, binding.getNumOfSavedModels()]).toEqual(before);
  });

  it('has no variances where the code is deterministic', () => {
    const model = tinyModel('latent.kind=deterministic', 'schedules={}');
    const instrument = createInstrument(model, stateOf(model));
    expect(instrument.encode(squares(2), 2)).toMatchObject({ logVariance: null });
    instrument.dispose();
  });

  it('refuses weights of another model', () => {
    const [model, other] = [tinyModel(), tinyModel('latent.size=5')];
    expect(() => createInstrument(model, stateOf(other))).toThrow(RangeError);
    expect(() => createInstrument(model, new Map())).toThrow(RangeError);
  });

  it('leaves no tensors behind, neither played nor refused', () => {
    const model = tinyModel();
    const partial = new Map([...stateOf(model)].slice(0, -1));
    expect(
      tensorsLeftBy(() => {
        const instrument = createInstrument(model, stateOf(model));
        instrument.decode(instrument.encode(squares(COUNT), COUNT).mean, COUNT);
        instrument.dispose();
        expect(() => createInstrument(model, partial)).toThrow(RangeError);
      }),
    ).toBe(0);
  });
});

describe('toBytes', () => {
  it('rounds to the nearest grey level, and keeps within the scale', () => {
    expect([...toBytes(Float32Array.of(-0.1, 0, 0.4 / 255, 0.6 / 255, 0.5, 1, 1.2))]).toEqual([
      0, 0, 0, 1, 128, 255, 255,
    ]);
  });
});
