import { z } from 'zod';
import { encodingSchema, type ExportEstimate } from '../../encoding.ts';
import { pictureIdSchema, timelineSchema } from '../../timeline.ts';
import { FILM_FORMATS } from '../films.ts';
import type { Job } from '../state.ts';
import { ask, project, name, bytes, ofModel } from './ask.ts';

export const EXPORT_FORMATS = ['gif', 'webp', 'apng', 'mp4', 'webm', 'frames', 'sheet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const exportSettingsSchema = z.strictObject({
  format: z.enum(EXPORT_FORMATS),
  /** Size of the frames, as a multiple of the model's pictures, where `side` is null. */
  scale: z.number().min(1).max(16).default(1),
  /** The file's name, without its ending; one that is taken gets a number. */
  name,
  ...encodingSchema.shape,
  /** No file may be larger: what is seen least is given up, and the job's notes say what. Frames and sheets take none. */
  maxBytes: z.int().min(1).nullable().default(null),
  /** Puts faces back on the whole photo of this picture, a keyframe's that is aligned; the photo is then the frame. */
  onto: pictureIdSchema.nullable().default(null),
});
export type ExportSettings = z.infer<typeof exportSettingsSchema>;

/** Exports, and films that a window encodes for the engine. */
export const exportsProcedures = {
  'exports.start': ask<Job>()({ ...ofModel, timeline: timelineSchema, settings: exportSettingsSchema }),
  /** About how large an export will be: a sample of its frames is drawn and encoded, which takes seconds. */
  'exports.estimate': ask<ExportEstimate>()({
    ...ofModel,
    timeline: timelineSchema,
    settings: exportSettingsSchema.omit({ name: true }),
  }),
  /** Which formats this machine writes; where one is missing, why, and what to do, as a sentence. */
  'exports.formats': ask<readonly { format: ExportFormat; why: string | null }[]>()({}),
  /** What this window's codecs encode, for the topic `films`; it holds until the line closes, or another offer is made. */
  'films.offer': ask<Record<never, never>>()({
    formats: z.array(z.enum(FILM_FORMATS)).max(FILM_FORMATS.length),
  }),
  /**
   * Frames of a film that this window was asked to encode: I420, or I420A, BT.709 in limited range, one behind
   * the other; fewer than `most` where they are large. Throws `usage` once it is no longer this window's.
   */
  'films.frames': ask<{ count: number; bytes: Uint8Array }>()({
    film: z.string(),
    from: z.int().min(0),
    most: z.int().min(1).max(64),
  }),
  /** A piece of the encoded file; pieces may come in any order, and again. */
  'films.write': ask<Record<never, never>>()({ film: z.string(), position: z.int().min(0), bytes }),
  /** The file is whole, or could not be encoded: then why, as a sentence. */
  'films.end': ask<Record<never, never>>()({ film: z.string(), error: z.string().max(1000).nullable() }),
  'exports.remove': ask<Record<never, never>>()({ project, name: z.string() }),
  /** A finished export's bytes, piece by piece: for windows on another machine. */
  'exports.read': ask<{ bytes: Uint8Array; total: number; type: string }>()({
    project,
    name: z.string(),
    offset: z.int().min(0),
    most: z
      .int()
      .min(1)
      .max(4 * 1024 * 1024),
  }),
} as const;
