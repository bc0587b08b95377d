import * as tf from '@tensorflow/tfjs-core';
import type { Needs } from '../model/noise.ts';
import type { Encoded, GaussianPosterior } from '../model/posterior.ts';
import type { Mode, Weights } from '../model/weights.ts';
import type { Likelihood } from './likelihood.ts';
import type { Prior } from './prior.ts';

/** Tags in one step, each `[n, tags]` but where it says so; numbers in [0, 1]. */
export interface TagState {
  readonly values: tf.Tensor2D;
  /** 1 where a value is known. */
  readonly known: tf.Tensor2D;
  /** Whether each picture was shown to the latents, `[n, 1]`. */
  readonly picture: tf.Tensor2D;
  /** 1 where a value was shown to the latents. */
  readonly shown: tf.Tensor2D;
  /** Latents as the picture alone, and as its tags alone have them. */
  readonly byPicture: GaussianPosterior;
  readonly byTags: GaussianPosterior;
  /** What the latents tell, and what they tell as the picture alone has them, `[k·n, tags]`. */
  readonly logits: tf.Tensor2D;
  readonly logitsByPicture: tf.Tensor2D;
}

/** Everything that a term of the objective may look at in one step. n pictures, k samples of each. */
export interface StepState {
  /** What is to be reconstructed, `[n, h, w, c]` in [0, 1]. */
  readonly pixels: tf.Tensor4D;
  /** What was decoded from `code`, `[k·n, h, w, c]`. */
  readonly logits: tf.Tensor4D;
  /** The pictures that these logits stand for, `[k·n, h, w, c]` in [0, 1]. */
  readonly mean: tf.Tensor4D;
  /** Null for a deterministic code. */
  readonly posterior: GaussianPosterior | null;
  /** The latents that were decoded, `[k·n, z]`, sample-major. */
  readonly code: tf.Tensor2D;
  /** How many latents each group has, in turn; one group for most recipes. */
  readonly groups: readonly number[];
  /** Null for recipes without tags, and where none were given. */
  readonly tags: TagState | null;
  readonly likelihood: Likelihood;
  readonly prior: Prior;
  /** The scheduled values of this step, by name; `beta` is one. */
  readonly scheduled: Readonly<Record<string, tf.Scalar>>;
  /** How many pictures are trained on. */
  readonly pictures: tf.Scalar;
  /** Encodes other pictures, `[m, h, w, c]`, as these were, leaving running statistics alone. */
  readonly encode: (pixels: tf.Tensor4D) => Encoded;
  /** What terms declared for themselves is found here by name, noise in `mode`. */
  readonly weights: Weights;
  readonly mode: Mode;
}

/** What is minimised, and its parts in nats per picture, each a scalar. */
export interface BoundValue {
  readonly loss: tf.Scalar;
  readonly terms: Readonly<Record<string, tf.Scalar>>;
}

/** Turns a step into the figure to minimise. */
export type Bound = ((state: StepState) => BoundValue) & Needs;

/** A further term, in nats per picture, `[n]`, or of the batch, a scalar; its weight is its own matter. */
export type Regulariser = ((state: StepState) => tf.Tensor1D | tf.Scalar) & Needs;

/** The pictures, repeated to stand beside their k samples. */
export function targetFor(state: StepState): tf.Tensor4D {
  const copies = state.logits.shape[0] / state.pixels.shape[0];
  return copies === 1 ? state.pixels : tf.tile(state.pixels, [copies, 1, 1, 1]);
}

/** The mean distortion over pictures and samples, nats. */
export const meanDistortion = (state: StepState): tf.Scalar =>
  tf.mean(state.likelihood.distortion(targetFor(state), state.logits, state.mean));

/**
 * The negative evidence lower bound with a weight on the rate: distortion + β · rate (Kingma & Welling 2014;
 * Higgins et al. 2017 for β). The distortion is averaged over the samples.
 */
export const negativeElbo: Bound = (state): BoundValue => {
  const distortion = meanDistortion(state);
  if (state.posterior === null) return { loss: distortion, terms: { distortion } };
  const rate = tf.mean<tf.Scalar>(state.prior.rate(state.posterior, state.code));
  const loss = tf.add<tf.Scalar>(distortion, tf.mul(state.scheduled['beta'], rate));
  return { loss, terms: { distortion, rate } };
};
