import * as tf from '@tensorflow/tfjs-core';
import { MorphloomError } from '../../contract/errors.ts';
import { uploadPixels } from '../compute/pixels.ts';
import { INFER, type Weights } from '../model/weights.ts';
import { weightParts } from '../objective/importance.ts';
import type { Model, TrainingPictures } from '../recipes/compose.ts';
import { inTidy, labelsOf, readChunk, sampleInputs } from './inputs.ts';

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
  for (let start = 0; start < pictures.count; start += chunk) {
    const count = Math.min(chunk, pictures.count - start);
    const bytes = readChunk(model, pictures, start, count, seed);
    const sums = Array.from({ length: count }, () => new LogSum());
    for (let done = 0; done < samples; done += perRound) {
      const k = Math.min(perRound, samples - done);
      const logWeights = inTidy(() => {
        const x = uploadPixels(bytes, [count, image.height, image.width, image.channels]);
        const inputs = sampleInputs(
          model,
          x,
          k,
          [seed, start, done],
          labelsOf(model, pictures, start, count),
        );
        const { distortion, rate } = weightParts(model.forward(inputs, weights, INFER));
        return tf.neg(tf.add(distortion, rate)).dataSync();
      });
      for (let i = 0; i < logWeights.length; i++) sums[i % count].add(logWeights[i]);
      yield start + count * ((done + k) / samples);
    }
    for (let i = 0; i < count; i++) each[start + i] = sums[i].value - Math.log(samples);
  }
  const n = pictures.count;
  const mean = each.reduce((a, b) => a + b, 0) / n;
  const variance = each.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, n - 1);
  return { pictures: n, samples, mean, standardError: Math.sqrt(variance / n), each };
}

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
