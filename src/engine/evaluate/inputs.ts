import * as tf from '@tensorflow/tfjs-core';
import { createRng, fillNormal, STREAM } from '../../core/rng.ts';
import type { Model, StepInputs, TrainingPictures } from '../recipes/compose.ts';
import { binarisePixels } from '../recipes/augment.ts';
import { encodeLabels } from '../recipes/inputs.ts';

/** The labels of `count` pictures from `start` on, `[count, classes]`; undefined for a model that takes none. */
export function labelsOf(
  model: Model,
  pictures: TrainingPictures,
  start: number,
  count: number,
): tf.Tensor2D | undefined {
  if (model.classes.length === 0) return undefined;
  const labels = Array.from({ length: count }, (_, i) => pictures.labelOf?.(start + i) ?? null);
  const { shape, values } = encodeLabels(labels, model.classes);
  return tf.tensor2d(values, shape);
}

/**
 * What a step outside of training looks at, with every weight at 1.
 * @param samples of each posterior
 * @param key what the noise is drawn for: the seed, and further numbers
 */
export function sampleInputs(
  { recipe, schedules }: Model,
  pixels: tf.Tensor4D,
  samples: number,
  [seed, ...key]: readonly number[],
  labels?: tf.Tensor2D,
): StepInputs {
  const shape: [number, number] = [samples * pixels.shape[0], recipe.latent.size];
  const rng = createRng(seed, STREAM.posteriorNoise, 0, ...key);
  return {
    pixels,
    noise: tf.tensor2d(fillNormal(new Float32Array(shape[0] * shape[1]), rng), shape),
    scheduled: Object.fromEntries(Object.keys(schedules).map((name) => [name, tf.scalar(1)])),
    pictures: tf.scalar(pixels.shape[0]),
    labels,
  };
}

/**
 * Reads `count` pictures from `start` on, as the model was made to see them: black and white for a model that
 * knows no others, by one fixed draw.
 * @param seed what that draw is made for
 * @returns uint8 `[count, h, w, c]`
 */
export function readChunk(
  { image, recipe }: Model,
  pictures: TrainingPictures,
  start: number,
  count: number,
  seed: number,
): Uint8Array {
  const bytes = new Uint8Array(count * image.width * image.height * image.channels);
  const indices = Array.from({ length: count }, (_, i) => start + i);
  pictures.readBatch(indices, bytes);
  if (recipe.augmentation.binarise) binarisePixels(bytes, createRng(seed, STREAM.augmentation, 0, start));
  return bytes;
}

/** tf.tidy for what is no tensor: whatever is made inside is gone, the figures stay. */
export function inTidy<T>(compute: () => T): T {
  const holder: { value?: T } = {};
  tf.tidy(() => void (holder.value = compute()));
  return holder.value as T;
}
