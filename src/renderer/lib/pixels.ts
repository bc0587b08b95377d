import type { Pixels } from '../../contract/studio/state.ts';

/**
 * One of several pictures as a browser paints it.
 * @param straight whether alpha is not premultiplied, as in previews
 */
export function imageDataOf(pixels: Pixels, index = 0, straight = false): ImageData {
  const { width, height, channels, bytes } = pixels;
  const image = new ImageData(width, height);
  const to = image.data;
  const area = width * height;
  let from = index * area * channels;
  if (channels === 4 && straight) {
    to.set(bytes.subarray(from, from + area * 4));
    return image;
  }
  for (let i = 0; i < area * 4; i += 4, from += channels) {
    const alpha = channels === 4 ? (bytes[from + 3] ?? 255) : 255;
    const scale = alpha === 0 || alpha === 255 ? 1 : 255 / alpha;
    const red = bytes[from] ?? 0;
    to[i] = red * scale;
    to[i + 1] = (channels === 1 ? red : (bytes[from + 1] ?? 0)) * scale;
    to[i + 2] = (channels === 1 ? red : (bytes[from + 2] ?? 0)) * scale;
    to[i + 3] = alpha;
  }
  return image;
}
