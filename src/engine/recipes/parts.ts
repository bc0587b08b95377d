import { z } from 'zod';
import type { Recipe } from '../../contract/recipe.ts';
import type { ImageShape } from '../model/shape.ts';
import type { Decoder, Encoder } from '../model/networks.ts';
import type { Condition } from '../model/condition.ts';
import type { Corruption } from '../model/corruption.ts';
import type { Bound, Regulariser } from '../objective/bound.ts';
import type { PriorPart } from '../objective/prior.ts';
import type { Likelihood } from '../objective/likelihood.ts';
import type { Schedule } from '../../core/schedule.ts';
import type { TagNames } from './tags.ts';
import { MorphloomError } from '../../contract/errors.ts';

/** What a part may need to know of the rest in order to be built. */
export interface PartContext {
  readonly recipe: Recipe;
  readonly image: ImageShape;
  /** What the encoder sees: the picture, and what it is told of it as further channels. */
  readonly encoderImage: ImageShape;
  /** How many numbers the decoder gets: the latents, and what it is told. */
  readonly decoderInputs: number;
  /** How many of these, the last ones, each of its layers is to be told as well. */
  readonly told: number;
}

/** One kind of part: the options it takes, and what it makes of them. */
export interface PartKind<Built> {
  readonly kind: string;
  /** In plain words, for the settings panel. */
  readonly about: string;
  build(options: unknown, context: PartContext): Built;
  readonly options: z.ZodType;
}

/** Declares a kind of part; `options` is a strict object, so an unknown key fails. */
export function definePart<Shape extends z.ZodRawShape, Built>(
  kind: string,
  about: string,
  shape: Shape,
  build: (options: z.infer<z.ZodObject<Shape>>, context: PartContext) => Built,
): PartKind<Built> {
  const options = z.strictObject({ kind: z.literal(kind), ...shape });
  return {
    kind,
    about,
    options,
    build: (given, context) => {
      const parsed = options.safeParse(given);
      if (!parsed.success)
        throw new MorphloomError('usage', describeIssue(parsed.error, `In the part "${kind}"`));
      return build(parsed.data as z.infer<z.ZodObject<Shape>>, context);
    },
  };
}

/** The first thing that is wrong with a document, as a sentence. */
export function describeIssue(error: z.ZodError, where: string): string {
  const issue = error.issues[0];
  const path = issue.path.map(String).join('.');
  return `${where}${path === '' ? '' : `, "${path}"`}: ${issue.message}.`;
}

/** A family of interchangeable parts. */
export interface PartFamily<Built> {
  readonly family: string;
  readonly kinds: readonly PartKind<Built>[];
  build(spec: { readonly kind: string }, context: PartContext): Built;
}

export function partFamily<Built>(family: string, kinds: readonly PartKind<Built>[]): PartFamily<Built> {
  return {
    family,
    kinds,
    build: (spec, context) => {
      const found = kinds.find((k) => k.kind === spec.kind);
      if (found === undefined) {
        const known = kinds.map((k) => `"${k.kind}"`).join(', ');
        throw new MorphloomError('usage', `There is no ${family} "${spec.kind}"; there are ${known}.`);
      }
      return found.build(spec, context);
    },
  };
}

/** A condition, and what its tags are called where it has any. */
export type NamedCondition = Condition & { readonly names?: TagNames };

/** All the families that a recipe draws from. */
export interface Parts {
  readonly encoders: PartFamily<Encoder>;
  readonly decoders: PartFamily<Decoder>;
  readonly likelihoods: PartFamily<Likelihood>;
  readonly priors: PartFamily<PriorPart>;
  readonly bounds: PartFamily<Bound>;
  readonly regularisers: PartFamily<Regulariser>;
  readonly conditions: PartFamily<NamedCondition>;
  readonly corruptions: PartFamily<Corruption>;
  readonly schedules: PartFamily<Schedule>;
}
