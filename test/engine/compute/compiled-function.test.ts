import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compileFunction } from '../../../src/engine/compute/compiled-function.ts';
import { uploadInputs } from '../../../src/engine/compute/pixels.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { createRng, fillNormal } from '../../../src/core/rng.ts';
import type { Inputs } from '../../../src/engine/train/program.ts';

await openBackend({ prefer: 'tensorflow' });

const normal = (shape: readonly number[], seed: number): Float32Array =>
  fillNormal(new Float32Array(shape.reduce((a, b) => a * b)), createRng(seed));
const given = (seed: number, count = 3): Inputs => {
  const rng = createRng(seed, 7);
  return {
    pixels: {
      shape: [count, 4, 4, 1],
      values: Uint8Array.from({ length: 16 * count }, () => rng.below(256)),
    },
    noise: { shape: [count, 16], values: normal([count, 16], seed) },
  };
};
const loaded = (): number =>
  (tf.backend() as unknown as { binding: { getNumOfSavedModels(): number } }).binding.getNumOfSavedModels();

describe('a compiled function', () => {
  const kernel = tf.tensor2d(normal([16, 8], 1), [16, 8]);
  const compute = ({ pixels, noise }: tf.NamedTensorMap): tf.Tensor =>
    tf.logSumExp(
      tf.tanh(tf.matMul(tf.add(tf.reshape(pixels, [pixels.shape[0], 16]), tf.mul(noise, 0.1)), kernel)),
      1,
    );

  it('gives what the function gives, to the bit, and leaves nothing behind', () => {
    const before = [tf.memory().numTensors, loaded()];
    const compiled = compileFunction(compute, [given(1), given(2)]) ?? expect.fail();
    for (const seed of [1, 2, 3, 4, 5]) {
      const eager = tf.tidy(() => compute(uploadInputs(given(seed))).dataSync());
      expect([...compiled.run(given(seed))]).toEqual([...eager]);
    }
    expect(() => compiled.run(given(1, 4))).toThrow('of shape [3, 4, 4, 1] only');
    compiled.dispose();
    expect([tf.memory().numTensors, loaded()]).toEqual(before);
  });

  it('is none where something in it is drawn at random', () => {
    const before = [tf.memory().numTensors, loaded()];
    expect(
      compileFunction(
        (inputs) => tf.add<tf.Tensor>(compute(inputs), tf.randomNormal([3])),
        [given(1), given(2)],
      ),
    ).toBeNull();
    expect([tf.memory().numTensors, loaded()]).toEqual(before);
  });
});
