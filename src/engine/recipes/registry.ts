import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { MorphloomError } from '../../contract/errors.ts';
import { constant, cyclicalWarmup, linearWarmup } from '../../core/schedule.ts';
import { labelCondition, tagCondition } from '../model/condition.ts';
import { gaussianNoise, masking, saltAndPepper } from '../model/corruption.ts';
import { negativeElbo, targetFor } from '../objective/bound.ts';
import { contraction, klSparsity, l1 } from '../objective/codes.ts';
import { freeBits, geco } from '../objective/collapse.ts';
import { factorBound } from '../objective/factor.ts';
import { flowPrior } from '../objective/flow.ts';
import { groupedElbo } from '../objective/grouped.ts';
import { importanceWeighted } from '../objective/importance.ts';
import { bernoulli, gaussian, optimalGaussian } from '../objective/likelihood.ts';
import { mmdToPrior } from '../objective/mmd.ts';
import { multimodalElbo } from '../objective/multimodal.ts';
import { standardNormal } from '../objective/prior.ts';
import { structuralDistortion } from '../objective/ssim.ts';
import { totalCorrelationBound } from '../objective/total-correlation.ts';
import { vampPrior } from '../objective/vamp.ts';
import { tagNetworks } from '../model/tags.ts';
import { attributeSchema, lengthsOfTags } from './tags.ts';
import { decoders, encoderOutputs, encoders } from './networks.ts';
import { definePart, partFamily, type PartContext, type Parts } from './parts.ts';

const positive = z.number().positive();
const fraction = z.number().min(0).max(1);

/** Refuses a part that looks at a posterior where the code is deterministic. */
function needsPosterior(part: string, { recipe }: PartContext): void {
  if (recipe.latent.kind === 'gaussian') return;
  throw new MorphloomError(
    'usage',
    `"${part}" weighs how uncertain a code is, and a deterministic one is not; set latent.kind=gaussian.`,
  );
}

/** Refuses a part that goes by each direction apart where the prior ties them together. */
function needsStandardNormal(part: string, { recipe }: PartContext): void {
  if (['standard-normal', 'mixture'].includes(recipe.prior.kind)) return;
  throw new MorphloomError(
    'usage',
    `"${part}" goes by each direction of N(0, 1) apart, so it cannot stand beside the prior ` +
      `"${recipe.prior.kind}"; take the prior "standard-normal".`,
  );
}

