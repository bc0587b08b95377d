import { z } from 'zod';
import { placeSchema } from '../../timeline.ts';
import type { Job, Pixels } from '../state.ts';
import { ask, project, name, names, ids, bytes, ofModel } from './ask.ts';

/** Attributes: learned, freed, handed on, tried. */
export const attributesProcedures = {
  /** Learns an attribute from piles, a label, or a column of the table: a job. */
  'attributes.learn': ask<Job>()({
    ...ofModel,
    name,
    examples: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('piles'), with: ids, without: ids }),
      z.strictObject({ kind: z.literal('label'), label: z.string() }),
      z.strictObject({ kind: z.literal('column'), column: z.string() }),
    ]),
    method: z.enum(['mean', 'logistic']).nullable().default(null),
    /** Attributes of this model that are not to come along. */
    apart: names,
    /** Attributes of this model that are made equally frequent on both sides. */
    balance: names,
  }),
  /** Keeps a direction of `explore.directions`, from 1 on, as an attribute. */
  'attributes.keepDirection': ask<Record<never, never>>()({
    ...ofModel,
    name,
    direction: z.int().min(1).max(256),
    /** Whether its lower end is what the name says. */
    reversed: z.boolean().default(false),
  }),
  /** Frees an attribute of others, so that they do not come along; of none puts it back as it was learned. */
  'attributes.free': ask<Record<never, never>>()({ ...ofModel, name, of: names }),
  'attributes.remove': ask<Record<never, never>>()({ project, name }),
  /** An attribute as a file, for others who have the same model. */
  'attributes.save': ask<{ file: string; bytes: Uint8Array }>()({ ...ofModel, name }),
  /**
   * Takes an attribute from such a file; a name that is taken gets a number. Throws `input` for a file that is
   * none, or that belongs to another model.
   */
  'attributes.add': ask<{ name: string }>()({
    ...ofModel,
    /** The file's name, for what is said about it. */
    file: z.string().min(1).max(1024),
    bytes,
  }),
  /** A place moved along attributes, one picture for each factor that all amounts are multiplied by. */
  'attributes.sweep': ask<{ latents: Float32Array; pictures: Pixels }>()({
    ...ofModel,
    place: placeSchema,
    /** In standard deviations. */
    moves: z.array(z.strictObject({ name, amount: z.number().min(-10).max(10) })).max(64),
    factors: z.array(z.number().min(-10).max(10)).min(1).max(64),
  }),
} as const;
