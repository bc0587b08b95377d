import { concatBytes, viewOf } from './bytes.ts';
import type { Frame } from './frame.ts';
import { PNG_SIGNATURE, pngChunk, recipeChunk, splitPng } from './png.ts';

/** Animated PNG (PNG specification, third edition, 11.3.2.4 and 4.9): chunks around ordinary PNG data. */

/** A part of a frame, in pixels. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The start of an animation, always of the same length for the same recipe.
 * @param frames how many it has, at least 1
 * @param plays how often it plays; 0 for ever
 */
export function apngStart(
  { width, height, channels }: Pick<Frame, 'width' | 'height' | 'channels'>,
  frames: number,
  plays: number,
  recipe: string,
): Uint8Array {
  const header = new Uint8Array(13);
  viewOf(header).setUint32(0, width);
  viewOf(header).setUint32(4, height);
  header[8] = 8; // bits
  header[9] = channels === 4 ? 6 : 2; // with alpha, or without
  const control = new Uint8Array(8);
  viewOf(control).setUint32(0, frames);
  viewOf(control).setUint32(4, plays);
  return concatBytes([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    recipeChunk(recipe),
    pngChunk('acTL', control),
  ]);
}

export interface ApngImage extends Rectangle {
  readonly delayMs: number;
  /** The compressed pixels: what the IDAT chunks of a PNG of this rectangle hold. */
  readonly pixels: Uint8Array;
}

/**
 * One frame as it lies in the file. It replaces its rectangle; what is around it stays.
 * @param sequence the number of sequence of its first chunk: 0 for the first frame, which everybody sees
 * @returns the bytes, and the number that is next
 */
export function apngImage(image: ApngImage, sequence: number): { bytes: Uint8Array; next: number } {
  const control = new Uint8Array(26);
  const view = viewOf(control);
  [sequence, image.width, image.height, image.left, image.top].forEach((value, i) =>
    view.setUint32(4 * i, value),
  );
  view.setUint16(20, image.delayMs);
  view.setUint16(22, 1000);
  const parts = [pngChunk('fcTL', control)];
  if (sequence === 0) return { bytes: concatBytes([...parts, pngChunk('IDAT', image.pixels)]), next: 1 };
  const numbered = new Uint8Array(4 + image.pixels.length);
  viewOf(numbered).setUint32(0, sequence + 1);
  numbered.set(image.pixels, 4);
  return { bytes: concatBytes([...parts, pngChunk('fdAT', numbered)]), next: sequence + 2 };
}

/** The end of an animation. */
export const apngEnd = pngChunk('IEND', new Uint8Array(0));

/** The compressed pixels of a PNG. */
export function pixelsOfPng(png: Uint8Array): Uint8Array {
  return concatBytes(splitPng(png).flatMap(({ type, data }) => (type === 'IDAT' ? [data] : [])));
}

/** The smallest rectangle outside which two frames of one size are equal; one pixel where they are equal. */
export function changedRectangle({ width, height, channels, data }: Frame, before: Uint8Array): Rectangle {
  const rowBytes = width * channels;
  const rowDiffers = (y: number): boolean => {
    for (let i = y * rowBytes; i < (y + 1) * rowBytes; i++) if (data[i] !== before[i]) return true;
    return false;
  };
  let top = 0;
  while (top < height && !rowDiffers(top)) top++;
  if (top === height) return { left: 0, top: 0, width: 1, height: 1 };
  let bottom = height - 1;
  while (!rowDiffers(bottom)) bottom--;
  let [left, right] = [rowBytes, -1];
  for (let y = top; y <= bottom; y++) {
    const start = y * rowBytes;
    let i = 0;
    while (i < left && data[start + i] === before[start + i]) i++;
    left = Math.min(left, i);
    let j = rowBytes - 1;
    while (j > right && data[start + j] === before[start + j]) j--;
    right = Math.max(right, j);
  }
  const first = Math.floor(left / channels);
  return { left: first, top, width: Math.floor(right / channels) - first + 1, height: bottom - top + 1 };
}

/** A part of a frame, by itself. */
export function cut({ width, channels, data }: Frame, rectangle: Rectangle): Frame {
  const rowBytes = rectangle.width * channels;
  const part = new Uint8Array(rectangle.height * rowBytes);
  for (let y = 0; y < rectangle.height; y++) {
    const from = ((rectangle.top + y) * width + rectangle.left) * channels;
    part.set(data.subarray(from, from + rowBytes), y * rowBytes);
  }
  return { width: rectangle.width, height: rectangle.height, channels, data: part };
}
