import * as tf from '@tensorflow/tfjs-core';
import type { Recipe } from '../../contract/recipe.ts';
import { constant, type Schedule } from '../../core/schedule.ts';
import {
  activateCode,
  highestLogVariance,
  reparameterise,
  toPosterior,
  type Encoded,
  type GaussianPosterior,
} from '../model/posterior.ts';
import { productOfExperts } from '../model/tags.ts';
import { needsOf } from '../model/layers.ts';
import type { EncodedInTurn } from '../model/networks.ts';
import { cutColumns } from '../model/ops.ts';
import type { ImageShape } from '../model/shape.ts';
import { INFER, withoutUpdates, type Mode, type Weights } from '../model/weights.ts';
import type { StepState, TagState } from '../objective/bound.ts';
import type { Model, TagModel, TagValues } from './model.ts';
import { parts } from './registry.ts';

export type { TrainingPictures } from './inputs.ts';
export type { Model, StepInputs } from './model.ts';

type TagsHeard = Omit<TagState, 'logits' | 'logitsByPicture'>;

/** Builds the parts that a recipe names. Throws `usage` errors for what does not fit. */
export function composeModel(recipe: Recipe, image: ImageShape): Model {
  const alone = { recipe, image, encoderImage: image, decoderInputs: recipe.latent.size, told: 0 };
  const condition = recipe.condition === null ? null : parts.conditions.build(recipe.condition, alone);
  const context = {
    ...alone,
    encoderImage: { ...image, channels: image.channels + (condition?.channels ?? 0) },
    decoderInputs: recipe.latent.size + (condition?.embedding ?? 0),
    told: condition?.told ?? 0,
  };
  const corruption = recipe.corruption === null ? null : parts.corruptions.build(recipe.corruption, context);
  const encoder = parts.encoders.build(recipe.encoder, context);
  const decoder = parts.decoders.build(recipe.decoder, context);
  const likelihood = parts.likelihoods.build(recipe.likelihood, context);
  const priorPart = parts.priors.build(recipe.prior, context);
  const bound = parts.bounds.build(recipe.bound, context);
  const regularisers = recipe.regularisers.map((spec) => ({
    name: spec.kind,
    apply: parts.regularisers.build(spec, context),
  }));
  const schedules: Record<string, Schedule> = { beta: constant(1) };
  for (const [name, spec] of Object.entries(recipe.schedules))
    schedules[name] = parts.schedules.build(spec, context);

  const classes = condition?.classes ?? [];
  const labelsFor = (n: number, labels: tf.Tensor2D | undefined): tf.Tensor2D =>
    labels ?? tf.zeros([n, classes.length]);
  const posteriorOptions = {
    clip: recipe.latent.clip,
    highest: highestLogVariance(recipe.latent.minRate),
  };

  const groups = 'groups' in encoder ? encoder.groups : [recipe.latent.size];
  /**
   * @param noise null for the means in place of samples
   * @param toTheEnd whether the pictures will be decoded, too
   */
  const infer = (
    pixels: tf.Tensor4D,
    noise: tf.Tensor2D | null,
    weights: Weights,
    mode: Mode,
    labels: tf.Tensor2D | undefined,
    toTheEnd: boolean,
  ): EncodedInTurn => {
    const told = labelsFor(pixels.shape[0], labels);
    const seen = condition?.beside(pixels, told, weights) ?? pixels;
    const drawn = (numbers: tf.Tensor2D, own: tf.Tensor2D | null): Encoded => {
      const posterior = toPosterior(numbers, posteriorOptions);
      return { posterior, code: own === null ? posterior.mean : reparameterise(posterior, own) };
    };
    if ('groups' in encoder) {
      const own = noise === null ? null : cutColumns(noise, groups);
      const samples = noise === null ? 1 : noise.shape[0] / pixels.shape[0];
      const draw = (numbers: tf.Tensor2D, g: number): Encoded => drawn(numbers, own?.[g] ?? null);
      return encoder.inTurn(seen, samples, draw, weights, mode, toTheEnd && tags === null);
    }
    const said = encoder.apply(seen, weights, mode);
    const numbers = condition?.beyond(said, told, weights) ?? said;
    if (recipe.latent.kind === 'deterministic')
      return { code: activateCode(recipe.latent.activation, numbers), posterior: null, end: null };
    return { ...drawn(numbers, noise), end: null };
  };
  const tags = condition?.tags ?? null;
  const tagModel: TagModel | null =
    tags === null || condition?.names === undefined
      ? null
      : {
          names: condition.names,
          infer: ({ values, known }, weights) => {
            const heard = tf.ones<tf.Rank.R2>([values.shape[0], 1]);
            return productOfExperts([{ posterior: tags.expert(values, known, weights), heard }]);
          },
          tell: (latents, weights) => tf.sigmoid(tags.logits(latents, weights)),
        };
  /** The picture's say on the latents with that of its tags, where they are given; null for a model without tags. */
  const hearTags = (
    own: GaussianPosterior | null,
    given: TagValues | undefined,
    weights: Weights,
    mode: Mode,
  ): { posterior: GaussianPosterior; tags: TagsHeard | null } | null => {
    if (tags === null || own === null) return null;
    const count = own.mean.shape[0];
    if (given === undefined) {
      const heard = tf.ones<tf.Rank.R2>([count, 1]);
      return { posterior: productOfExperts([{ posterior: own, heard }]), tags: null };
    }
    const { picture, tags: some, kept } = tags.shown(count, mode);
    const shown = tf.mul<tf.Tensor2D>(given.known, kept);
    const asked = tags.expert(given.values, shown, weights);
    const heard = tf.ones<tf.Rank.R2>([count, 1]);
    return {
      posterior: productOfExperts([
        { posterior: own, heard: picture },
        { posterior: asked, heard: some },
      ]),
      tags: {
        ...given,
        picture,
        shown: tf.mul(shown, some),
        byPicture: productOfExperts([{ posterior: own, heard }]),
        byTags: productOfExperts([{ posterior: asked, heard }]),
      },
    };
  };
  const encode: Model['encode'] = (pixels, weights, mode = INFER, labels) => {
    const encoded = infer(pixels, null, weights, mode, labels, false);
    const heard = hearTags(encoded.posterior, undefined, weights, mode);
    return heard === null ? encoded : { posterior: heard.posterior, code: heard.posterior.mean };
  };
  const logitsOf = (code: tf.Tensor2D, weights: Weights, mode: Mode, labels?: tf.Tensor2D): tf.Tensor4D => {
    const told = condition?.join(code, labelsFor(code.shape[0], labels), weights) ?? code;
    return decoder.apply(told, weights, mode);
  };
  const tagsTold = (seen: TagsHeard | null, code: tf.Tensor2D, noise: tf.Tensor2D, weights: Weights) =>
    seen === null || tags === null
      ? null
      : {
          ...seen,
          logits: tags.logits(code, weights),
          logitsByPicture: tags.logits(reparameterise(seen.byPicture, noise), weights),
        };
  const prior: Model['prior'] = (weights) =>
    priorPart.with({ weights, encode: (pixels) => encode(pixels, weights) });

  const forward: Model['forward'] = (inputs, weights, mode) => {
    const { pixels, noise, scheduled, pictures } = inputs;
    const labels = condition?.forget(labelsFor(pixels.shape[0], inputs.labels), mode);
    const quiet = withoutUpdates(mode);
    const encodeQuietly = (others: tf.Tensor4D) => encode(others, weights, quiet);
    const shown = corruption?.apply(pixels, mode) ?? pixels;
    const alone = infer(shown, noise, weights, mode, labels, true);
    const heard = hearTags(alone.posterior, inputs.tags, weights, mode);
    const posterior = heard?.posterior ?? alone.posterior;
    const code = heard === null ? alone.code : reparameterise(heard.posterior, noise);
    const finished = alone.end === null ? undefined : decoder.finish?.(alone.end, weights, mode);
    const logits = finished ?? logitsOf(code, weights, mode, labels);
    return {
      pixels,
      logits,
      mean: likelihood.mean(logits),
      posterior,
      code,
      groups,
      tags: tagsTold(heard?.tags ?? null, code, noise, weights),
      likelihood,
      prior: priorPart.with({ weights, encode: encodeQuietly }),
      scheduled,
      pictures,
      encode: encodeQuietly,
      weights,
      mode,
    } satisfies StepState;
  };

  const own = [condition, corruption, priorPart, bound, ...regularisers.map(({ apply }) => apply)];
  return {
    recipe,
    image,
    ...needsOf([encoder, decoder, ...own.filter((part) => part !== null)]),
    classes,
    tags: tagModel,
    groups,
    schedules,
    encode,
    decode: (latents, weights, labels) => likelihood.mean(logitsOf(latents, weights, INFER, labels)),
    prior,
    afterwards: priorPart.afterwards ?? null,
    forward,
    objective: (inputs, weights, mode) => {
      const state = forward(inputs, weights, mode);
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
  };
}
