import type { CropRectangle, PictureCrop } from '../../../contract/dataset.ts';

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle in whole pixels of the picture: at least one, and none beyond it. */
export function wholePixels(
  { x, y, width, height }: CropRectangle,
  upright: Size,
): { left: number; top: number; width: number; height: number } {
  const left = Math.min(Math.round(x * upright.width), upright.width - 1);
  const top = Math.min(Math.round(y * upright.height), upright.height - 1);
  const right = Math.min(Math.max(Math.round((x + width) * upright.width), left + 1), upright.width);
  const bottom = Math.min(Math.max(Math.round((y + height) * upright.height), top + 1), upright.height);
  return { left, top, width: right - left, height: bottom - top };
}

/** How many pixels of the original, at its own size, a frame of the format's shape holds with this crop. */
export function shownSize(upright: Size, format: Size, crop: PictureCrop): Size {
  const part = typeof crop === 'string' ? upright : wholePixels(crop, upright);
  const ratios = [part.width / format.width, part.height / format.height] as const;
  const ratio = crop === 'fit' ? Math.max(...ratios) : Math.min(...ratios);
  return {
    width: Math.max(1, Math.round(format.width * ratio)),
    height: Math.max(1, Math.round(format.height * ratio)),
  };
}
