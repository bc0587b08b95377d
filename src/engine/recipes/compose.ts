import * as tf from '@tensorflow/tfjs-core';
import type { Recipe } from '../../contract/recipe.ts';
import { createRng, fillNormal, shuffle, STREAM } from '../../core/rng.ts';
import { constant, rampThenCosine, type Schedule } from '../../core/schedule.ts';
import { uploadInputs } from '../compute/pixels.ts';
import type { ImageShape } from '../model/shape.ts';
import { reparameterise, toPosterior, type GaussianPosterior } from '../model/posterior.ts';
import { INFER, initialValues, type Mode, type Weights, type WeightSpec } from '../model/weights.ts';
import type { StepState } from '../objective/bound.ts';
import { scalarInput, type Input } from '../train/program.ts';
import type { StepOutput, TrainingTask } from '../train/task.ts';
import { augment } from './augment.ts';
import { parts } from './registry.ts';

/** A recipe made for one size of picture: the networks, and how to train them. */
export interface Model {
  readonly recipe: Recipe;
  readonly image: ImageShape;
  readonly weights: readonly WeightSpec[];
  /** Pictures `[n, h, w, c]` in [0, 1] to latents; `posterior` is null for a deterministic code. */
  encode(
    pixels: tf.Tensor4D,
    weights: Weights,
    mode?: Mode,
  ): { code: tf.Tensor2D; posterior: GaussianPosterior | null };
  /** Latents `[n, z]` to pictures `[n, h, w, c]` in [0, 1]. */
  decode(latents: tf.Tensor2D, weights: Weights): tf.Tensor4D;
  /** The objective of one step. */
  objective(
    pixels: tf.Tensor4D,
    noise: tf.Tensor2D,
    scheduled: Readonly<Record<string, tf.Scalar>>,
    weights: Weights,
    mode: Mode,
  ): {
    loss: tf.Scalar;
    terms: Record<string, tf.Scalar>;
  };
  readonly schedules: Readonly<Record<string, Schedule>>;
}

/** Builds the parts that a recipe names. Throws `usage` errors for what does not fit. */
export function composeModel(recipe: Recipe, image: ImageShape): Model {
  const context = { recipe, image };
  const encoder = parts.encoders.build(recipe.encoder, context);
  const decoder = parts.decoders.build(recipe.decoder, context);
  const likelihood = parts.likelihoods.build(recipe.likelihood, context);
  const prior = parts.priors.build(recipe.prior, context);
  const bound = parts.bounds.build(recipe.bound, context);
  const regularisers = recipe.regularisers.map((spec) => ({
    name: spec.kind,
    apply: parts.regularisers.build(spec, context),
  }));
  const schedules: Record<string, Schedule> = { beta: constant(1) };
  for (const [name, spec] of Object.entries(recipe.schedules))
    schedules[name] = parts.schedules.build(spec, context);

  const encode: Model['encode'] = (pixels, weights, mode = INFER) => {
    const encoded = encoder.apply(pixels, weights, mode);
    if (recipe.latent.kind === 'deterministic') return { code: encoded, posterior: null };
    const posterior = toPosterior(encoded);
    return { code: posterior.mean, posterior };
  };

  return {
    recipe,
    image,
    weights: [...encoder.weights, ...decoder.weights],
    encode,
    decode: (latents, weights) => likelihood.mean(decoder.apply(latents, weights, INFER)),
    objective: (pixels, noise, scheduled, weights, mode) => {
      const encoded = encode(pixels, weights, mode);
      const { posterior } = encoded;
      const code = posterior === null ? encoded.code : reparameterise(posterior, noise);
      const logits = decoder.apply(code, weights, mode);
      const state: StepState = {
        pixels,
        logits,
        mean: likelihood.mean(logits),
        posterior,
        code,
        likelihood,
        prior,
        scheduled,
      };
      const base = bound(state);
      let loss = base.loss;
      const terms: Record<string, tf.Scalar> = { ...base.terms };
      for (const { name, apply } of regularisers) {
        const value: tf.Scalar = tf.mean(apply(state));
        terms[name] = value;
        loss = tf.add(loss, value);
      }
      return { loss, terms };
    },
    schedules,
  };
}