/** Every part that a recipe may name. A new one is a file with its maths, and a line here. */
export const parts: Parts = {
  encoders,
  decoders,
  likelihoods: partFamily('likelihood', [
    definePart('optimal-gaussian', 'A Gaussian as sharp as each picture allows', {}, () => optimalGaussian),
    definePart(
      'gaussian',
      'A Gaussian of fixed sharpness',
      { standardDeviation: z.number().positive().default(0.1) },
      (o) => gaussian(o.standardDeviation),
    ),
    definePart('bernoulli', 'Black or white at each point; cross-entropy', {}, () => bernoulli),
  ]),
  priors: partFamily('prior', [
    definePart('standard-normal', 'N(0, 1) in every direction', {}, () => standardNormal),
    definePart(
      'mixture',
      'N(0, 1) in training; then Gaussians fitted to where the pictures came to lie',
      {
        gaussians: z.number().int().min(0).max(256).default(0),
        covariance: z.enum(['auto', 'diagonal', 'full']).default('auto'),
      },
      ({ gaussians, covariance }) => ({ ...standardNormal, afterwards: { gaussians, covariance } }),
    ),
    definePart(
      'vamp',
      'A mixture of what the encoder makes of pictures that are learned',
      { components: z.number().int().min(1).max(4096).default(64) },
      (o, context) => {
        needsPosterior('vamp', context);
        return vampPrior(o.components, context.image);
      },
    ),
    definePart(
      'flow',
      'N(0, 1), bent to the shape that the latents ask for',
      {
        layers: z.number().int().min(1).max(64).default(6),
        hidden: z.number().int().min(1).max(4096).default(64),
      },
      (o, context) => {
        needsPosterior('flow', context);
        return flowPrior(context.recipe.latent.size, o.layers, o.hidden);
      },
    ),
  ]),
  bounds: partFamily('bound', [
    definePart('elbo', 'The evidence lower bound', {}, () => negativeElbo),
    definePart(
      'free-bits',
      'What each direction says is free up to a floor, so that none falls silent',
      { floor: z.number().min(0).default(0.25) },
      (o, context) => {
        needsPosterior('free-bits', context);
        needsStandardNormal('free-bits', context);
        return freeBits(o.floor);
      },
    ),
    definePart(
      'grouped',
      'The evidence lower bound, with what each group of latents says told apart',
      { floor: z.number().min(0).default(0) },
      (o, context) => {
        needsPosterior('grouped', context);
        needsStandardNormal('grouped', context);
        return groupedElbo(o.floor);
      },
    ),
    definePart(
      'geco',
      'As good a copy as is asked for, and then as much order as can be had',
      {
        tolerance: positive.max(1).default(0.06),
        speed: positive.max(1).default(0.02),
        memory: z.number().min(0).lt(1).default(0.95),
      },
      (o, context) => {
        needsPosterior('geco', context);
        return geco(o);
      },
    ),
    definePart(
      'multimodal',
      'Pictures and tags, each of them sometimes withheld and told by the other',
      { weight: positive.default(300), agreement: z.number().min(0).default(20) },
      (o, context) => {
        if (context.recipe.condition?.kind !== 'tags')
          throw new MorphloomError('usage', 'The bound "multimodal" needs the condition "tags".');
        return multimodalElbo(o.weight, o.agreement);
      },
    ),
    definePart('iwae', 'The importance-weighted bound of several samples', {}, (_, context) => {
      needsPosterior('iwae', context);
      return importanceWeighted;
    }),
    definePart(
      'total-correlation',
      'Makes it dear that directions depend on each other, not that they speak',
      { sampling: z.enum(['weighted', 'stratified']).default('weighted') },
      (o, context) => {
        needsPosterior('total-correlation', context);
        return totalCorrelationBound(o.sampling);
      },
    ),
    definePart(
      'factor',
      'Makes it dear that directions depend on each other, as a second network sees it',
      { hidden: z.number().int().min(1).max(4096).default(256) },
      (o, context) => {
        needsPosterior('factor', context);
        return factorBound(context.recipe.latent.size, o.hidden);
      },
    ),
  ]),
  regularisers: partFamily('regulariser', [
    definePart(
      'ssim',
      'Keeps structure: edges and texture, beside plain error',
      { weight: z.number().positive().default(0.25), window: z.number().int().min(3).max(31).default(7) },
      (o) => (state) => structuralDistortion(targetFor(state), state.mean, o.weight, o.window),
    ),
    definePart(
      'mmd',
      'Holds all latents together to N(0, 1), and leaves each picture its own',
      { weight: positive.default(1000), kernel: z.enum(['imq', 'rbf']).default('imq') },
      (o, { recipe }) => mmdToPrior(o.kernel, o.weight, recipe.latent.size),
    ),
    definePart('l1', 'Keeps most latents near 0', { weight: positive.default(1) }, (o) => l1(o.weight)),
    definePart(
      'sparsity',
      'Keeps each latent silent for most pictures; for a code in [0, 1]',
      { weight: positive.default(10), target: positive.lt(1).default(0.05) },
      (o, { recipe }) => {
        if (recipe.latent.activation !== 'sigmoid') {
          throw new MorphloomError(
            'usage',
            '"sparsity" goes by codes in [0, 1]; set latent.kind=deterministic and latent.activation=sigmoid.',
          );
        }
        return (state) => tf.mul(klSparsity(state.code, o.target), o.weight);
      },
    ),
    definePart(
      'contractive',
      'Lets codes change little where pictures do',
      { weight: positive.default(0.1) },
      (o, { image }) => contraction(o.weight, [image.height, image.width, image.channels]),
    ),
  ]),
  conditions: partFamily('condition', [
    definePart(
      'label',
      'Tells the model which label a picture has',
      {
        classes: z.array(z.string().min(1)).default([]),
        embedding: z.number().int().min(1).max(1024).default(16),
        into: z.enum(['both', 'decoder']).default('both'),
        layers: z.enum(['first', 'every']).default('first'),
        unknown: fraction.default(0.1),
      },
      (o, context) => {
        if (new Set(o.classes).size !== o.classes.length || o.classes.length < 2) {
          throw new MorphloomError(
            'usage',
            'The condition "label" needs pictures of at least two labels: put them into folders by label, or ' +
              'give a table of labels when importing.',
          );
        }
        return labelCondition(context.image, context.recipe.latent.size, encoderOutputs(context), o);
      },
    ),
    definePart(
      'tags',
      'Latents that pictures tell, and tags, and both; each is told by the other',
      {
        classes: z.array(z.string().min(1)).default([]),
        attributes: z.array(attributeSchema).default([]),
        hidden: z.number().int().min(1).max(4096).default(128),
      },
      (o, context) => {
        needsPosterior('tags', context);
        const lengths = lengthsOfTags(o);
        if (lengths.length === 0) {
          throw new MorphloomError(
            'usage',
            'The condition "tags" needs pictures of which something is known: labels by folder, or a table of labels ' +
              'and attributes when importing.',
          );
        }
        if (context.recipe.bound.kind !== 'multimodal')
          throw new MorphloomError('usage', 'The condition "tags" needs the bound "multimodal".');
        return { ...tagCondition(tagNetworks(lengths, context.recipe.latent.size, o.hidden)), names: o };
      },
    ),
  ]),
  corruptions: partFamily('corruption', [
    definePart(
      'gaussian-noise',
      'Adds grain',
      { standardDeviation: positive.max(2).default(0.2) },
      (o, { image }) => gaussianNoise(image, o.standardDeviation),
    ),
    definePart('masking', 'Makes some places black', { fraction: fraction.default(0.25) }, (o, { image }) =>
      masking(image, o.fraction),
    ),
    definePart(
      'salt-and-pepper',
      'Makes some places black or white',
      { fraction: fraction.default(0.1) },
      (o, { image }) => saltAndPepper(image, o.fraction),
    ),
  ]),
  schedules: partFamily('schedule', [
    definePart('constant', 'Stays as it is', { value: z.number() }, (o) => constant(o.value)),
    definePart(
      'warm-up',
      'Rises in a straight line, then stays',
      {
        from: z.number().default(0),
        to: z.number().default(1),
        until: z.number().min(0).max(1).default(0.1),
      },
      (o) => linearWarmup(o.from, o.to, o.until),
    ),
    definePart(
      'cyclical',
      'Rises again and again',
      {
        from: z.number().default(0),
        to: z.number().default(1),
        cycles: z.number().int().min(1).default(4),
        rise: z.number().min(0).max(1).default(0.5),
      },
      (o) => cyclicalWarmup(o.from, o.to, o.cycles, o.rise),
    ),
  ]),
};
