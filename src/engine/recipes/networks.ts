import { z } from 'zod';
import { MorphloomError } from '../../contract/errors.ts';
import {
  convDecoder,
  convEncoder,
  mlpDecoder,
  mlpEncoder,
  type Decoder,
  type Encoder,
} from '../model/networks.ts';
import { ladderDecoder, ladderEncoder, splitLatents, type LadderOptions } from '../model/ladder.ts';
import { halvings, nearestHalvable, type ImageShape } from '../model/shape.ts';
import { residualDecoder, residualEncoder } from '../model/residual.ts';
import { definePart, partFamily, type PartContext } from './parts.ts';

const normalisation = z.enum(['auto', 'batch', 'group', 'none']).default('auto');
const widths = z.array(z.number().int().min(1).max(4096)).min(1).max(8);
const activation = z.enum(['relu', 'tanh']).default('relu');
const dropout = z.number().min(0).max(0.95).default(0);
const blocks = z.number().int().min(1).max(8).default(1);
const upsampling = z.enum(['pixel-shuffle', 'nearest', 'transposed']).default('pixel-shuffle');

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

const groups = z.number().int().min(1).max(6).default(3);
const ladderShape = { widths, normalisation, groups };

function ladderOptions(o: z.infer<z.ZodObject<typeof ladderShape>>, context: PartContext): LadderOptions {
  const { recipe, image } = context;
  if (recipe.latent.kind !== 'gaussian' || recipe.condition !== null) {
    throw new MorphloomError(
      'usage',
      'A "ladder" draws its latents group after group and is told no labels; set latent.kind=gaussian and condition=null.',
    );
  }
  return {
    widths: fitWidths(o.widths, image),
    normalisation: resolveNormalisation(o.normalisation, context),
    groups: splitLatents(recipe.latent.size, o.groups, halvings(image)),
  };
}

/** The way down that encoder and decoder of a ladder share, as the decoder is asked for it. */
function sharedLadder(context: PartContext): LadderOptions {
  const parsed = z
    .strictObject({ kind: z.literal('ladder'), ...ladderShape })
    .safeParse(context.recipe.decoder);
  if (!parsed.success || context.recipe.encoder.kind !== 'ladder') {
    throw new MorphloomError(
      'usage',
      'A "ladder" is encoder and decoder in one: set both encoder.kind and decoder.kind to ladder.',
    );
  }
  return ladderOptions(parsed.data, context);
}

/** How many numbers an encoder says of each picture. */
export const encoderOutputs = ({ recipe }: PartContext): number =>
  recipe.latent.kind === 'gaussian' ? 2 * recipe.latent.size : recipe.latent.size;

export const encoders = partFamily<Encoder>('encoder', [
  definePart('conv', 'Strided convolutions', { widths, normalisation }, (o, context) =>
    convEncoder(context.encoderImage, encoderOutputs(context), {
      widths: fitWidths(o.widths, context.image),
      normalisation: resolveNormalisation(o.normalisation, context),
    }),
  ),
  definePart(
    'residual',
    'Convolutions and residual blocks',
    { widths, normalisation, blocks },
    (o, context) =>
      residualEncoder(context.encoderImage, encoderOutputs(context), {
        widths: fitWidths(o.widths, context.image),
        normalisation: resolveNormalisation(o.normalisation, context),
        blocks: o.blocks,
      }),
  ),
  definePart(
    'ladder',
    'Up the sizes, and down again with the decoder, by groups of latents',
    { widths, normalisation },
    (o, context) =>
      ladderEncoder(context.image, sharedLadder(context), {
        widths: fitWidths(o.widths, context.image),
        normalisation: resolveNormalisation(o.normalisation, context),
      }),
  ),
  definePart('mlp', 'Fully connected layers', { widths, activation }, (o, context) =>
    mlpEncoder(context.encoderImage, encoderOutputs(context), o),
  ),
]);

export const decoders = partFamily<Decoder>('decoder', [
  definePart(
    'conv',
    'Convolutions that double the sides',
    {
      /** From the picture inwards, as the encoder's. */
      widths,
      normalisation,
      upsampling,
      mapping: z.number().int().min(0).max(8).default(0),
      dropout,
    },
    (o, context) =>
      convDecoder(context.image, context.decoderInputs, {
        widths: fitWidths(o.widths, context.image).reverse(),
        normalisation: resolveNormalisation(o.normalisation, context),
        upsampling: o.upsampling,
        mapping: o.mapping,
        told: context.told,
        dropout: o.dropout,
      }),
  ),
  definePart(
    'residual',
    'Residual blocks, and convolutions that double the sides',
    { widths, normalisation, upsampling, blocks },
    (o, context) =>
      residualDecoder(context.image, context.decoderInputs, {
        widths: fitWidths(o.widths, context.image).reverse(),
        normalisation: resolveNormalisation(o.normalisation, context),
        upsampling: o.upsampling,
        blocks: o.blocks,
      }),
  ),
  definePart(
    'ladder',
    'Groups of latents, each where pictures are larger than above',
    ladderShape,
    (_, context) => ladderDecoder(context.image, sharedLadder(context)),
  ),
  definePart('mlp', 'Fully connected layers', { widths, activation, dropout }, (o, context) =>
    mlpDecoder(context.image, context.decoderInputs, o),
  ),
]);
