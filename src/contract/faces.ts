import { z } from 'zod';
import { type Similarity, similarityBetween } from '../core/similarity.ts';

/** A place in a picture: parts of its upright width and height. */
export const picturePointSchema = z.strictObject({
  x: z.number().min(0).max(1),
  y: z.number().min(0).max(1),
});
export type PicturePoint = Readonly<z.infer<typeof picturePointSchema>>;

/** Nearer than this, in parts of the picture, two places are not two eyes. */
const LEAST_APART = 0.002;

/** The centres of two eyes, the one on the left first, as the picture stands upright. */
export const eyesSchema = z
  .tuple([picturePointSchema, picturePointSchema])
  .refine(([left, right]) => Math.hypot(left.x - right.x, left.y - right.y) >= LEAST_APART, {
    error: 'the two eyes lie on one place',
  });
export type Eyes = z.infer<typeof eyesSchema>;

/**
 * Where alignment puts the eye on the left, in parts of the frame's width and height; the other lies at the
 * same height, as far from the other side.
 */
export const eyePlaceSchema = z.strictObject({
  x: z.number().min(0.05).max(0.45),
  y: z.number().min(0.05).max(0.95),
});
export type EyePlace = Readonly<z.infer<typeof eyePlaceSchema>>;

/** A face with its hair and chin fills the frame. */
export const DEFAULT_EYE_PLACE: EyePlace = { x: 0.35, y: 0.42 };

/** A picture turned, scaled and moved so that its eyes lie where those of all others do. */
export const alignedCropSchema = z.strictObject({ eyes: eyesSchema, at: eyePlaceSchema });
export type AlignedCrop = Readonly<z.infer<typeof alignedCropSchema>>;

/** What becomes of a picture in which no face is found: set aside with the reason, or brought to shape as without alignment. */
export const UNFOUND = ['set-aside', 'whole'] as const;
export type Unfound = (typeof UNFOUND)[number];

/** How an import aligns faces. */
export const faceSettingsSchema = z.strictObject({ at: eyePlaceSchema, unfound: z.enum(UNFOUND) });
export type FaceSettings = Readonly<z.infer<typeof faceSettingsSchema>>;

/** What is not said otherwise. */
export const DEFAULT_FACES: FaceSettings = { at: DEFAULT_EYE_PLACE, unfound: 'set-aside' };

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * From the frame to the picture: takes a place of the frame, both coordinates in units of the frame's width, to
 * the upright picture, in its pixels. `inverse` of it puts a picture into the frame.
 */
export function alignmentOf({ eyes, at }: AlignedCrop, upright: Size, frame: Size): Similarity {
  const y = (at.y * frame.height) / frame.width;
  return similarityBetween(
    [
      { x: at.x, y },
      { x: 1 - at.x, y },
    ],
    eyes.map((eye) => ({ x: eye.x * upright.width, y: eye.y * upright.height })),
  );
}

/** The same from pixels of the frame to pixels of the picture. */
export function pixelAlignmentOf(crop: AlignedCrop, upright: Size, frame: Size): Similarity {
  const { a, b, x, y } = alignmentOf(crop, upright, frame);
  return { a: a / frame.width, b: b / frame.width, x, y };
}
