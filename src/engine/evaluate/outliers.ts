import { median, medianDeviation } from '../../core/robust.ts';
import { uploadPixels } from '../compute/pixels.ts';
import { fitLatentGaussian, type LatentGaussian, mahalanobis } from '../latent/aggregate.ts';
import { INFER, type Weights } from '../model/weights.ts';
import { targetFor } from '../objective/bound.ts';
import type { Model, TrainingPictures } from '../recipes/compose.ts';
import { inTidy, labelsOf, readChunk, sampleInputs } from './inputs.ts';

/** What a model finds in pictures, one after the other. */
export interface Looked {
  /** Of the posterior (or the code itself), `[n, z]`. */
  readonly mean: Float32Array;
  /** Null for a deterministic code. */
  readonly logVariance: Float32Array | null;
  /** log p(x | z), averaged over samples of the posterior, nats: the reconstruction probability. */
  readonly reconstruction: Float64Array;
}

/** Pictures times samples that are decoded at once: who asks something meanwhile waits so long. */
const AT_ONCE = 64;

/**
 * Looks at every picture `samples` times: the reconstruction probability of An & Cho 2015 ("Variational
 * Autoencoder based Anomaly Detection using Reconstruction Probability"), E log p(x | z) over z ~ q(z | x). A
 * deterministic code is looked at once. Yields the pictures that are done.
 */
export function* lookClosely(
  model: Model,
  weights: Weights,
  pictures: TrainingPictures,
  samples: number,
  seed: number,
): Generator<number, Looked> {
  const { image, recipe } = model;
  const { kind, size: z } = recipe.latent;
  const looks = kind === 'gaussian' ? samples : 1;
  const chunk = Math.max(1, Math.floor(AT_ONCE / looks));
  const mean = new Float32Array(pictures.count * z);
  const logVariance = kind === 'gaussian' ? new Float32Array(pictures.count * z) : null;
  const reconstruction = new Float64Array(pictures.count);
  for (let start = 0; start < pictures.count; start += chunk) {
    const count = Math.min(chunk, pictures.count - start);
    const bytes = readChunk(model, pictures, start, count, seed);
    const found = inTidy(() => {
      const x = uploadPixels(bytes, [count, image.height, image.width, image.channels]);
      const labels = labelsOf(model, pictures, start, count);
      const state = model.forward(sampleInputs(model, x, looks, [seed, start], labels), weights, INFER);
      const distortion = state.likelihood.distortion(targetFor(state), state.logits, state.mean);
      return {
        distortion: distortion.dataSync(),
        mean: (state.posterior?.mean ?? state.code).dataSync(),
        logVariance: state.posterior?.logVariance.dataSync(),
      };
    });
    found.distortion.forEach((nats, i) => (reconstruction[start + (i % count)] -= nats / looks));
    mean.set(found.mean, start * z);
    if (found.logVariance !== undefined) logVariance?.set(found.logVariance, start * z);
    yield start + count;
  }
  return { mean, logVariance, reconstruction };
}

/** The Mahalanobis distance of latents `[n, z]` from where the pictures lie, in standard deviations, `[n]`. */
export const latentDistances = (latents: Float32Array, where: LatentGaussian): Float64Array =>
  Float64Array.from({ length: latents.length / where.size }, (_, n) =>
    mahalanobis(latents.subarray(n * where.size, (n + 1) * where.size), where),
  );

/** Two figures of each picture that say how odd it is. */
export interface Signs {
  /** log p(x | z), nats. */
  readonly reconstruction: ArrayLike<number>;
  /** From where the latents lie, standard deviations. */
  readonly distance: ArrayLike<number>;
}

/** What is odd about a picture, as far as the model can tell. */
export type Oddity = 'harder' | 'easier' | 'farther' | 'nearer';

export interface Oddness {
  /** How far from the common run of pictures in both signs together, robust standard deviations. */
  readonly score: number;
  /** Harder or easier to draw than others, or farther from or nearer to the middle of the latents. */
  readonly oddity: Oddity;
}

/** The part of the pictures that is taken for the common run; less than a quarter may be odd. */
const COMMON = 0.75;
const MOST_CONCENTRATIONS = 30;
/** The median of the distance from the middle of a Gaussian in the plane. */
const MEDIAN_DISTANCE = Math.sqrt(2 * Math.log(2));

/**
 * Learns from some pictures what is common, and tells how odd others (or the same) are: the Mahalanobis distance
 * in the plane of the reconstruction probability and the logarithm of the latent distance. What is common is found
 * by concentration steps (the minimum covariance determinant, Rousseeuw & Van Driessen 1999), so that odd ones
 * among them do not spoil it. Both ends count: pictures much simpler than the others are drawn better than they,
 * and a low probability alone would pass them over (Nalisnick et al. 2019, arXiv 1906.02994).
 */
export function learnOddness(common: Signs): (signs: Signs) => Oddness[] {
  const [x, y] = [standardise(common.reconstruction), standardise(Array.from(common.distance, logOf))];
  const place = ({ reconstruction, distance }: Signs): Float32Array =>
    Float32Array.from({ length: 2 * reconstruction.length }, (_, i) =>
      i % 2 === 0 ? x(reconstruction[i >> 1]) : y(logOf(distance[i >> 1])),
    );
  const points = place(common);
  let gaussian = concentrate(points, startDistances(points));
  let distances = latentDistances(points, gaussian);
  for (let i = 0; i < MOST_CONCENTRATIONS; i++) {
    const next = concentrate(points, distances);
    const same = next.factor.every((value, k) => value === gaussian.factor[k]);
    gaussian = next;
    if (same) break;
    distances = latentDistances(points, gaussian);
  }
  const unit = median(latentDistances(points, gaussian)) / MEDIAN_DISTANCE || 1;
  return (signs) => {
    const placed = place(signs);
    return Array.from(latentDistances(placed, gaussian), (distance, i) => {
      const [drawn, away] = [placed[2 * i], placed[2 * i + 1]];
      const oddity =
        Math.abs(drawn) >= Math.abs(away)
          ? drawn < 0
            ? 'harder'
            : 'easier'
          : away > 0
            ? 'farther'
            : 'nearer';
      return { score: distance / unit, oddity };
    });
  };
}

const logOf = (distance: number): number => Math.log(Math.max(distance, 1e-6));

/** By the median and the median deviation, which odd ones hardly move. */
function standardise(values: ArrayLike<number>): (value: number) => number {
  const [middle, spread] = [median(values), medianDeviation(values)];
  return (value) => (value - middle) / (spread || 1);
}

const startDistances = (points: Float32Array): Float64Array =>
  Float64Array.from({ length: points.length / 2 }, (_, i) => Math.hypot(points[2 * i], points[2 * i + 1]));

/** The Gaussian of those that are nearest. */
function concentrate(points: Float32Array, distances: Float64Array): LatentGaussian {
  const order = Array.from(distances, (_, i) => i).sort((a, b) => distances[a] - distances[b]);
  const kept = order.slice(0, Math.max(1, Math.ceil(COMMON * order.length)));
  return fitLatentGaussian(
    Float32Array.from(kept.flatMap((i) => [points[2 * i], points[2 * i + 1]])),
    null,
    2,
  );
}
