import { cubicKernel } from '../../core/cubic.ts';
import { smoothstep } from '../../core/easing.ts';
import type { Similarity } from '../../core/similarity.ts';

/** Pixels in rows from the top; alpha, where there is any, premultiplied. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Where `mirrored` continuation is all blur, in parts of the picture's shorter side. */
const FADE = 0.2;
/** The blurred picture that lies beyond the edges: cells on its longer side. */
const BLURRED_CELLS = 24;
/** The kernel reaches two pixels to each side, of whichever of the two pictures has the larger ones. */
const REACH = 2;

/**
 * Draws a picture turned, scaled and moved, by cubic convolution (Keys 1981, a = −1/2) whose kernel grows where
 * the picture shrinks. Beyond its edges the picture goes on mirrored, and the farther out the more blurred; one
 * with alpha ends there instead.
 * @param toPicture takes a place of the result, in its pixels, to the picture, in the picture's; a pixel's
 *   middle lies at half
 * @returns height × width × channels bytes
 */
export function warpPicture(
  picture: Raster,
  toPicture: Similarity,
  { width, height }: { readonly width: number; readonly height: number },
): Uint8Array {
  const { channels, data } = picture;
  const out = new Uint8ClampedArray(width * height * channels);
  const scale = Math.max(1, Math.hypot(toPicture.a, toPicture.b));
  const reach = Math.ceil(REACH * scale);
  const [across, down] = [mirror(picture.width, reach), mirror(picture.height, reach)];
  const taps = 2 * reach + 1;
  const [xWeights, yWeights] = [new Float64Array(taps), new Float64Array(taps)];
  const sum = new Float64Array(channels);
  const margin = channels === 4 ? 0 : FADE * Math.min(picture.width, picture.height);
  let beyond: Beyond | null = null;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [px, py] = [column + 0.5, row + 0.5];
      const x = toPicture.a * px - toPicture.b * py + toPicture.x;
      const y = toPicture.b * px + toPicture.a * py + toPicture.y;
      const to = (row * width + column) * channels;
      const outside = Math.max(-x, x - picture.width, -y, y - picture.height);
      if (channels === 4 && outside > scale) continue;
      const blurred = outside <= 0 || margin === 0 ? 0 : Math.min(1, outside / margin);
      sum.fill(0);
      if (blurred < 1) {
        const left = weigh(across.fold(x), scale, xWeights, reach);
        const top = weigh(down.fold(y), scale, yWeights, reach);
        for (let j = 0; j < taps; j++) {
          const yWeight = yWeights[j];
          if (yWeight === 0) continue;
          const line = down.index(top + j) * picture.width;
          for (let i = 0; i < taps; i++) {
            const weight = yWeight * xWeights[i];
            if (weight === 0) continue;
            const at = (line + across.index(left + i)) * channels;
            for (let c = 0; c < channels; c++) sum[c] += weight * data[at + c];
          }
        }
      }
      if (blurred > 0) {
        beyond ??= blurredOf(picture);
        const part = smoothstep(blurred);
        const [bx, by] = [across.fold(x) / picture.width, down.fold(y) / picture.height];
        for (let c = 0; c < channels; c++) sum[c] += part * (beyond.at(bx, by, c) - sum[c]);
      }
      const edge = channels === 4 && outside > 0 ? 1 - outside / scale : 1;
      for (let c = 0; c < channels; c++) out[to + c] = edge * sum[c];
      // Overshoot must not leave a colour brighter than its alpha.
      if (channels === 4) {
        for (let c = 0; c < 3; c++) out[to + c] = Math.min(out[to + c], out[to + 3]);
      }
    }
  }
  return new Uint8Array(out.buffer);
}

/** Fills `weights` for the pixels around a place; they add up to 1. @returns the first pixel's index */
function weigh(place: number, scale: number, weights: Float64Array, reach: number): number {
  const first = Math.floor(place) - reach;
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = cubicKernel(Math.abs(first + i + 0.5 - place) / scale);
    weights[i] = weight;
    total += weight;
  }
  for (let i = 0; i < weights.length; i++) weights[i] /= total;
  return first;
}

/** A line of pixels that goes on mirrored. */
function mirror(
  length: number,
  reach: number,
): { fold: (place: number) => number; index: (i: number) => number } {
  const period = 2 * length;
  const table = Int32Array.from({ length: length + 2 * reach + 2 }, (_, i) => {
    const folded = (((i - reach - 1) % period) + period) % period;
    return folded < length ? folded : period - 1 - folded;
  });
  return {
    fold: (place) => {
      const folded = ((place % period) + period) % period;
      return folded <= length ? folded : period - folded;
    },
    index: (i) => table[i + reach + 1],
  };
}

interface Beyond {
  /** A value of the blurred picture; places in parts of its sides. */
  at(x: number, y: number, channel: number): number;
}

/** The means over cells, blurred once more between neighbours, read linearly. */
function blurredOf({ width, height, channels, data }: Raster): Beyond {
  const longer = Math.max(width, height);
  const columns = Math.max(1, Math.round((BLURRED_CELLS * width) / longer));
  const rows = Math.max(1, Math.round((BLURRED_CELLS * height) / longer));
  const cells = new Float64Array(columns * rows * channels);
  for (let r = 0; r < rows; r++) {
    const [top, bottom] = span(r, rows, height);
    for (let q = 0; q < columns; q++) {
      const [left, right] = span(q, columns, width);
      const cell = (r * columns + q) * channels;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          for (let c = 0; c < channels; c++) cells[cell + c] += data[(y * width + x) * channels + c];
        }
      }
      for (let c = 0; c < channels; c++) cells[cell + c] /= (bottom - top) * (right - left);
    }
  }
  const clamp = (i: number, count: number): number => Math.min(count - 1, Math.max(0, i));
  const cell = (q: number, r: number, c: number): number =>
    cells[(clamp(r, rows) * columns + clamp(q, columns)) * channels + c];
  const soft = new Float64Array(cells.length);
  for (let r = 0; r < rows; r++) {
    for (let q = 0; q < columns; q++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let j = -1; j <= 1; j++) {
          for (let i = -1; i <= 1; i++)
            sum += cell(q + i, r + j, c) / ((1 + Math.abs(i)) * (1 + Math.abs(j)));
        }
        soft[(r * columns + q) * channels + c] = sum / 4;
      }
    }
  }
  return {
    at: (x, y, c) => {
      const [u, v] = [x * columns - 0.5, y * rows - 0.5];
      const [q, r] = [Math.floor(u), Math.floor(v)];
      const value = (i: number, j: number): number =>
        soft[(clamp(r + j, rows) * columns + clamp(q + i, columns)) * channels + c];
      const upper = value(0, 0) + (u - q) * (value(1, 0) - value(0, 0));
      const lower = value(0, 1) + (u - q) * (value(1, 1) - value(0, 1));
      return upper + (v - r) * (lower - upper);
    },
  };
}

function span(i: number, count: number, length: number): [number, number] {
  const from = Math.floor((i * length) / count);
  return [from, Math.max(from + 1, Math.floor(((i + 1) * length) / count))];
}