/** Pictures to train on: uint8, HWC, one after the other. */
export interface TrainingPictures {
  readonly count: number;
  readBatch(indices: ArrayLike<number>, out: Uint8Array): void;
}

/** The batches of an epoch: a permutation drawn from the seed and the epoch, cut into whole batches. */
function createOrder(count: number, batch: number, seed: number): (step: number) => Uint32Array {
  const stepsPerEpoch = Math.floor(count / batch);
  let epochAtHand = -1;
  const order = new Uint32Array(count);
  return (step) => {
    const epoch = Math.floor((step - 1) / stepsPerEpoch);
    if (epoch !== epochAtHand) {
      for (let i = 0; i < count; i++) order[i] = i;
      shuffle(order, createRng(seed, STREAM.order, epoch));
      epochAtHand = epoch;
    }
    const start = ((step - 1) % stepsPerEpoch) * batch;
    return order.subarray(start, start + batch);
  };
}

/** Makes fresh variables, by name, the first values drawn from the seed. */
function createVariables(specs: readonly WeightSpec[], seed: number): Map<string, tf.Variable> {
  return new Map(
    specs.map((spec, position) => [
      spec.name,
      tf.tidy(() =>
        tf.variable(
          tf.tensor(initialValues(spec, seed, position), [...spec.shape], 'float32'),
          spec.trainable,
        ),
      ),
    ]),
  );
}

/** The training task of a model on these pictures: pure in the step number, given the seed. */
export function composeTask(model: Model, pictures: TrainingPictures, seed: number): TrainingTask {
  const { recipe, image } = model;
  const { optimiser, latent } = recipe;
  const batch = Math.min(optimiser.batch, pictures.count);
  const order = createOrder(pictures.count, batch, seed);
  const variables = createVariables(model.weights, seed);
  const weights: Weights = { get: (name) => variables.get(name) as tf.Variable };
  const pixelShape: [number, number, number, number] = [batch, image.height, image.width, image.channels];
  const bytes = new Uint8Array(batch * image.width * image.height * image.channels);
  const noiseShape: [number, number] = [latent.samples * batch, latent.kind === 'gaussian' ? latent.size : 0];
  const scheduleNames = Object.keys(model.schedules);

  return {
    variables,
    trainable: model.weights.filter((spec) => spec.trainable).map((spec) => spec.name),
    batch,
    stepsPerEpoch: Math.floor(pictures.count / batch),
    learningRate: rampThenCosine(optimiser.learningRate, optimiser.ramp, optimiser.floor),
    inputs: (step, progress) => {
      pictures.readBatch(order(step), bytes);
      augment(bytes, image, recipe.augmentation, createRng(seed, STREAM.augmentation, step));
      const noise = fillNormal(
        new Float32Array(noiseShape[0] * noiseShape[1]),
        createRng(seed, STREAM.posteriorNoise, step),
      );
      const inputs: Record<string, Input> = {
        pixels: { shape: pixelShape, values: bytes },
        noise: { shape: noiseShape, values: noise },
      };
      for (const name of scheduleNames)
        inputs[`schedule/${name}`] = scalarInput(model.schedules[name](progress));
      return inputs;
    },
    upload: uploadInputs,
    step: (inputs): StepOutput => {
      const updates: Record<string, tf.Tensor> = {};
      const scheduled = Object.fromEntries(
        scheduleNames.map((name) => [name, inputs[`schedule/${name}`] as tf.Scalar]),
      );
      const mode: Mode = { kind: 'train', update: (name, value) => void (updates[name] = value) };
      const { loss, terms } = model.objective(
        inputs['pixels'] as tf.Tensor4D,
        inputs['noise'] as tf.Tensor2D,
        scheduled,
        weights,
        mode,
      );
      return { loss, terms, updates };
    },
  };
}
