import sharp from 'sharp';
import type { ImageFormat, PictureCrop } from '../../../contract/dataset.ts';
import { type Admit, damaged, decodeAtSize, openPicture } from './decode.ts';
import { shownSize } from './geometry.ts';
import type { PictureBytes } from './read.ts';

/** A picture as a browser shows it: WebP, upright, in sRGB. */
export interface EncodedImage {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

// More effort makes a file some percent smaller and takes twice as long, for somebody who waits.
const WEBP = { quality: 82, effort: 2, smartSubsample: true } as const;

/**
 * What a dataset of this format shows of a picture, larger.
 * @param side of the longer side, in pixels; less where the original has no more
 * @throws PictureProblem
 */
export async function encodeThumbnail(
  picture: PictureBytes,
  format: ImageFormat,
  crop: PictureCrop,
  side: number,
  admit?: Admit,
): Promise<EncodedImage> {
  const { upright } = await openPicture(picture);
  const shown = shownSize(upright, format, crop);
  const scale = Math.min(side, Math.max(shown.width, shown.height)) / Math.max(format.width, format.height);
  const size = {
    width: Math.max(1, Math.round(format.width * scale)),
    height: Math.max(1, Math.round(format.height * scale)),
  };
  const { pixels } = await decodeAtSize(picture, format, crop, size, admit);
  const { channels } = format;
  if (channels === 4) unpremultiply(pixels);
  const bytes = await sharp(pixels, { raw: { ...size, channels } })
    .webp(WEBP)
    .toBuffer();
  return { bytes, ...size };
}

/**
 * A picture whole.
 * @param side at most this wide and high, in pixels; never larger than the original
 * @throws PictureProblem
 */
export async function encodeOriginal(
  picture: PictureBytes,
  side: number,
  admit?: Admit,
): Promise<EncodedImage> {
  const { pipeline, bytesToDecode } = await openPicture(picture);
  const release = await admit?.(bytesToDecode);
  try {
    const { data, info } = await pipeline()
      .autoOrient()
      .resize(side, side, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .webp(WEBP)
      .toBuffer({ resolveWithObject: true });
    return { bytes: data, width: info.width, height: info.height };
  } catch (cause) {
    throw damaged(picture.source, cause);
  } finally {
    release?.();
  }
}

/** Turns premultiplied RGBA into straight, in place. */
function unpremultiply(rgba: Uint8Array): void {
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3] ?? 0;
    if (alpha === 0 || alpha === 255) continue;
    for (let c = i; c < i + 3; c++) rgba[c] = Math.min(255, Math.round(((rgba[c] ?? 0) * 255) / alpha));
  }
}
