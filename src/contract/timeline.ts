import { z } from 'zod';
import { EASING_NAMES, type EasingName } from '../core/easing.ts';
import { LOOPS } from '../core/timeline.ts';
import { pictureCropSchema, pictureIdSchema } from './dataset.ts';
import { encodingSchema } from './encoding.ts';
import { MAX_SCALE, MORPH_PATHS } from './morph.ts';

export { pictureIdSchema } from './dataset.ts';

const easing = z.enum(EASING_NAMES as readonly [EasingName, ...EasingName[]]);

/** A place in the latent space: where a picture of the project lies, or a point of its own (a sample, a spot on the map). */
export const placeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('picture'), id: pictureIdSchema }),
  z.strictObject({
    kind: z.literal('latent'),
    values: z.array(z.number()).min(1).max(4096),
    /** What people call it: "sample 12". */
    name: z.string().max(200).default(''),
  }),
]);
export type Place = z.infer<typeof placeSchema>;

export const MAX_KEYFRAMES = 1000;
export const MAX_SECONDS = 3600;
/** How far attributes move pictures, in standard deviations: beyond it there are no pictures. */
export const MAX_MOVE = 10;

export const keyframeSchema = z.strictObject({
  /** Its own name in this timeline, so that it can be moved about and still be the same. */
  key: z.string().min(1).max(64),
  place: placeSchema,
  /** How long it stays, at each visit. */
  holdSeconds: z.number().min(0).max(MAX_SECONDS).default(0),
  /** How long the way to the next takes; null shares the timeline's time out by how far the ways are. */
  seconds: z.number().min(0.001).max(MAX_SECONDS).nullable().default(null),
  /** How time passes on the way to the next. */
  ease: easing.default('ease-in-out-sine'),
});
export type TimelineKeyframe = z.infer<typeof keyframeSchema>;

/** An attribute that is turned up and down along the way. */
export const trackSchema = z.strictObject({
  attribute: z.string().min(1).max(200),
  points: z
    .array(
      z.strictObject({
        /** Where on the way, in keyframes: 1.5 is half-way between the second and the third. */
        at: z.number().min(0).max(MAX_KEYFRAMES),
        /** In standard deviations of the pictures along the attribute. */
        value: z.number().min(-MAX_MOVE).max(MAX_MOVE),
        /** How the value passes to that of the next point. */
        ease: easing.default('ease-in-out-sine'),
      }),
    )
    .max(1000),
});
export type TimelineTrack = z.infer<typeof trackSchema>;

/** A morph as the artist edits it: `morphs/<id>.json`. */
export const timelineSchema = z.strictObject({
  schema: z.literal(1),
  name: z.string().min(1).max(200),
  keyframes: z.array(keyframeSchema).max(MAX_KEYFRAMES),
  tracks: z.array(trackSchema).max(64).default([]),
  /** Null where it follows from the number of keyframes. */
  path: z.enum(MORPH_PATHS).nullable().default(null),
  loop: z.enum(LOOPS).default('pingpong'),
  /** How much of what the model cannot draw is added back: 0 is the model's own picture, 1 the artist's. */
  detail: z.number().min(0).max(1).default(1),
  /** Whether a copy of the model's decoder is fitted to the keyframes' pictures first: cleaner between them, and slower to begin. */
  fit: z.boolean().default(false),
  /** The time of all ways that have none of their own, in one direction and without holds. */
  seconds: z.number().min(0.001).max(MAX_SECONDS).default(2),
  framesPerSecond: z.number().min(0.1).max(240).default(30),
});
export type Timeline = z.infer<typeof timelineSchema>;

/** What a timeline's export holds beside the keys that all have: all that is needed to make it again. */
export const timelineRecipeSchema = z
  .object({
    kind: z.literal('timeline'),
    /** What the project's folder was called; in exports of the first version, its absolute path. */
    project: z.string().min(1),
    /** The pictures that the timeline names: where each was (seen from the project's folder, with slashes), and how it was brought to the model's shape. */
    pictures: z.array(z.object({ source: z.string().min(1), id: pictureIdSchema, crop: pictureCropSchema })),
    timeline: timelineSchema,
    /** The picture whose whole photo the faces were put back on. */
    onto: pictureIdSchema.optional(),
    /** Size of the frames, as a multiple of the model's pictures. */
    scale: z.number().min(1).max(MAX_SCALE),
    /** How they became this file; where a limit of size was met, what came out of it. */
    encoding: encodingSchema.prefault({}),
  })
  .readonly();
export type TimelineRecipe = z.infer<typeof timelineRecipeSchema>;
