import sharp, { type Sharp } from 'sharp';
import type { Frame } from '../../export/frame.ts';
import { fromArray } from '../../export/bytes.ts';
import { DISPOSE_TO_BACKGROUND, gifImage, gifPause, splitGif } from '../../export/gif.ts';
import { splitWebp, type WebpImage, webpImage } from '../../export/webp.ts';
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

/** Encodes a segment as WebP and returns its images as they lie in the file. */
export async function webpSegment(segment: Segment, quality: number): Promise<Uint8Array[]> {
  const { width, height, channels, delays } = segment;
  if (channels === 4) {
    return eachAlone(segment, async (frame, delayMs) => {
      const webp = await fromFrame(frame).webp(webpOptions(quality)).toBuffer();
      return splitWebp(fromArray(webp), width, height).map((image) => webpImage({ ...image, delayMs }));
    });
  }
  const webp = await toSharp(segment)
    .webp({ ...webpOptions(quality), delay: [...delays], loop: 0 })
    .toBuffer();
  const images = splitWebp(fromArray(webp), width, height);
  // A picture that is cleared afterwards cannot be paused on; opaque ones are not, but it is the encoder's choice.
  if (images.some(({ disposeToBackground }) => disposeToBackground)) return images.map(webpImage);
  const shown = unmerge(
    images.map(({ delayMs }) => delayMs),
    delays,
  );
  return Promise.all(
    shown.map(async ({ image, frame, delay: delayMs }) => {
      if (image !== null) return webpImage({ ...images[image], delayMs });
      return webpImage({ ...(await webpPause(segment, frame)), delayMs });
    }),
  );
}

/** One of the frames of a segment: an image of the encoder's, or (null) a pause on the one before. */
interface Shown {
  readonly image: number | null;
  readonly frame: number;
  readonly delay: number;
}

/**
 * The encoders join frames that are (nearly) equal into one image with a longer delay, or with no delay when it
 * is the only one. This takes the delays apart again, so that a file has as many frames as were written to it.
 */
function unmerge(imageDelays: readonly number[], delays: readonly number[]): Shown[] {
  const shown: Shown[] = [];
  let frame = 0;
  imageDelays.forEach((whole, image) => {
    let left = imageDelays.length === 1 ? delays.reduce((sum, delay) => sum + delay, 0) : whole;
    for (let first = true; first || (left > 0 && frame < delays.length); first = false) {
      const delay = delays[frame];
      shown.push({ image: first ? image : null, frame, delay });
      left -= delay;
      frame++;
    }
  });
  return shown;
}

/** A pixel of a picture as a WebP, exactly: it is drawn where it already is. */
async function webpPause({ width, height, channels, roll }: Segment, frame: number): Promise<WebpImage> {
  const start = frame * width * height * channels;
  const pixel = { width: 1, height: 1, channels, data: roll.slice(start, start + channels) };
  const webp = await fromFrame(pixel).webp({ lossless: true }).toBuffer();
  return splitWebp(fromArray(webp), 1, 1)[0];
}

/**
 * Encodes each frame by itself, whole. With alpha the encoders crop a first frame to what is seen of it, and
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
