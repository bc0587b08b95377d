import { z } from 'zod';

/**
 * A recipe is one JSON document: what to train and how. It is composed of parts, each `{ kind, …options }`;
 * which kinds there are, and which options each takes, is registered in engine/recipes/parts, which checks
 * them. Unknown keys fail, here and there.
 */
const part = z.looseObject({ kind: z.string().min(1) });
export type PartSpec = z.infer<typeof part>;

const fraction = z.number().min(0).max(1);

export const recipeSchema = z.strictObject({
  schema: z.literal(1),
  name: z.string().min(1),
  /** What it is for, in one plain sentence. */
  about: z.string().default(''),
  /** Where it comes from. */
  source: z.string().default(''),
  encoder: part,
  latent: z
    .strictObject({
      kind: z.enum(['gaussian', 'deterministic']),
      size: z.number().int().min(1).max(4096),
      /** Posterior samples a picture and step. */
      samples: z.number().int().min(1).max(1024).default(1),
      /** What a deterministic code is passed through. */
      activation: z.enum(['linear', 'sigmoid', 'relu']).default('linear'),
      /** How a Gaussian code's log-variances are kept in range: cut off, or bent. */
      clip: z.enum(['hard', 'soft']).default('hard'),
      /** The least that each direction of a Gaussian code says, nats. */
      minRate: z.number().min(0).max(5).default(0),
    })
    .refine(({ kind, activation }) => kind === 'deterministic' || activation === 'linear', {
      message: 'only a deterministic code is passed through an activation',
      path: ['activation'],
    }),
  decoder: part,
  likelihood: part,
  prior: part.default({ kind: 'standard-normal' }),
  bound: part.default({ kind: 'elbo' }),
  regularisers: z.array(part).default([]),
  /** What the model is told of a picture beside its pixels. */
  condition: part.nullable().default(null),
  /** What happens to pictures before the encoder sees them in training. */
  corruption: part.nullable().default(null),
  /** Values that change along a run, by name: `beta`, the weight of the rate, is one. */
  schedules: z.record(z.string(), part).default({}),
  augmentation: z
    .strictObject({
      /** The chance of mirroring a picture left to right. */
      flip: fraction.default(0),
      /** The largest shift in pixels, drawn evenly in each direction; edges are repeated. */
      shift: z.number().int().min(0).max(64).default(0),
      /** Each value is made black or white anew each time, white as likely as it is bright. */
      binarise: z.boolean().default(false),
    })
    .prefault({}),
  optimiser: z
    .strictObject({
      learningRate: z.number().positive().default(1e-3),
      /** The part of the run in which the learning rate rises from 0. */
      ramp: fraction.default(0.02),
      /** Where the cosine ends, as a part of the learning rate. */
      floor: fraction.default(0.02),
      /** Down a cosine to the floor, or as 1/√n with the step n. */
      decay: z.enum(['cosine', 'inverse-sqrt']).default('cosine'),
      /** What convolutions compute in while training; bfloat16 is for processors that have it. */
      precision: z.enum(['float32', 'bfloat16']).default('float32'),
      beta1: z.number().min(0).lt(1).default(0.9),
      beta2: z.number().min(0).lt(1).default(0.999),
      epsilon: z.number().positive().default(1e-7),
      batch: z.number().int().min(1).max(4096).default(32),
      /** How much of the weights' moving average survives a step; 0 keeps no average. */
      average: z.number().min(0).lt(1).default(0.999),
    })
    .refine(({ decay, ramp }) => decay === 'cosine' || ramp > 0, {
      message: 'the decay "inverse-sqrt" begins at the end of the ramp, which must be above 0',
      path: ['ramp'],
    })
    .prefault({}),
  validation: z
    .strictObject({
      /** The part of the pictures that is held out of training, to see how strangers fare. */
      fraction: fraction.default(0.05),
      /** At most so many. */
      most: z.number().int().min(0).default(256),
    })
    .prefault({}),
});

export type Recipe = z.infer<typeof recipeSchema>;
/** A recipe as it is written, defaults left out. */
export type RecipeInput = z.input<typeof recipeSchema>;
