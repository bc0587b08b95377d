import { z } from 'zod';

/** A place in a picture that stands upright, in its pixels; a pixel's middle lies at half. */
const pointSchema = z.tuple([z.number(), z.number()]);
export type FacePoint = z.infer<typeof pointSchema>;

/** A face in a picture. "Left" is the left of whoever looks at the face, not of whom it belongs to. */
export const faceSchema = z.strictObject({
  /** x, y, width, height. */
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  /** The middles of the eyes' openings, the left one first. They do not follow the gaze. */
  eyes: z.tuple([pointSchema, pointSchema]),
  /** The face's outline, from the top of the forehead clockwise: 36 places. */
  outline: z.array(pointSchema),
  noseTip: pointSchema,
  /** Corners of the mouth, the left one first. */
  mouth: z.tuple([pointSchema, pointSchema]),
  /** How sure the finder is, in [0, 1]. */
  score: z.number(),
});
export type Face = Readonly<z.infer<typeof faceSchema>>;

/** What was found in a picture: the largest and most central first. */
export const foundFacesSchema = z.strictObject({
  /** The size of the upright picture, in pixels. */
  width: z.int().min(1),
  height: z.int().min(1),
  faces: z.array(faceSchema).readonly(),
});
export type FoundFaces = Readonly<z.infer<typeof foundFacesSchema>>;

/** Places on a face as the MediaPipe face mesh numbers them. */
export const LEFT_EYE = [33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246];
export const RIGHT_EYE = [263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466];
export const OUTLINE = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149,
  150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];
export const NOSE_TIP = 1;
export const MOUTH = [61, 291] as const;
