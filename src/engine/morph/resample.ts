import { cubicKernel } from '../../core/cubic.ts';

/** Enlarges pictures of one size to another; buffers are kept between calls. */
export type Enlarge = (image: Float32Array, out: Float32Array) => void;

/**
 * Cubic convolution (Keys 1981, a = −1/2), separable; beyond the edge the edge is repeated. Meant for sizes
 * that grow: it does not average when they shrink.
 * @param channels values a pixel
 */
export function createEnlarger(
  width: number,
  height: number,
  channels: number,
  outWidth: number,
  outHeight: number,
): Enlarge {
  const across = taps(width, outWidth);
  const down = taps(height, outHeight);
  const wide = new Float32Array(height * outWidth * channels);
  return (image, out) => {
    pass(image, wide, across, {
      lines: height,
      from: width * channels,
      to: outWidth * channels,
      stride: channels,
      channels,
    });
    const row = outWidth * channels;
    // Downwards a whole row is one "pixel": the same weights for all of its values.
    pass(wide, out, down, { lines: 1, from: 0, to: 0, stride: row, channels: row });
  };
}

interface Taps {
  /** Four source positions for each target position. */
  readonly index: Int32Array;
  readonly weight: Float32Array;
}

function taps(from: number, to: number): Taps {
  const index = new Int32Array(4 * to);
  const weight = new Float32Array(4 * to);
  for (let i = 0; i < to; i++) {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const first = Math.floor(centre) - 1;
    for (let k = 0; k < 4; k++) {
      index[4 * i + k] = Math.min(from - 1, Math.max(0, first + k));
      weight[4 * i + k] = cubicKernel(Math.abs(centre - first - k));
    }
  }
  return { index, weight };
}

interface Lines {
  readonly lines: number;
  readonly from: number;
  readonly to: number;
  readonly stride: number;
  readonly channels: number;
}

function pass(image: Float32Array, out: Float32Array, { index, weight }: Taps, lines: Lines): void {
  const { stride, channels } = lines;
  for (let line = 0; line < lines.lines; line++) {
    const base = line * lines.from;
    let at = line * lines.to;
    for (let tap = 0; tap < index.length; tap += 4) {
      const [w0, w1, w2, w3] = [weight[tap], weight[tap + 1], weight[tap + 2], weight[tap + 3]];
      const i0 = base + index[tap] * stride;
      const i1 = base + index[tap + 1] * stride;
      const i2 = base + index[tap + 2] * stride;
      const i3 = base + index[tap + 3] * stride;
      for (let c = 0; c < channels; c++, at++) {
        out[at] = w0 * image[i0 + c] + w1 * image[i1 + c] + w2 * image[i2 + c] + w3 * image[i3 + c];
      }
    }
  }
}
