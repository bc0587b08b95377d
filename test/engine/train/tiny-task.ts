import * as tf from '@tensorflow/tfjs-core';
import { createRng } from '../../../src/core/rng.ts';
import { composeModel, type Model } from '../../../src/engine/recipes/compose.ts';
import { composeTask } from '../../../src/engine/recipes/task.ts';
import { applySetting, parseRecipe, presetNamed } from '../../../src/engine/recipes/resolve.ts';
import type { TrainingTask } from '../../../src/engine/train/task.ts';

export const COUNT = 48;
const SIDE = 8;

/** Pictures of one bright square each, on a dark ground. */
export function squares(count = COUNT, side = SIDE): Uint8Array {
  const bytes = new Uint8Array(count * side * side).fill(30);
  for (let n = 0; n < count; n++) {
    const rng = createRng(5, n);
    const [x0, y0, grey] = [rng.below(side - 3), rng.below(side - 3), 120 + rng.below(120)];
    for (let y = y0; y < y0 + 3; y++)
      for (let x = x0; x < x0 + 3; x++) bytes[(n * side + y) * side + x] = grey;
  }
  return bytes;
}

/** A model of fully connected layers for 8 × 8 grey pictures, small enough for thousands of steps a test. */
export function tinyModel(...settings: string[]): Model {
  const document = presetNamed('morph');
  for (const setting of [
    'latent.size=4',
    'optimiser.batch=8',
    'encoder={"kind":"mlp","widths":[16]}',
    'decoder={"kind":"mlp","widths":[16]}',
    'regularisers=[]',
    ...settings,
  ]) {
    applySetting(document, setting);
  }
  return composeModel(parseRecipe(document), { width: SIDE, height: SIDE, channels: 1 });
}

/** The same pictures as {@link squares}, to train on. */
export function tinyPictures(count = COUNT) {
  const bytes = squares(count);
  const size = SIDE * SIDE;
  return {
    count,
    readBatch: (indices: ArrayLike<number>, out: Uint8Array): void => {
      for (let i = 0; i < indices.length; i++)
        out.set(bytes.subarray(indices[i] * size, (indices[i] + 1) * size), i * size);
    },
  };
}

export const tinyTask = (seed = 1, ...settings: string[]): TrainingTask =>
  composeTask(tinyModel(...settings), tinyPictures(), seed);

/** How many tensors are alive once `run` is over, less those before it. */
export function tensorsLeftBy(run: () => void): number {
  const before = tf.memory().numTensors;
  run();
  return tf.memory().numTensors - before;
}
