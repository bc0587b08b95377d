import { MorphloomError } from '../../contract/errors.ts';
import type { Frame } from './frame.ts';

/** The pictures of a model: `[count, height, width, channels]`, 1 grey, 3 colour, 4 premultiplied alpha. */
export interface ModelImage {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/**
 * A model's pictures as frames: grey becomes colour, premultiplied alpha straight. Throws `training` for values
 * that are no numbers: they would come out black, and nobody would know why.
 * @param pictures uint8, or float in [0, 1]
 */
export function framesOf(pictures: Float32Array | Uint8Array, image: ModelImage): Frame[] {
  const size = image.width * image.height * image.channels;
  if (pictures instanceof Float32Array && pictures.some(Number.isNaN)) {
    throw new MorphloomError(
      'training',
      'The model draws values that are no numbers, so there is nothing to be shown: its training went astray, or its file is damaged; use an earlier run, or train it again with a lower learning rate.',
    );
  }
  return Array.from({ length: pictures.length / size }, (_, i) =>
    frameOf(pictures.subarray(i * size, (i + 1) * size), image),
  );
}

function frameOf(picture: Float32Array | Uint8Array, { width, height, channels }: ModelImage): Frame {
  const unit = picture instanceof Float32Array ? 255 : 1;
  const byte = (value: number): number => Math.min(255, Math.max(0, Math.round(value * unit)));
  const pixels = width * height;
  const outChannels = channels === 4 ? 4 : 3;
  const data = new Uint8Array(pixels * outChannels);
  for (let p = 0; p < pixels; p++) {
    const alpha = channels === 4 ? byte(picture[p * 4 + 3]) : 255;
    for (let c = 0; c < 3; c++) {
      const value = byte(picture[p * channels + (channels === 1 ? 0 : c)]);
      data[p * outChannels + c] =
        channels !== 4 ? value : alpha === 0 ? 0 : Math.min(255, Math.round((value * 255) / alpha));
    }
    if (outChannels === 4) data[p * 4 + 3] = alpha;
  }
  return { width, height, channels: outChannels, data };
}
