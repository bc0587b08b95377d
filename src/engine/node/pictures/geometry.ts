import { type CropRectangle, isAligned, type PictureCrop } from '../../../contract/dataset.ts';
import { pixelAlignmentOf } from '../../../contract/faces.ts';
import { scaleOf } from '../../../core/similarity.ts';

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * The largest part of the format's shape in the middle of a rectangle, in whole pixels of the picture: at
 * least one, and none beyond it. It does not depend on the format's size, so that every size shows the same.
 */
export function partOf(
  { x, y, width, height }: CropRectangle,
  upright: Size,
  format: Size,
): Size & { readonly left: number; readonly top: number } {
  const part = {
    width: Math.min(width, 1 - x) * upright.width,
    height: Math.min(height, 1 - y) * upright.height,
  };
  const scale = Math.min(part.width / format.width, part.height / format.height);
  const across = within(x * upright.width, part.width, format.width * scale, upright.width);
  const down = within(y * upright.height, part.height, format.height * scale, upright.height);
  return { left: across.start, top: down.start, width: across.length, height: down.length };
}

/** The middle `wanted` of a stretch, in whole pixels, in a row of `most`. */
function within(
  start: number,
  length: number,
  wanted: number,
  most: number,
): { readonly start: number; readonly length: number } {
  const from = Math.min(Math.round(start + (length - wanted) / 2), most - 1);
  const to = Math.min(Math.max(Math.round(start + (length + wanted) / 2), from + 1), most);
  return { start: from, length: to - from };
}

/** How many pixels of the original, at its own size, a frame of the format's shape holds with this crop. */
export function shownSize(upright: Size, format: Size, crop: PictureCrop): Size {
  if (isAligned(crop)) {
    const ratio = scaleOf(pixelAlignmentOf(crop, upright, format));
    return {
      width: Math.max(1, Math.round(format.width * ratio)),
      height: Math.max(1, Math.round(format.height * ratio)),
    };
  }
  if (typeof crop !== 'string') return partOf(crop, upright, format);
  const ratios = [upright.width / format.width, upright.height / format.height] as const;
  const ratio = crop === 'fit' ? Math.max(...ratios) : Math.min(...ratios);
  return {
    width: Math.max(1, Math.round(format.width * ratio)),
    height: Math.max(1, Math.round(format.height * ratio)),
  };
}
