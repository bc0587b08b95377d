import { z } from 'zod';
import { type AlignedCrop, alignedCropSchema } from './faces.ts';

/** The largest side that a model's pictures may have, in pixels. */
export const MAX_SIDE = 4096;

/** What a stored picture looks like: height rows of width pixels of `channels` bytes (1 grey, 3 sRGB, 4 sRGB with premultiplied alpha). */
export const imageFormatSchema = z
  .strictObject({
    width: z.int().min(1).max(MAX_SIDE),
    height: z.int().min(1).max(MAX_SIDE),
    channels: z.union([z.literal(1), z.literal(3), z.literal(4)]),
  })
  .readonly();
export type ImageFormat = z.infer<typeof imageFormatSchema>;

/** Bytes of one stored picture. */
export function bytesPerPicture({ width, height, channels }: ImageFormat): number {
  return width * height * channels;
}

/**
 * How a picture is brought to the format's shape: `centre` fills it and cuts what hangs over, evenly;
 * `fit` keeps all of it and fills the bars with the colour of the edge (transparent with alpha);
 * `entropy` fills it and keeps the part with the most detail.
 */
export const cropSchema = z.enum(['centre', 'fit', 'entropy']);
export type Crop = z.infer<typeof cropSchema>;

/**
 * A crop by hand: parts of the original's upright width and height, in [0, 1]. What hangs over the picture
 * is cut off; where its shape is not the format's, the format is filled from its middle.
 */
export const cropRectangleSchema = z.strictObject({
  x: z.number().min(0).max(1),
  y: z.number().min(0).max(1),
  width: z.number().gt(0).max(1),
  height: z.number().gt(0).max(1),
});
export type CropRectangle = Readonly<z.infer<typeof cropRectangleSchema>>;

/** How one picture was brought to shape: as all are, by hand, or by its eyes. */
export const pictureCropSchema = z.union([cropSchema, cropRectangleSchema, alignedCropSchema]);
export type PictureCrop = Crop | CropRectangle | AlignedCrop;

/** Whether a picture was brought to shape by its eyes. */
export function isAligned(crop: PictureCrop): crop is AlignedCrop {
  return typeof crop !== 'string' && 'eyes' in crop;
}

/** Whether a picture was cropped by hand. */
export function isRectangle(crop: PictureCrop): crop is CropRectangle {
  return typeof crop !== 'string' && !isAligned(crop);
}

/** Whether two crops show the same part of a picture. */
export function sameCrop(a: PictureCrop, b: PictureCrop): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  if (isAligned(a) || isAligned(b)) {
    if (!isAligned(a) || !isAligned(b) || a.at.x !== b.at.x || a.at.y !== b.at.y) return false;
    return a.eyes.every(({ x, y }, i) => x === b.eyes[i]?.x && y === b.eyes[i].y);
  }
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

/** What a picture is known by: a hash of its content. */
export const pictureIdSchema = z.string().regex(/^[0-9a-f]{32}$/);

/** A file as it stood when it was last looked at; times in milliseconds since 1970. */
export const fileStampSchema = z
  .strictObject({ bytes: z.number(), modified: z.number(), changed: z.number() })
  .readonly();
export type FileStamp = z.infer<typeof fileStampSchema>;

export const datasetEntrySchema = z
  .strictObject({
    /** Hash of the content: the same picture has the same id, whatever its name. */
    id: pictureIdSchema,
    /** Absolute path; of a picture inside a set file, `path#index`. */
    source: z.string().min(1),
    label: z.string().nullable(),
    /** Numbers that came with a table: an attribute that is absent is unknown. */
    attributes: z.record(z.string(), z.number()).readonly().optional(),
    crop: pictureCropSchema,
    /** How many faces were found in it, where they were looked for; it is aligned by the largest. */
    faces: z.int().min(0).optional(),
    /** The size of the original, upright, in pixels. */
    width: z.int().min(1),
    height: z.int().min(1),
    stamp: fileStampSchema,
  })
  .readonly();
export type DatasetEntry = z.infer<typeof datasetEntrySchema>;

export const setAsideKindSchema = z.enum([
  'unreadable',
  'empty',
  'damaged',
  'not-a-picture',
  'table',
  'unsupported',
  'too-large',
  'duplicate',
  'near-duplicate',
  'removed',
  'no-face',
]);
export type SetAsideKind = z.infer<typeof setAsideKindSchema>;

/** A file that was looked at and not taken, and why. */
export const setAsideSchema = z
  .strictObject({
    source: z.string().min(1),
    kind: setAsideKindSchema,
    /** In plain words, what is the matter and what helps: the rest of a sentence that starts with the file. */
    reason: z.string(),
    /** Of a duplicate: the source of the picture that was kept. */
    of: z.string().optional(),
    /** Of a duplicate, and of what was removed by hand: its own content and state, so that it is not looked at again while both stay as they are. */
    id: z.string().optional(),
    stamp: fileStampSchema.optional(),
    /** Of the same: how many pictures of the set come before it, and what it would bring along. */
    at: z.int().min(0).optional(),
    label: z.string().nullable().optional(),
    attributes: z.record(z.string(), z.number()).readonly().optional(),
  })
  .readonly();
export type SetAside = z.infer<typeof setAsideSchema>;

/** What one import did. */
export interface ImportReport {
  /** Pictures in the set now: `added + kept`. */
  readonly count: number;
  /** Pictures that were decoded in this import. */
  readonly added: number;
  /** Pictures that were taken over from the import before, unchanged. */
  readonly kept: number;
  /** Pictures of the import before that are no longer in the set. */
  readonly removed: number;
  readonly format: ImageFormat;
  readonly crop: Crop;
  readonly labels: readonly string[];
  readonly setAside: readonly SetAside[];
  /** With a table of labels: pictures that it does not name, and rows that name no picture. */
  readonly table?: { readonly picturesWithoutRow: number; readonly rowsWithoutPicture: number };
  /** Where faces are aligned: pictures by the eyes that were found, by eyes placed by hand, kept whole, and those with several faces. */
  readonly faces?: {
    readonly found: number;
    readonly byHand: number;
    readonly whole: number;
    /** Sources: aligned by the largest face. */
    readonly several: readonly string[];
  };
  readonly contentHash: string;
  readonly seconds: number;
}
