import type { Crop, ImageFormat } from '../../contract/dataset.ts';
import { decodeBytes, readPictureFile } from '../node/pictures/index.ts';
import type { PictureShape } from './codec.ts';
import type { Keyframe } from './morph.ts';
import { hashOf } from '../dataset/items.ts';

export interface KeyframeFile extends Keyframe {
  /** Hash of the file's content, as the dataset's ids are. */
  readonly id: string;
}

/**
 * Reads a picture file for a morph: at the model's size, and at that of the frames.
 * @param scale size of the frames, as a multiple of `image`
 */
export async function readKeyframe(
  file: string,
  image: PictureShape,
  crop: Crop,
  scale: number,
): Promise<KeyframeFile> {
  const content = await readPictureFile(file);
  const format = image as ImageFormat;
  const { pixels } = await decodeBytes(content, format, crop);
  const wide = {
    ...format,
    width: Math.round(image.width * scale),
    height: Math.round(image.height * scale),
  };
  const large = scale === 1 ? pixels : (await decodeBytes(content, wide, crop)).pixels;
  return { id: hashOf(content.data), pixels, large };
}
