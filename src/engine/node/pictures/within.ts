import { openPicture, damaged } from './decode.ts';
import type { Size } from './geometry.ts';
import type { PictureBytes } from './read.ts';

/** A whole picture, upright, made small. */
export interface SmallPicture extends Size {
  /** `[height, width, 3]`, sRGB; transparent parts lie on white. */
  readonly rgb: Uint8Array;
  /** The size of the original, upright. */
  readonly original: Size;
}

/** Decodes a whole picture at most `side` wide and high. Throws a PictureProblem. */
export async function decodeWithin(picture: PictureBytes, side: number): Promise<SmallPicture> {
  const { pipeline, upright } = await openPicture(picture);
  try {
    const { data, info } = await pipeline()
      .autoOrient()
      .resize(side, side, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, rgb: data, original: upright };
  } catch (cause) {
    throw damaged(picture.source, cause);
  }
}

/** The size of a picture as it stands upright. Throws a PictureProblem. */
export async function uprightSize(picture: PictureBytes): Promise<Size> {
  return (await openPicture(picture)).upright;
}
