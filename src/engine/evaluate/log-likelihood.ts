import * as tf from '@tensorflow/tfjs-core';
import { MorphloomError } from '../../contract/errors.ts';
import { type CompiledFunction, compileFunction } from '../compute/compiled-function.ts';
import { uploadInputs } from '../compute/pixels.ts';
import { INFER, type Weights } from '../model/weights.ts';
import { weightParts } from '../objective/importance.ts';
import type { Model, TrainingPictures } from '../recipes/compose.ts';
import type { Inputs } from '../train/program.ts';
import { inTidy, labelInput, readChunk, sampleNoise, stepInputs } from './inputs.ts';

export interface LogLikelihood {
  readonly pictures: number;
  /** Importance samples a picture. */
  readonly samples: number;
  /** log p(x) in nats, the mean over pictures; from below on average, and nearer with more samples. */
  readonly mean: number;
  /** The standard error of that mean over pictures, nats; what the estimate itself is off by is not in it. */
  readonly standardError: number;
  /** Of each picture, nats. */
  readonly each: Float64Array;
}

/** Pictures times samples that are decoded at once. */
const AT_ONCE = 1000;
/** Compiling takes about as long as a hundred rounds. */
const WORTH_COMPILING = 300;

/**
 * log p(x) of every picture by importance sampling from its posterior (Burda et al. 2016, arXiv 1509.00519,
 * eq. 8): log 1/K Σ p(x | z) p(z) / q(z | x). Yields the pictures that are done.
 * Throws a `usage` error for a deterministic code, which has no likelihood.
 */
export function* estimateLogLikelihood(
  model: Model,
  weights: Weights,
  pictures: TrainingPictures,
  samples: number,
  seed: number,
): Generator<number, LogLikelihood> {
  const { image, recipe } = model;
  if (recipe.latent.kind === 'deterministic') {
    throw new MorphloomError(
      'usage',
      `The recipe "${recipe.name}" gives pictures no probability, so there is no log-likelihood to estimate.`,
    );
  }
  const each = new Float64Array(pictures.count);
  const perRound = Math.min(samples, AT_ONCE);
  const chunk = Math.max(1, Math.floor(AT_ONCE / perRound));
  const rounds = Math.ceil(pictures.count / chunk) * Math.ceil(samples / perRound);
  const look = logWeightsOf(model, weights, rounds >= WORTH_COMPILING);
  try {
    for (let start = 0; start < pictures.count; start += chunk) {
      const count = Math.min(chunk, pictures.count - start);
      const values = readChunk(model, pictures, start, count, seed);
      const pixels = { shape: [count, image.height, image.width, image.channels], values };
      const labels = labelInput(model, pictures, start, count);
      const sums = Array.from({ length: count }, () => new LogSum());
      for (let done = 0; done < samples; done += perRound) {
        const k = Math.min(perRound, samples - done);
        const noise = sampleNoise(model, count, k, [seed, start, done]);
        const logWeights = look.run({ pixels, noise, ...(labels && { labels }) });
        for (let i = 0; i < logWeights.length; i++) sums[i % count].add(logWeights[i]);
        yield start + count * ((done + k) / samples);
      }
      for (let i = 0; i < count; i++) each[start + i] = sums[i].value - Math.log(samples);
    }
  } finally {
    look.dispose();
  }
  const n = pictures.count;
  const mean = each.reduce((a, b) => a + b, 0) / n;
  const variance = each.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, n - 1);
  return { pictures: n, samples, mean, standardError: Math.sqrt(variance / n), each };
}

/** Log-weights of pictures and noise, `[samples · n]`; by one native call for inputs like the first ones. */
function logWeightsOf(model: Model, weights: Weights, often: boolean): CompiledFunction {
  const compute = ({ pixels, noise, labels }: tf.NamedTensorMap): tf.Tensor => {
    const given = labels as tf.Tensor2D | undefined;
    const inputs = stepInputs(model, pixels as tf.Tensor4D, noise as tf.Tensor2D, given);
    const { distortion, rate } = weightParts(model.forward(inputs, weights, INFER));
    return tf.neg(tf.add(distortion, rate));
  };
  const shapesOf = (inputs: Inputs): string =>
    JSON.stringify(Object.values(inputs).map(({ shape }) => shape));
  let compiled: { shapes: string; native: CompiledFunction | null } | null = null;
  return {
    run: (inputs) => {
      const shapes = shapesOf(inputs);
      if (often) compiled ??= { shapes, native: compileFunction(compute, [inputs, otherThan(inputs)]) };
      return compiled?.shapes === shapes && compiled.native !== null
        ? compiled.native.run(inputs)
        : inTidy(() => compute(uploadInputs(inputs)).dataSync() as Float32Array);
    },
    dispose: () => compiled?.native?.dispose(),
  };
}

/** Inputs of the same shapes, each array another one. */
const otherThan = (inputs: Inputs): Inputs =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, values }]) => [
      name,
      { shape, values: values instanceof Uint8Array ? values.map((v) => 255 - v) : values.map((v) => 1 - v) },
    ]),
  );

/** log Σ exp(xᵢ), one xᵢ after the other. */
class LogSum {
  #largest = -Infinity;
  #scaled = 0;
  add(x: number): void {
    if (x > this.#largest) {
      this.#scaled = this.#scaled * Math.exp(this.#largest - x) + 1;
      this.#largest = x;
    } else this.#scaled += Math.exp(x - this.#largest);
  }
  get value(): number {
    return this.#largest + Math.log(this.#scaled);
  }
}
