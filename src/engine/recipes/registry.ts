import { z } from 'zod';
import { MorphloomError } from '../../contract/errors.ts';
import { constant, cyclicalWarmup, linearWarmup } from '../../core/schedule.ts';
import { convDecoder, convEncoder, mlpDecoder, mlpEncoder } from '../model/networks.ts';
import { halvings, nearestHalvable, type ImageShape } from '../model/shape.ts';
import { negativeElbo, targetFor } from '../objective/bound.ts';
import { bernoulli, gaussian, optimalGaussian } from '../objective/likelihood.ts';
import { standardNormalRate } from '../objective/rate.ts';
import { structuralDistortion } from '../objective/ssim.ts';
import { definePart, partFamily, type PartContext, type Parts } from './parts.ts';

const normalisation = z.enum(['auto', 'batch', 'group', 'none']).default('auto');
const widths = z.array(z.number().int().min(1).max(4096)).min(1).max(8);

/** Batch statistics of fewer pictures than this are too noisy to normalise by. */
const SMALLEST_BATCH_FOR_BATCH_NORM = 16;

function resolveNormalisation(
  asked: z.infer<typeof normalisation>,
  context: PartContext,
): 'batch' | 'group' | 'none' {
  if (asked !== 'auto') return asked;
  return context.recipe.optimiser.batch < SMALLEST_BATCH_FOR_BATCH_NORM ? 'group' : 'batch';
}

/** The widths that fit the picture: as many as it can be halved, the last one repeated where it goes deeper. */
function fitWidths(asked: readonly number[], image: ImageShape): number[] {
  const depth = halvings(image);
  if (depth === 0) {
    const near = nearestHalvable(image);
    throw new MorphloomError(
      'usage',
      `Pictures of ${image.width} × ${image.height} cannot be halved by a convolutional model; ` +
        `take a size such as ${near.width} × ${near.height}.`,
    );
  }
  return Array.from({ length: depth }, (_, i) => asked[Math.min(i, asked.length - 1)]);
}

const encoderOutputs = ({ recipe }: PartContext): number =>
  recipe.latent.kind === 'gaussian' ? 2 * recipe.latent.size : recipe.latent.size;

/** Every part that a recipe may name. A new one is a file with its maths, and a line here. */
export const parts: Parts = {
  encoders: partFamily('encoder', [
    definePart('conv', 'Strided convolutions', { widths, normalisation }, (o, context) =>
      convEncoder(context.image, encoderOutputs(context), {
        widths: fitWidths(o.widths, context.image),
        normalisation: resolveNormalisation(o.normalisation, context),
      }),
    ),
    definePart('mlp', 'Fully connected layers', { widths }, (o, context) =>
      mlpEncoder(context.image, encoderOutputs(context), o),
    ),
  ]),
  decoders: partFamily('decoder', [
    definePart(
      'conv',
      'Convolutions that double the sides',
      {
        /** From the picture inwards, as the encoder's. */
        widths,
        normalisation,
        upsampling: z.enum(['pixel-shuffle', 'nearest', 'transposed']).default('pixel-shuffle'),
      },
      (o, context) =>
        convDecoder(context.image, context.recipe.latent.size, {
          widths: fitWidths(o.widths, context.image).reverse(),
          normalisation: resolveNormalisation(o.normalisation, context),
          upsampling: o.upsampling,
        }),
    ),
    definePart('mlp', 'Fully connected layers', { widths }, (o, context) =>
      mlpDecoder(context.image, context.recipe.latent.size, o),
    ),
  ]),
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
    definePart('standard-normal', 'N(0, 1) in every direction', {}, () => ({ rate: standardNormalRate })),
  ]),
  bounds: partFamily('bound', [definePart('elbo', 'The evidence lower bound', {}, () => negativeElbo)]),
  regularisers: partFamily('regulariser', [
    definePart(
      'ssim',
      'Keeps structure: edges and texture, beside plain error',
      { weight: z.number().positive().default(0.25), window: z.number().int().min(3).max(31).default(7) },
      (o) => (state) => structuralDistortion(targetFor(state), state.mean, o.weight, o.window),
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
