import { MorphloomError } from '../../contract/errors.ts';

/** One picture on its way out: sRGB, rows from the top, uint8; alpha (when 4 channels) is straight. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  /** `[height, width, channels]`, exactly that long. */
  readonly data: Uint8Array;
}

/** GIF's limit is 65,535 and WebP's 16,383 pixels a side; one limit for all keeps an export convertible. */
export const MAX_SIDE = 16383;
/** What an export may hold of raw pixels, in bytes, so that it fits beside a model in memory. */
export const MAX_RAW_BYTES = 1.5e9;

/** Refuses a size that no format carries or that memory would not hold. Call it before allocating. */
export function checkSize(width: number, height: number, channels: number): void {
  const whole = Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1;
  if (!whole || width > MAX_SIDE || height > MAX_SIDE) {
    throw new MorphloomError(
      'usage',
      `A picture of ${width} × ${height} pixels cannot be exported: each side must be a whole number from 1 to ${MAX_SIDE}; choose another size or scale.`,
    );
  }
  if (width * height * channels > MAX_RAW_BYTES) {
    throw new MorphloomError(
      'usage',
      `A picture of ${width} × ${height} pixels needs more memory than exports may take (${MAX_RAW_BYTES / 1e9} GB); choose a smaller size or scale.`,
    );
  }
}

/** How many frames an animation's writer holds at most when they are large: two segments of two, twice. */
const FRAMES_HELD = 8;

/** `checkSize` for an animation, several frames of which are in memory at a time. */
export function checkAnimationSize(width: number, height: number, channels: number): void {
  checkSize(width, height, channels);
  if (width * height * channels * FRAMES_HELD > MAX_RAW_BYTES) {
    throw new MorphloomError(
      'usage',
      `An animation of ${width} × ${height} pixels needs more memory than exports may take (${MAX_RAW_BYTES / 1e9} GB); choose a smaller size or scale.`,
    );
  }
}

/** Refuses a frame whose data does not have the length that its size says: a defect of the caller's. */
export function checkFrame(frame: Frame): void {
  checkSize(frame.width, frame.height, frame.channels);
  const expected = frame.width * frame.height * frame.channels;
  if (frame.data.length !== expected) {
    throw new RangeError(
      `A frame of ${frame.width} × ${frame.height} × ${frame.channels} has ${expected} bytes; this one has ${frame.data.length}.`,
    );
  }
}
