import * as tf from '@tensorflow/tfjs-core';
import { uploadPixels } from '../compute/pixels.ts';
import type { ImageShape } from '../model/shape.ts';
import { INFER, type Weights } from '../model/weights.ts';
import type { Model } from '../recipes/compose.ts';
import { encodeLabels } from '../recipes/inputs.ts';
import type { State } from '../train/task.ts';
import { createOften, type Draw } from './often.ts';

/** Pictures a call: large enough to be fast, small enough for the memory of a laptop. */
const CHUNK = 64;

/** Latents of pictures: the posterior's means and, where it has them, log-variances; `[count, latentSize]`. */
export interface Latents {
  readonly mean: Float32Array;
  readonly logVariance: Float32Array | null;
}

/** The rows of these indices, in this order: of `[n, size]` `[indices, size]`. */
export function rowsAt(rows: Float32Array, size: number, indices: readonly number[]): Float32Array {
  const out = new Float32Array(indices.length * size);
  indices.forEach((i, at) => out.set(rows.subarray(i * size, (i + 1) * size), at * size));
  return out;
}

/** The latents of these pictures, in this order. */
export const latentsAt = (
  { mean, logVariance }: Latents,
  size: number,
  indices: readonly number[],
): Latents => ({
  mean: rowsAt(mean, size, indices),
  logVariance: logVariance && rowsAt(logVariance, size, indices),
});

/** A trained model, ready to be played. Pictures are HWC, one after the other. */
export interface Instrument {
  readonly latentSize: number;
  readonly image: ImageShape;
  readonly model: Model;
  readonly weights: Weights;
  /**
   * @param pixels uint8 sRGB, premultiplied where there is alpha
   * @param labels of each, for a model that is told them; null, or absent, where none is known
   */
  encode(pixels: Uint8Array, count: number, labels?: readonly (string | null)[]): Latents;
  /**
   * @param latents `[count, latentSize]`
   * @param labels what each is to be, for a model that is told labels; nothing is asked where absent
   * @returns pictures in [0, 1]
   */
  decode(latents: Float32Array, count: number, labels?: readonly (string | null)[]): Float32Array;
  dispose(): void;
}

/** When so much time has gone into decoding one number of pictures at once, compiling that pays: it takes less. */
const WORTH_COMPILING_MS = 2000;

/**
 * Puts a model's weights on the backend. What is decoded again and again, the frames of a long film or of a loop
 * that plays, is compiled on the way, to the same bits. Throws a RangeError where the weights do not fit the model.
 */
export function createInstrument(
  model: Model,
  state: State,
  worthCompilingMs = WORTH_COMPILING_MS,
): Instrument {
  const fitting = model.weights.map(({ name, shape }) => {
    const saved = state.get(name);
    if (saved !== undefined && saved.shape.join() === shape.join()) return { name, saved };
    throw new RangeError(`These weights are of another model: "${name}" is missing or of another shape.`);
  });
  const tensors = new Map(
    fitting.map(({ name, saved }) => [name, tf.tensor(saved.values, [...saved.shape], 'float32')]),
  );
  const weights: Weights = { get: (name) => tensors.get(name) as tf.Tensor };
  const drawn = createOften(
    model.recipe.latent.size,
    (latents) => model.decode(latents, weights),
    worthCompilingMs,
  );
  return {
    ...instrumentWith(model, weights, drawn.run),
    dispose: () => {
      drawn.dispose();
      tf.dispose([...tensors.values()]);
    },
  };
}

/**
 * An instrument on weights that are somebody else's: those of a run in progress, say.
 * @param draw decodes what no labels are asked for, if not operation by operation
 */
export function instrumentWith(model: Model, weights: Weights, draw?: Draw): Omit<Instrument, 'dispose'> {
  const { image, recipe } = model;
  const latentSize = recipe.latent.size;
  const pixelsEach = image.width * image.height * image.channels;
  const inChunks = (count: number, run: (start: number, size: number) => void): void => {
    for (let start = 0; start < count; start += CHUNK)
      tf.tidy(() => run(start, Math.min(CHUNK, count - start)));
  };
  const told = (
    labels: readonly (string | null)[] | undefined,
    start: number,
    size: number,
  ): tf.Tensor2D | undefined => {
    if (labels === undefined) return undefined;
    const { shape, values } = encodeLabels(labels.slice(start, start + size), model.classes);
    return tf.tensor2d(values, shape);
  };
  return {
    latentSize,
    image,
    model,
    weights,
    encode: (pixels, count, labels) => {
      const mean = new Float32Array(count * latentSize);
      const logVariance = recipe.latent.kind === 'gaussian' ? new Float32Array(count * latentSize) : null;
      inChunks(count, (start, size) => {
        const bytes = pixels.subarray(start * pixelsEach, (start + size) * pixelsEach);
        const { code, posterior } = model.encode(
          uploadPixels(bytes, [size, image.height, image.width, image.channels]),
          weights,
          INFER,
          told(labels, start, size),
        );
        mean.set(code.dataSync(), start * latentSize);
        if (posterior !== null) logVariance?.set(posterior.logVariance.dataSync(), start * latentSize);
      });
      return { mean, logVariance };
    },
    decode: (latents, count, labels) => {
      const pictures = new Float32Array(count * pixelsEach);
      inChunks(count, (start, size) => {
        const chunk = latents.subarray(start * latentSize, (start + size) * latentSize);
        pictures.set(
          labels === undefined && draw !== undefined
            ? draw(chunk, size)
            : model
                .decode(tf.tensor2d(chunk, [size, latentSize]), weights, told(labels, start, size))
                .dataSync(),
          start * pixelsEach,
        );
      });
      return pictures;
    },
  };
}

/** Pictures in [0, 1] as bytes, rounded to the nearest grey level. */
export function toBytes(pictures: Float32Array): Uint8Array {
  const bytes = new Uint8Array(pictures.length);
  for (let i = 0; i < pictures.length; i++)
    bytes[i] = Math.min(255, Math.max(0, Math.round(pictures[i] * 255)));
  return bytes;
}
