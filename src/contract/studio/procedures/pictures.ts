import { z } from 'zod';
import { cropRectangleSchema, cropSchema, imageFormatSchema, type SetAside } from '../../dataset.ts';
import { eyesSchema, faceSettingsSchema } from '../../faces.ts';
import { pictureIdSchema } from '../../timeline.ts';
import type { EncodedPicture, Job, PictureState, Pixels } from '../state.ts';
import { ask, folder, project, ids, count } from './ask.ts';

/** A project's pictures: how they come, how they are seen and edited. */
export const picturesProcedures = {
  /** Makes the project hold the pictures of these folders and files: a job. Settings left out stay as they are. */
  'pictures.import': ask<Job>()({
    project,
    /** Null: those that it has. */
    sources: z.array(folder).min(1).max(10_000).nullable().default(null),
    /** Whether the sources come on top of those that it has. */
    add: z.boolean().default(false),
    format: imageFormatSchema.nullable().default(null),
    crop: cropSchema.nullable().default(null),
    /** Aligns pictures by their faces from now on, or no more; null leaves it as it is. */
    faces: z
      .union([faceSettingsSchema.partial(), z.literal('off')])
      .nullable()
      .default(null),
    labels: folder.nullable().default(null),
    /** Forgets the table of labels that it has: that a file is gone must not stop the import. */
    withoutLabels: z.boolean().default(false),
    keepDuplicates: z.boolean().nullable().default(null),
  }),
  'pictures.list': ask<{ total: number; pictures: readonly PictureState[] }>()({
    project,
    from: z.int().min(0),
    count,
    /** Only of this label; '' those without. */
    label: z.string().nullable().default(null),
    /** Only those whose name has this in it. */
    search: z.string().max(200).default(''),
    /** Only these, as far as they are there, in this order; whatever their label and name. */
    ids: ids.max(1024).nullable().default(null),
  }),
  /** The packed pixels, as the model sees them: at once there, for any number of pictures. */
  'pictures.pixels': ask<Pixels>()({ project, ids: ids.max(1024) }),
  /** The original, cropped as in the dataset, at about this side; kept on disk once made. */
  'pictures.thumbnails': ask<readonly EncodedPicture[]>()({
    project,
    ids: ids.max(64),
    side: z.int().min(16).max(1024),
  }),
  /** The original, uncropped, at most this wide and high: for cropping and for placing eyes; also of what was set aside and has an id. */
  'pictures.original': ask<EncodedPicture & { width: number; height: number }>()({
    project,
    id: pictureIdSchema,
    side: z.int().min(16).max(4096),
  }),
  'pictures.setAside': ask<{ total: number; files: readonly SetAside[] }>()({
    project,
    from: z.int().min(0),
    count,
  }),
  /**
   * Edits that outlive a new import; each gives a job that brings the dataset up to date. `restore` takes
   * files back that were set aside as duplicates, or by hand.
   */
  'pictures.edit': ask<Job>()({
    project,
    restore: z.array(folder).max(100_000).default([]),
    /** Takes the restoring of duplicates back: these files are compared with the others again. */
    unrestore: z.array(folder).max(100_000).default([]),
    remove: z.array(pictureIdSchema).max(100_000).default([]),
    /** A null label is none; it takes the place of that of the folder or table. */
    label: z
      .strictObject({ ids, label: z.string().max(200).nullable() })
      .nullable()
      .default(null),
    /** Null brings back the crop of the whole dataset. */
    crop: z
      .strictObject({ id: pictureIdSchema, rectangle: cropRectangleSchema.nullable() })
      .nullable()
      .default(null),
    /**
     * Aligns a picture by two eyes placed by hand, in any order, whether or not faces are aligned; also one that
     * was set aside for want of a face, by its `id` there. Null leaves them to be found. Eyes take the place of
     * a crop by hand, and a crop of eyes.
     */
    eyes: z.strictObject({ id: pictureIdSchema, eyes: eyesSchema.nullable() }).nullable().default(null),
  }),
} as const;
