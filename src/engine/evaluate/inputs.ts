import * as tf from '@tensorflow/tfjs-core';
import { createRng, fillNormal, STREAM } from '../../core/rng.ts';
import type { Model, StepInputs, TrainingPictures } from '../recipes/compose.ts';
import { binarisePixels } from '../recipes/augment.ts';
import { encodeLabels } from '../recipes/inputs.ts';

/** The labels of `count` pictures from `start` on, `[count, classes]`; undefined for a model that takes none. */
export function labelInput(
  model: Model,
  pictures: TrainingPictures,
  start: number,
  count: number,
): { shape: [number, number]; values: Float32Array } | undefined {
  if (model.classes.length === 0) return undefined;
  const labels = Array.from({ length: count }, (_, i) => pictures.labelOf?.(start + i) ?? null);
  return encodeLabels(labels, model.classes);
}

/** {@link labelInput} as a tensor. */
export function labelsOf(
  model: Model,
  pictures: TrainingPictures,
  start: number,
  count: number,
): tf.Tensor2D | undefined {
  const labels = labelInput(model, pictures, start, count);
  return labels === undefined ? undefined : tf.tensor2d(labels.values, labels.shape);
}

/**
 * Noise for samples of each posterior, `[samples · count, z]`.
 * @param key what it is drawn for: the seed, and further numbers
 */
export function sampleNoise(
  { recipe }: Model,
  count: number,
  samples: number,
  [seed, ...key]: readonly number[],
): { shape: [number, number]; values: Float32Array } {
  const shape: [number, number] = [samples * count, recipe.latent.size];
  const rng = createRng(seed, STREAM.posteriorNoise, 0, ...key);
  return { shape, values: fillNormal(new Float32Array(shape[0] * shape[1]), rng) };
}

/** What a step outside of training looks at, with every weight at 1. */
export const stepInputs = (
  { schedules }: Model,
  pixels: tf.Tensor4D,
  noise: tf.Tensor2D,
  labels?: tf.Tensor2D,
): StepInputs => ({
  pixels,
  noise,
  scheduled: Object.fromEntries(Object.keys(schedules).map((name) => [name, tf.scalar(1)])),
  pictures: tf.scalar(pixels.shape[0]),
  labels,
});

/** The same, with noise for `samples` of each posterior, drawn for `key`. */
export function sampleInputs(
  model: Model,
  pixels: tf.Tensor4D,
  samples: number,
  key: readonly number[],
  labels?: tf.Tensor2D,
): StepInputs {
  const { values, shape } = sampleNoise(model, pixels.shape[0], samples, key);
  return stepInputs(model, pixels, tf.tensor2d(values, shape), labels);
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
