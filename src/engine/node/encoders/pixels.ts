import sharp, { type Sharp } from 'sharp';
import type { Frame } from '../../export/frame.ts';

/** A frame as sharp's input. Its size was checked by ours, so sharp's own limit is off. */
export function fromFrame({ width, height, channels, data }: Frame): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}

export type Kernel = 'lanczos3' | 'nearest';

/** A frame at another size, stretched where the proportions differ. */
export async function resizeFrame(
  frame: Frame,
  width: number,
  height: number,
  kernel: Kernel,
): Promise<Frame> {
  if (width === frame.width && height === frame.height) return frame;
  const data = await fromFrame(frame).resize(width, height, { fit: 'fill', kernel }).raw().toBuffer();
  return { width, height, channels: frame.channels, data };
}
