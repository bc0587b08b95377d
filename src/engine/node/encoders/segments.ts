import sharp, { type Sharp } from 'sharp';
import { changedRectangle, cut, type Rectangle } from '../../export/apng.ts';
import type { Frame } from '../../export/frame.ts';
import { fromArray } from '../../export/bytes.ts';
import { DISPOSE_TO_BACKGROUND, gifImage, gifPause, splitGif } from '../../export/gif.ts';
import { splitWebp, webpImage } from '../../export/webp.ts';
import { fromFrame } from './pixels.ts';

/**
 * An animation is encoded in short runs of frames that are joined afterwards: memory stays the same however
 * long it is, both cores work, and it can be watched and stopped in between.
 */
export interface Segment {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  /** All frames below each other, as sharp takes them. */
  readonly roll: Uint8Array;
  /** In the format's ticks, one for each frame. */
  readonly delays: readonly number[];
}

/** What was measured to be best; docs/decisions/0005-export.md has the table. */
const gifOptions = (quality: number) => ({
  effort: 4,
  dither: 0,
  interFrameMaxError: gifError(quality),
  interPaletteMaxError: 0,
});
export const webpOptions = (quality: number) => ({ quality, effort: 4 });

/** By how much a pixel may differ from the one before and stay: 4 at quality 90, at most 32. */
function gifError(quality: number): number {
  return Math.min(32, quality >= 90 ? (100 - quality) * 0.4 : 4 + (90 - quality) * 0.4);
}

/** How many frames a segment has: some two megapixels, which take about a second. */
export function framesInSegment({ width, height }: Pick<Frame, 'width' | 'height'>): number {
  return Math.min(16, Math.max(2, Math.round(2e6 / (width * height))));
}

function toSharp({ width, height, channels, roll, delays }: Segment): Sharp {
  return sharp(roll, {
    raw: { width, height: height * delays.length, channels, pageHeight: height },
    limitInputPixels: false,
  });
}

/** Encodes a segment as GIF and returns its images as they lie in the file. */
export async function gifSegment(segment: Segment, quality: number): Promise<Uint8Array[]> {
  if (segment.channels === 4) {
    return eachAlone(segment, async (frame, delayCentiseconds) => {
      const images = splitGif(fromArray(await fromFrame(frame).gif(gifOptions(quality)).toBuffer()));
      return images.map((image) =>
        gifImage({ ...image, delayCentiseconds, disposal: DISPOSE_TO_BACKGROUND }),
      );
    });
  }
  const delay = segment.delays.map((centiseconds) => centiseconds * 10);
  const gif = await toSharp(segment)
    .gif({ ...gifOptions(quality), delay, loop: 0 })
    .toBuffer();
  const images = splitGif(fromArray(gif));
  return unmerge(
    images.map((image) => image.delayCentiseconds),
    segment.delays,
  ).map(({ image, delay: delayCentiseconds }) =>
    gifImage(image === null ? gifPause(delayCentiseconds) : { ...images[image], delayCentiseconds }),
  );
}

/**
 * Encodes a segment as WebP and returns its images as they lie in the file: of each frame the rectangle that
 * changed, whole. (libwebp's own animations keep pixels that changed by little and let it add up: blotches.)
 */
export async function webpSegment(segment: Segment, quality: number): Promise<Uint8Array[]> {
  const { width, height, channels, roll, delays } = segment;
  const bytes = width * height * channels;
  const images: Uint8Array[] = [];
  for (const [i, delayMs] of delays.entries()) {
    const frame = { width, height, channels, data: roll.subarray(i * bytes, (i + 1) * bytes) };
    const place = i === 0 ? wholeOf(frame) : evenly(changedRectangle(frame, roll.subarray((i - 1) * bytes)));
    const still = place === null;
    const part = cut(frame, place ?? { left: 0, top: 0, width: 1, height: 1 });
    // A pixel that is drawn where it already is, exactly: what was seen before stays for longer.
    const webp = await fromFrame(part)
      .webp(still ? { lossless: true } : webpOptions(quality))
      .toBuffer();
    const [image] = splitWebp(fromArray(webp), part.width, part.height);
    images.push(webpImage({ ...image, left: place?.left ?? 0, top: place?.top ?? 0, delayMs }));
  }
  return images;
}

const wholeOf = ({ width, height }: Frame): Rectangle => ({ left: 0, top: 0, width, height });

/** WebP places pictures at even pixels only. Null where nothing changed but a pixel at most. */
function evenly({ left, top, width, height }: Rectangle): Rectangle | null {
  const [right, bottom] = [left + width, top + height];
  if (width === 1 && height === 1 && left === 0 && top === 0) return null;
  const [x, y] = [left - (left & 1), top - (top & 1)];
  return { left: x, top: y, width: right - x, height: bottom - y };
}

/** One of the frames of a segment: an image of the encoder's, or (null) a pause on the one before. */
interface Shown {
  readonly image: number | null;
  readonly delay: number;
}

/**
 * The encoder joins frames that are (nearly) equal into one image with a longer delay, or with no delay when it
 * is the only one. This takes the delays apart again, so that a file has as many frames as were written to it.
 */
function unmerge(imageDelays: readonly number[], delays: readonly number[]): Shown[] {
  const shown: Shown[] = [];
  let frame = 0;
  imageDelays.forEach((whole, image) => {
    let left = imageDelays.length === 1 ? delays.reduce((sum, delay) => sum + delay, 0) : whole;
    for (let first = true; first || (left > 0 && frame < delays.length); first = false) {
      const delay = delays[frame];
      shown.push({ image: first ? image : null, delay });
      left -= delay;
      frame++;
    }
  });
  return shown;
}

/**
 * Encodes each frame by itself, whole. With alpha the encoder crops a first frame to what is seen of it, and
 * a pixel that turns transparent needs the frame before it cleared: only whole pictures can be joined.
 */
async function eachAlone(
  { width, height, channels, roll, delays }: Segment,
  encode: (frame: Frame, delay: number) => Promise<Uint8Array[]>,
): Promise<Uint8Array[]> {
  const bytes = width * height * channels;
  const parts: Uint8Array[] = [];
  for (const [i, delay] of delays.entries()) {
    const data = roll.subarray(i * bytes, (i + 1) * bytes);
    parts.push(...(await encode({ width, height, channels, data }, delay)));
  }
  return parts;
}
