import { bytesPerPicture, type ImageFormat } from '../../../contract/dataset.ts';

/**
 * Lays a picture that was fitted inside the format's rectangle in its middle. The bars take the mean colour
 * of the edge that they touch; with alpha they are transparent.
 */
export function padToFit(
  inner: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  format: ImageFormat,
): Uint8Array {
  if (width === format.width && height === format.height) return inner;
  const { channels } = format;
  const out = new Uint8Array(bytesPerPicture(format));
  const left = (format.width - width) >> 1;
  const top = (format.height - height) >> 1;
  const barsAtSides = width < format.width;
  if (channels !== 4) {
    const edge = (x: number, y: number, toX: number, toY: number): number[] =>
      meanColour(inner, width, channels, x, y, toX, toY);
    const first = barsAtSides ? edge(0, 0, 1, height) : edge(0, 0, width, 1);
    const last = barsAtSides ? edge(width - 1, 0, width, height) : edge(0, height - 1, width, height);
    for (let y = 0; y < format.height; y++) {
      for (let x = 0; x < format.width; x++) {
        out.set(
          (barsAtSides ? x < format.width / 2 : y < format.height / 2) ? first : last,
          (y * format.width + x) * channels,
        );
      }
    }
  }
  for (let y = 0; y < height; y++) {
    const row = inner.subarray(y * width * channels, (y + 1) * width * channels);
    out.set(row, ((y + top) * format.width + left) * channels);
  }
  return out;
}

function meanColour(
  pixels: Uint8Array,
  width: number,
  channels: number,
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
): number[] {
  const sum = new Array<number>(channels).fill(0);
  for (let y = fromY; y < toY; y++) {
    for (let x = fromX; x < toX; x++) {
      for (let c = 0; c < channels; c++)
        sum[c] = (sum[c] ?? 0) + (pixels[(y * width + x) * channels + c] ?? 0);
    }
  }
  return sum.map((total) => Math.round(total / ((toX - fromX) * (toY - fromY))));
}
