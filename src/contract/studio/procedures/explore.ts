import { z } from 'zod';
import { FEWEST_POINTS, MOST_POINTS, WALK_TEMPERATURE } from '../../morph.ts';
import { pictureIdSchema, placeSchema } from '../../timeline.ts';
import type { CostlyPicture, Meaning } from '../findings.ts';
import type { DoubtedLabel, KindsTrust, ToldKind } from '../kinds.ts';
import type { KnownTags, OddPicture, Pixels, ToldAttribute } from '../state.ts';
import { ask, ids, count, latents, bytes, ofModel } from './ask.ts';

/** What is to be seen in a picture; what is not said is left open. */
const tagsSchema = z.strictObject({
  label: z.string().nullable(),
  attributes: z.record(z.string(), z.number()),
});
export type AskedTags = z.infer<typeof tagsSchema>;

/** What a model is played on with, beside morphs. */
export const exploreProcedures = {
  /** Where the pictures lie, brought to two dimensions. `points` is `[n, 2]`, in [0, 1]; made once and kept. */
  'explore.map': ask<{ ids: readonly string[]; points: Float32Array; labels: readonly (string | null)[] }>()({
    ...ofModel,
    method: z.enum(['pca', 'umap']),
    most: z.int().min(2).max(20_000).default(4000),
  }),
  /** The directions in which the pictures differ most: `[count, z]`, each one standard deviation long. */
  'explore.directions': ask<{
    count: number;
    latentSize: number;
    directions: Float32Array;
    /** The part of all variance that each has, in [0, 1]. */
    shares: Float32Array;
    /** The middle of the pictures. */
    mean: Float32Array;
  }>()({ ...ofModel, count: z.int().min(1).max(256) }),
  /** What samples can be asked to show; `known` is null for a model that knows no tags. */
  'explore.tags': ask<{ known: KnownTags | null }>()({ ...ofModel }),
  'explore.samples': ask<{ latents: Float32Array; pictures: Pixels }>()({
    ...ofModel,
    count: z.int().min(1).max(256),
    temperature: z.number().min(0).max(3),
    /** Of no account where tags are asked for. */
    from: z.enum(['pictures', 'mixture', 'prior']).default('pictures'),
    tags: tagsSchema.nullable().default(null),
    seed: z.int().min(0),
  }),
  /** Random places where the pictures lie, in the order of a closed loop through them: each is near the next. */
  'explore.walk': ask<{ latents: Float32Array; pictures: Pixels }>()({
    ...ofModel,
    count: z.int().min(FEWEST_POINTS).max(MOST_POINTS),
    temperature: z.number().min(0.01).max(3).default(WALK_TEMPERATURE),
    seed: z.int().min(0),
  }),
  /** The posterior means of pictures, `[n, z]`. */
  'explore.encode': ask<{ latents: Float32Array; latentSize: number }>()({ ...ofModel, ids: ids.max(1024) }),
  /** @remarks latents `[count, z]` */
  'explore.decode': ask<Pixels>()({ ...ofModel, latents, count: z.int().min(1).max(256) }),
  /** The pictures that lie nearest, by Euclidean distance of latents. */
  'explore.neighbours': ask<readonly { id: string; distance: number }[]>()({
    ...ofModel,
    place: placeSchema,
    count,
  }),
  'explore.reconstruct': ask<Pixels>()({ ...ofModel, ids: ids.max(256) }),
  /** The pictures that are unlike the others, the oddest first, as they are and as the model draws them. */
  'explore.outliers': ask<{
    pictures: readonly OddPicture[];
    originals: Pixels;
    drawn: Pixels;
    /** Of all that were looked at, the greatest first. */
    scores: Float32Array;
  }>()({
    ...ofModel,
    count: z.int().min(1).max(256).default(48),
    most: z.int().min(2).max(20_000).default(4000),
  }),
  /** Pictures that belong together, the largest group first; in each the most typical picture first. */
  'explore.groups': ask<{
    groups: readonly (readonly string[])[];
    /** Agreement with what is known of the pictures, by name; 1 is the same, 0 is chance. */
    agreement: Readonly<Record<string, number>>;
  }>()({
    ...ofModel,
    /** By the axes along which pictures differ most, by their neighbourhoods, or by what stays when they are moved. */
    by: z.enum(['axes', 'map', 'content']).default('axes'),
    /** How many; as many as the pictures speak for where null. */
    groups: z.int().min(2).max(64).nullable().default(null),
    most: z.int().min(2).max(20_000).default(4000),
  }),
  /**
   * What single directions mean, as far as anything is known of the pictures: most is said first. Of each the way along
   * it, in `steps` pictures, from one that is like all others: `[meanings · steps, z]`.
   */
  'explore.meanings': ask<{
    meanings: readonly Meaning[];
    steps: number;
    latents: Float32Array;
    pictures: Pixels;
  }>()({ ...ofModel, most: z.int().min(2).max(20_000).default(4000) }),
  /** What pictures cost to be told without loss, bits a value, by this model and by well-known formats. */
  'explore.costs': ask<{
    pictures: number;
    bits: number;
    others: readonly { name: string; bits: number }[];
    /** The dearest first. */
    dearest: readonly CostlyPicture[];
    /** The cheapest first. */
    cheapest: readonly CostlyPicture[];
  }>()({
    ...ofModel,
    most: z.int().min(2).max(2000).default(300),
    count: z.int().min(1).max(64).default(24),
  }),
  /** What pictures without a label are told to be by those that have one. */
  'explore.kinds': ask<{
    /** The labels that are told apart, in order; fewer than two, or too many, tell nothing. */
    kinds: readonly string[];
    tooMany: boolean;
    /** Pictures with a label, and without. */
    labelled: number;
    unlabelled: number;
    /** Those whose kind is sure, the surest first. */
    sure: readonly ToldKind[];
    /** The others; those first that are nearest to being sure. */
    unsure: readonly ToldKind[];
    /** Labels that are surely another than what is told, the surest first. */
    doubted: readonly DoubtedLabel[];
    /** Null where too few pictures have a label to say. */
    trust: KindsTrust | null;
  }>()({ ...ofModel, most: z.int().min(2).max(20_000).default(20_000) }),
  /**
   * Fills in what is missing of a picture, in several ways: the most probable first, then others that are probable,
   * and the latents of each.
   */
  'explore.complete': ask<{ latents: Float32Array; pictures: Pixels }>()({
    ...ofModel,
    id: pictureIdSchema,
    /** `[height, width]` of the model's pictures, not 0 where something is missing. */
    hole: bytes,
    count: z.int().min(1).max(16).default(6),
    seed: z.int().min(0).default(1),
  }),
  /** What a place shows, in words, as far as they are known. */
  'explore.tell': ask<{
    /** By a model that knows tags; null for another. */
    tags: { label: string | null; attributes: readonly ToldAttribute[] } | null;
    /** The labels of the nearest pictures that have one, the most frequent first; parts of 1. */
    nearby: readonly { label: string; part: number }[];
  }>()({ ...ofModel, place: placeSchema }),
} as const;
