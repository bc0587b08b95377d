import type * as tf from '@tensorflow/tfjs-core';
import type { Recipe } from '../../contract/recipe.ts';
import type { Schedule } from '../../core/schedule.ts';
import type { NoiseSpec } from '../model/noise.ts';
import type { Encoded, GaussianPosterior } from '../model/posterior.ts';
import type { ImageShape } from '../model/shape.ts';
import type { Mode, Weights, WeightSpec } from '../model/weights.ts';
import type { BoundValue, StepState } from '../objective/bound.ts';
import type { MixtureWishes, Prior } from '../objective/prior.ts';
import type { TagNames } from './tags.ts';

/** What one step looks at. n pictures, k samples of each. */
export interface StepInputs {
  /** `[n, h, w, c]` in [0, 1]. */
  readonly pixels: tf.Tensor4D;
  /** Standard normal, `[k·n, z]`, sample-major; `[k·n, 0]` for a deterministic code. */
  readonly noise: tf.Tensor2D;
  /** The scheduled values, by name. */
  readonly scheduled: Readonly<Record<string, tf.Scalar>>;
  /** How many pictures are trained on, a scalar. */
  readonly pictures: tf.Scalar;
  /** Which label each picture has, `[n, classes]`; not known where absent. */
  readonly labels?: tf.Tensor2D | undefined;
  /** What else is known of each picture; none shown where absent. */
  readonly tags?: TagValues | undefined;
}

/** Tags of pictures as numbers in [0, 1], `[n, tags]`, and 1 where they are known. */
export interface TagValues {
  readonly values: tf.Tensor2D;
  readonly known: tf.Tensor2D;
}

/** What a model with tags can do beside. */
export interface TagModel {
  readonly names: TagNames;
  /** Tags alone to latents. */
  infer(tags: TagValues, weights: Weights): GaussianPosterior;
  /** Latents `[n, z]` to the chance of each tag, `[n, tags]`. */
  tell(latents: tf.Tensor2D, weights: Weights): tf.Tensor2D;
}

/** A recipe made for one size of picture: the networks, and how to train them. */
export interface Model {
  readonly recipe: Recipe;
  readonly image: ImageShape;
  readonly weights: readonly WeightSpec[];
  /** What it needs at random in a training step, beside the posterior's noise. */
  readonly noise: readonly NoiseSpec[];
  /** The labels that it may be told; none where it takes none. */
  readonly classes: readonly string[];
  /** How many latents each group has, in turn; one group for most recipes. */
  readonly groups: readonly number[];
  /** Null for recipes without tags. */
  readonly tags: TagModel | null;
  readonly schedules: Readonly<Record<string, Schedule>>;
  /**
   * Pictures `[n, h, w, c]` in [0, 1] to latents; `posterior` is null for a deterministic code.
   * @param labels `[n, classes]`; not known where absent
   */
  encode(pixels: tf.Tensor4D, weights: Weights, mode?: Mode, labels?: tf.Tensor2D): Encoded;
  /**
   * Latents `[n, z]` to pictures `[n, h, w, c]` in [0, 1].
   * @param labels `[n, classes]`; not known where absent
   */
  decode(latents: tf.Tensor2D, weights: Weights, labels?: tf.Tensor2D): tf.Tensor4D;
  /** p(z) with these weights. */
  prior(weights: Weights): Prior;
  /** The mixture that takes the prior's place when training is over; null where none does. */
  readonly afterwards: MixtureWishes | null;
  /** Encodes, samples and decodes: all that an objective, or a figure, is computed from. */
  forward(inputs: StepInputs, weights: Weights, mode: Mode): StepState;
  /** The objective of one step, its regularisers among the terms. */
  objective(inputs: StepInputs, weights: Weights, mode: Mode): BoundValue;
}
