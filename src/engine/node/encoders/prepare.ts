import type { Encoding } from '../../../contract/encoding.ts';
import { MorphloomError } from '../../../contract/errors.ts';
import { checkAnimationSize, type Frame } from '../../export/frame.ts';
import type { AnimationFormat } from './formats.ts';
import { type Kernel, resizeFrame } from './pixels.ts';

/** What lies under transparent pixels where a format has no transparency and no colour was asked for. */
export const DEFAULT_BACKGROUND = '#ffffff';

export interface Preparation {
  /** Enlarges (or reduces) by this factor, where `encoding.side` says nothing. */
  readonly scale: number;
  readonly kernel: Kernel;
  readonly encoding: Encoding;
  readonly format: AnimationFormat;
}

/** The size that frames will have in the file. Throws `usage` for one that is not possible. */
export function sizeOf(
  { width, height, channels }: Omit<Frame, 'data'>,
  { scale, encoding: { side } }: Preparation,
): { width: number; height: number } {
  const factor = side === null ? scale : side / Math.max(width, height);
  if (!(factor > 0 && Number.isFinite(factor))) {
    throw new MorphloomError('usage', `A scale of ${factor} is not possible; choose a number above 0.`);
  }
  const [w, h] = [width, height].map((length) => Math.max(1, Math.round(length * factor))) as [
    number,
    number,
  ];
  checkAnimationSize(w, h, channels);
  return { width: w, height: h };
}

/** Whether transparency of these frames is lost though nobody asked for it. */
export function losesAlpha(channels: number, { encoding, format }: Preparation): boolean {
  return channels === 4 && format.alpha === 'none' && encoding.background === null;
}

/** A frame as the format takes it: its size, its background, its sides. */
export async function prepare(frame: Frame, preparation: Preparation): Promise<Frame> {
  const { width, height } = sizeOf(frame, preparation);
  const { encoding, format, kernel } = preparation;
  const resized = await resizeFrame(frame, width, height, kernel);
  const background =
    encoding.background ?? (losesAlpha(frame.channels, preparation) ? DEFAULT_BACKGROUND : null);
  const laid = background === null ? resized : flatten(resized, background);
  return format.even ? even(laid) : laid;
}

/** Straight alpha over a colour; nothing where there is no alpha. */
function flatten({ width, height, channels, data }: Frame, background: string): Frame {
  if (channels === 3) return { width, height, channels, data };
  const under = [1, 3, 5].map((at) => parseInt(background.slice(at, at + 2), 16));
  const flat = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    const alpha = data[from + 3] / 255;
    for (let c = 0; c < 3; c++) flat[to + c] = Math.round(under[c] + alpha * (data[from + c] - under[c]));
  }
  return { width, height, channels: 3, data: flat };
}

/** Odd sides grow by a pixel that repeats the last: the rest stays as it is. */
function even({ width, height, channels, data }: Frame): Frame {
  const [w, h] = [width + (width & 1), height + (height & 1)];
  if (w === width && h === height) return { width, height, channels, data };
  const grown = new Uint8Array(w * h * channels);
  for (let y = 0; y < h; y++) {
    const from = Math.min(y, height - 1) * width * channels;
    const row = data.subarray(from, from + width * channels);
    grown.set(row, y * w * channels);
    if (w > width) grown.set(row.subarray(-channels), (y * w + width) * channels);
  }
  return { width: w, height: h, channels, data: grown };
}
