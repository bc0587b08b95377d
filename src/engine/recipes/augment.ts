import type { Rng } from '../../core/rng.ts';
import type { ImageShape } from '../model/shape.ts';

export interface Augmentation {
  /** The chance of mirroring a picture left to right. */
  readonly flip: number;
  /** The largest shift, in pixels. */
  readonly shift: number;
  /** Makes each value black or white, white as likely as it is bright (Salakhutdinov & Murray 2008). */
  readonly binarise: boolean;
}

/**
 * Changes a batch of uint8 pictures in place: mirrors them, and shifts them by whole pixels, the edges
 * repeated; then binarises them, where asked. Draws the same numbers whatever the pictures are.
 */
export function augment(
  pixels: Uint8Array,
  image: ImageShape,
  { flip, shift, binarise }: Augmentation,
  rng: Rng,
): void {
  move(pixels, image, { flip, shift }, rng);
  if (binarise) binarisePixels(pixels, rng);
}

/** Draws each uint8 value as 0 or 255, its mean kept, in place. */
export function binarisePixels(pixels: Uint8Array, rng: Rng): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = rng.uniform() * 255 < pixels[i] ? 255 : 0;
}

function move(
  pixels: Uint8Array,
  image: ImageShape,
  { flip, shift }: Pick<Augmentation, 'flip' | 'shift'>,
  rng: Rng,
): void {
  if (flip === 0 && shift === 0) return;
  const size = image.width * image.height * image.channels;
  const before = new Uint8Array(size);
  for (let start = 0; start < pixels.length; start += size) {
    const mirrored = rng.uniform() < flip;
    const dx = shift === 0 ? 0 : rng.below(2 * shift + 1) - shift;
    const dy = shift === 0 ? 0 : rng.below(2 * shift + 1) - shift;
    if (!mirrored && dx === 0 && dy === 0) continue;
    const picture = pixels.subarray(start, start + size);
    before.set(picture);
    resample(before, picture, image, mirrored, dx, dy);
  }
}

function resample(
  from: Uint8Array,
  to: Uint8Array,
  image: ImageShape,
  mirrored: boolean,
  dx: number,
  dy: number,
): void {
  const { width, height, channels } = image;
  for (let y = 0; y < height; y++) {
    const sourceY = Math.min(height - 1, Math.max(0, y - dy));
    for (let x = 0; x < width; x++) {
      const shifted = Math.min(width - 1, Math.max(0, x - dx));
      const sourceX = mirrored ? width - 1 - shifted : shifted;
      const source = (sourceY * width + sourceX) * channels;
      const target = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) to[target + c] = from[source + c];
    }
  }
}
