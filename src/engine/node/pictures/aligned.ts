import type { Sharp } from 'sharp';
import type { ImageFormat } from '../../../contract/dataset.ts';
import { type AlignedCrop, pixelAlignmentOf } from '../../../contract/faces.ts';
import { chained, moved, scaleOf, type Similarity } from '../../../core/similarity.ts';
import { warpPicture } from '../../faces/warp.ts';
import type { Size } from './geometry.ts';

/** Pixels of the shrunk picture for one of the frame, where the original has as many: enough for the warp to be sharp. */
const OVERSAMPLING = 2;
/** What lies around the frame is needed for its edges, in parts of its longer side. */
const MARGIN = 0.05;

/**
 * Draws the part of a picture that lies in an aligned frame. The part is cut out and shrunk by sharp, then
 * turned into its place.
 * @param image not turned upright yet
 * @param read brings it to the format's channels, sRGB, premultiplied
 */
export async function renderAligned(
  image: Sharp,
  upright: Size,
  format: ImageFormat,
  crop: AlignedCrop,
  read: (image: Sharp) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const toPicture = pixelAlignmentOf(crop, upright, format);
  const part = partAround(toPicture, upright, format);
  const shrunk = Math.min(1, OVERSAMPLING / scaleOf(toPicture));
  const size = {
    width: Math.max(1, Math.round(part.width * shrunk)),
    height: Math.max(1, Math.round(part.height * shrunk)),
  };
  const cut = image.autoOrient().extract(part);
  const data = await read(shrunk < 1 ? cut.resize(size.width, size.height, { fit: 'fill' }) : cut);
  const kept = shrunk < 1 ? size : { width: part.width, height: part.height };
  // Rounding gives both sides scales that differ a little: that of the longer one is nearer for both.
  const scale = Math.max(kept.width, kept.height) / Math.max(part.width, part.height);
  const toPart = chained(toPicture, { a: scale, b: 0, x: -part.left * scale, y: -part.top * scale });
  return warpPicture({ ...kept, channels: format.channels, data }, toPart, format);
}

/** The part of the picture that the frame shows, and a little more, in whole pixels, inside the picture. */
function partAround(
  toPicture: Similarity,
  upright: Size,
  { width, height }: Size,
): Size & { readonly left: number; readonly top: number } {
  const margin = MARGIN * Math.max(width, height) + OVERSAMPLING;
  const corners = [-margin, width + margin].flatMap((x) =>
    [-margin, height + margin].map((y) => moved(toPicture, { x, y })),
  );
  const across = inside(
    corners.map(({ x }) => x),
    upright.width,
  );
  const down = inside(
    corners.map(({ y }) => y),
    upright.height,
  );
  return { left: across.start, top: down.start, width: across.length, height: down.length };
}

/** What of a stretch lies in [0, most]; the nearest pixel at least. */
function inside(places: readonly number[], most: number): { start: number; length: number } {
  const start = Math.min(most - 1, Math.max(0, Math.floor(Math.min(...places))));
  const end = Math.max(start + 1, Math.min(most, Math.ceil(Math.max(...places))));
  return { start, length: end - start };
}
