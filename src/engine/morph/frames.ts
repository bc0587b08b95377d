import type { Frame } from '../export/frame.ts';
import type { PictureShape } from './codec.ts';

/**
 * A picture of the model's kind as a frame for export: grey becomes sRGB, premultiplied alpha straight.
 * @param picture values in [0, 1]
 * @param data room for the frame's bytes
 */
export function toFrame(
  picture: Float32Array,
  { width, height, channels }: PictureShape,
  data: Uint8Array,
): Frame {
  const byte = (value: number): number => Math.round(255 * Math.min(1, Math.max(0, value)));
  if (channels === 1) {
    for (let i = 0; i < picture.length; i++) data.fill(byte(picture[i]), 3 * i, 3 * i + 3);
  } else if (channels === 3) {
    for (let i = 0; i < picture.length; i++) data[i] = byte(picture[i]);
  } else {
    for (let i = 0; i < picture.length; i += 4) {
      const alpha = picture[i + 3];
      const shown = byte(alpha) > 0;
      for (let c = 0; c < 3; c++) data[i + c] = shown ? byte(picture[i + c] / alpha) : 0;
      data[i + 3] = byte(alpha);
    }
  }
  return { width, height, channels: channels === 4 ? 4 : 3, data };
}

/** Bytes of a picture's frame. */
export function frameBytes({ width, height, channels }: PictureShape): number {
  return width * height * (channels === 4 ? 4 : 3);
}
