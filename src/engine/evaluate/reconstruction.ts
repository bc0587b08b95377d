import * as tf from '@tensorflow/tfjs-core';
import { uploadPixels } from '../compute/pixels.ts';
import { INFER, type Weights } from '../model/weights.ts';
import { targetFor } from '../objective/bound.ts';
import { meanSquaredError } from '../objective/likelihood.ts';
import { klPerDimension } from '../objective/rate.ts';
import { ssim } from '../objective/ssim.ts';
import type { Model, TrainingPictures } from '../recipes/compose.ts';
import { inTidy, labelsOf, readChunk, sampleInputs } from './inputs.ts';

/** How well a model does on a set of pictures; each figure is the mean over pictures. */
export interface ReconstructionFigures {
  readonly pictures: number;
  /** Peak signal-to-noise ratio of the reconstruction from the posterior mean, dB, averaged over pictures. */
  readonly psnr: number;
  /** The same of the mean squared error of all pictures together: never above {@link psnr}. */
  readonly psnrOfMeanError: number;
  /** Structural similarity, 7 × 7 windows, in [−1, 1]. */
  readonly ssim: number;
  /** −log p(x | z) of one posterior sample, nats. */
  readonly distortion: number;
  /** KL to the prior, nats: in closed form, or estimated for a learned prior; 0 for a deterministic code. */
  readonly rate: number;
  /** −(distortion + rate), nats; null for a deterministic code, which bounds nothing. */
  readonly elbo: number | null;
}

/** What the figures are made of, beside: for advice on the health of the latents. */
export interface LatentFigures {
  /** The variance of the posterior's mean over the pictures, for each dimension. */
  readonly meanVariance: Float32Array;
  /** The rate of each dimension against N(0, 1), nats. */
  readonly ratePerDimension: Float32Array;
  /** Dimensions whose posterior mean varies by more than 0.01 (Burda et al. 2016, arXiv 1509.00519). */
  readonly activeUnits: number;
}

const CHUNK = 64;
const ACTIVE_VARIANCE = 0.01;

const decibels = (meanSquared: number): number => -10 * Math.log10(Math.max(meanSquared, 1e-12));

/** Yields after each chunk, so that a caller can show progress or stop. */
export function* evaluateReconstruction(
  model: Model,
  weights: Weights,
  pictures: TrainingPictures,
  seed: number,
): Generator<number, { figures: ReconstructionFigures; latents: LatentFigures }> {
  const { image, recipe } = model;
  const z = recipe.latent.size;
  const totals = { psnr: 0, error: 0, ssim: 0, distortion: 0, rate: 0 };
  const sum = new Float64Array(z);
  const sumOfSquares = new Float64Array(z);
  const rates = new Float64Array(z);

  for (let start = 0; start < pictures.count; start += CHUNK) {
    const count = Math.min(CHUNK, pictures.count - start);
    const bytes = readChunk(model, pictures, start, count, seed);
    const chunk = inTidy(() => {
      const x = uploadPixels(bytes, [count, image.height, image.width, image.channels]);
      const labels = labelsOf(model, pictures, start, count);
      const { code } = model.encode(x, weights, INFER, labels);
      const y = model.decode(code, weights, labels);
      const state = model.forward(
        sampleInputs(model, x, recipe.latent.samples, [seed, start], labels),
        weights,
        INFER,
      );
      const { posterior } = state;
      const distortion = state.likelihood.distortion(targetFor(state), state.logits, state.mean);
      const rate = posterior === null ? tf.scalar(0) : tf.mean(state.prior.rate(posterior, state.code));
      return {
        error: meanSquaredError(x, y).dataSync(),
        ssim: ssim(x, y).dataSync(),
        distortion: tf.mean(distortion).dataSync()[0],
        rate: rate.dataSync()[0],
        code: code.dataSync(),
        rates: posterior === null ? [] : tf.mul(tf.mean(klPerDimension(posterior), 0), count).dataSync(),
      };
    });
    for (let i = 0; i < count; i++) {
      totals.psnr += decibels(chunk.error[i]);
      totals.error += chunk.error[i];
      totals.ssim += chunk.ssim[i];
      for (let k = 0; k < z; k++) {
        sum[k] += chunk.code[i * z + k];
        sumOfSquares[k] += chunk.code[i * z + k] ** 2;
      }
    }
    totals.distortion += chunk.distortion * count;
    totals.rate += chunk.rate * count;
    for (let k = 0; k < chunk.rates.length; k++) rates[k] += chunk.rates[k];
    yield start + count;
  }

  const n = pictures.count;
  const meanVariance = Float32Array.from(sum, (s, k) => sumOfSquares[k] / n - (s / n) ** 2);
  const ratePerDimension = Float32Array.from(rates, (value) => value / n);
  const rate = totals.rate / n;
  const distortion = totals.distortion / n;
  return {
    figures: {
      pictures: n,
      psnr: totals.psnr / n,
      psnrOfMeanError: decibels(totals.error / n),
      ssim: totals.ssim / n,
      distortion,
      rate,
      elbo: recipe.latent.kind === 'gaussian' ? -(distortion + rate) : null,
    },
    latents: {
      meanVariance,
      ratePerDimension,
      activeUnits: meanVariance.filter((v) => v > ACTIVE_VARIANCE).length,
    },
  };
}

/** Runs an evaluation to its end at once. */
export function evaluateNow(model: Model, weights: Weights, pictures: TrainingPictures, seed: number) {
  const steps = evaluateReconstruction(model, weights, pictures, seed);
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}
