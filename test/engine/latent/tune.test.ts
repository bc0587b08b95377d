import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createRng, fillNormal } from '../../../src/core/rng.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { createInstrument, type Instrument } from '../../../src/engine/latent/instrument.ts';
import { type Example, tuneDecoder } from '../../../src/engine/latent/tune.ts';
import { initialValues } from '../../../src/engine/model/weights.ts';
import { composeModel } from '../../../src/engine/recipes/compose.ts';
import { thinRecipe } from '../recipes/thin.ts';

await openBackend({ prefer: 'tensorflow' });

const SIDE = 16;

function instrument(): Instrument {
  const model = composeModel(thinRecipe('morph'), { width: SIDE, height: SIDE, channels: 3 });
  const state = model.weights.map(
    (spec, i) => [spec.name, { shape: spec.shape, values: initialValues(spec, 3, i) }] as const,
  );
  return createInstrument(model, new Map(state));
}

/** Pictures of one colour each, and places of their own for them. */
function examplesOf({ latentSize }: Instrument, count: number): Example[] {
  return Array.from({ length: count }, (_, n) => {
    const pixels = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => (n * 83 + (i % 3) * 97) % 256);
    const latent = new Float32Array(latentSize);
    fillNormal(latent, createRng(5, n));
    return { pixels, latent };
  });
}

function error(decode: Instrument['decode'], { latent, pixels }: Example): number {
  const picture = decode(latent, 1);
  return pixels.reduce((sum, value, i) => sum + (picture[i] - value / 255) ** 2, 0) / pixels.length;
}

describe('a decoder that is tuned to pictures', () => {
  it.each([2, 20])('draws %d of them closer, and leaves the model as it was', async (count) => {
    const model = instrument();
    const examples = examplesOf(model, count);
    const before = examples.map(({ latent }) => model.decode(latent, 1));
    const tuned = await tuneDecoder(model, examples);
    const whole = (decode: Instrument['decode']): number =>
      examples.reduce((sum, example) => sum + error(decode, example), 0);
    expect(whole(tuned)).toBeLessThan(0.8 * whole((latents, count) => model.decode(latents, count)));
    expect(examples.map(({ latent }) => model.decode(latent, 1))).toEqual(before);
    model.dispose();
  });

  it('is the same each time, and is told as it comes to be', async () => {
    const model = instrument();
    const examples = examplesOf(model, 3);
    const told: number[] = [];
    const [once, again] = [
      await tuneDecoder(model, examples, { onProgress: ({ done }) => told.push(done) }),
      await tuneDecoder(model, examples),
    ];
    expect(once(examples[1].latent, 1)).toEqual(again(examples[1].latent, 1));
    expect(told).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    model.dispose();
  });

  it('leaves nothing on the backend, neither made nor cancelled', async () => {
    const model = instrument();
    const examples = examplesOf(model, 2);
    const before = tf.memory().numTensors;
    const tuned = await tuneDecoder(model, examples);
    tuned(examples[0].latent, 1);
    expect(tf.memory().numTensors).toBe(before);
    const stop = new AbortController();
    const onProgress = ({ done }: { done: number }): void => {
      if (done === 5) stop.abort();
    };
    const cancelled = tuneDecoder(model, examples, { onProgress, signal: stop.signal });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
