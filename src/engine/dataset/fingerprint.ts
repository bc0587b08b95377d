import type { ImageFormat } from '../../contract/dataset.ts';

/** Side of the small picture that two pictures are compared by, in cells. */
export const THUMB_SIDE = 16;
const DCT_SIDE = 32;
const HASH_SIDE = 8;
/** A coefficient below this, in grey levels, is noise: a flat picture's hash must not be drawn from it. */
const NOISE_FLOOR = 0.75;

/** What remains of a picture to find its likes by. */
export interface Fingerprint {
  /** The 64-bit perceptual hash, as two unsigned halves. */
  readonly low: number;
  readonly high: number;
  /** THUMB_SIDE² cells of (r, g, b, alpha) bytes, premultiplied, each the mean over its part of the picture. */
  readonly thumb: Uint8Array;
}

const COSINES = Float64Array.from({ length: HASH_SIDE * DCT_SIDE }, (_, i) => {
  const frequency = Math.floor(i / DCT_SIDE);
  return Math.cos(((2 * (i % DCT_SIDE) + 1) * frequency * Math.PI) / (2 * DCT_SIDE));
});

/**
 * Fingerprints decoded pixels. The hash is the sign of the 8 × 8 lowest DCT coefficients of a 32 × 32 grey
 * copy against their median (C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash
 * Functions", 2010).
 */
export function fingerprint(pixels: Uint8Array, format: ImageFormat): Fingerprint {
  const cells = meanCells(pixels, format, DCT_SIDE);
  const grey = new Float64Array(DCT_SIDE * DCT_SIDE);
  for (let i = 0; i < grey.length; i++) {
    const at = 4 * i;
    // Rec. 601 luma, laid on mid grey, so that both black and white drawings show on transparency.
    const luma = 0.299 * cells[at] + 0.587 * cells[at + 1] + 0.114 * cells[at + 2];
    grey[i] = luma + (255 - cells[at + 3]) / 2;
  }
  const coefficients = lowFrequencies(grey);
  const median = coefficients.slice(1).sort()[31];
  const threshold = Math.abs(median) < NOISE_FLOOR ? NOISE_FLOOR : median;
  const halves = [0, 0];
  for (let i = 1; i < 64; i++) {
    if (coefficients[i] > threshold) halves[i >> 5] |= 1 << (i & 31);
  }
  // A clamped array rounds to the nearest.
  const thumb = new Uint8Array(new Uint8ClampedArray(halveCells(cells)).buffer);
  return { low: halves[0] >>> 0, high: halves[1] >>> 0, thumb };
}

/** The picture's mean colours over side × side cells, as (r, g, b, alpha); a cell at least a pixel large. */
function meanCells(pixels: Uint8Array, { width, height, channels }: ImageFormat, side: number): Float64Array {
  const cells = new Float64Array(side * side * 4);
  const [second, third] = channels === 1 ? [0, 0] : [1, 2];
  for (let row = 0; row < side; row++) {
    const top = Math.floor((row * height) / side);
    const bottom = Math.max(top + 1, Math.floor(((row + 1) * height) / side));
    for (let column = 0; column < side; column++) {
      const left = Math.floor((column * width) / side);
      const right = Math.max(left + 1, Math.floor(((column + 1) * width) / side));
      let red = 0;
      let green = 0;
      let blue = 0;
      let alpha = 0;
      for (let y = top; y < bottom; y++) {
        const end = (y * width + right) * channels;
        for (let at = (y * width + left) * channels; at < end; at += channels) {
          red += pixels[at];
          green += pixels[at + second];
          blue += pixels[at + third];
          alpha += channels === 4 ? pixels[at + 3] : 255;
        }
      }
      const area = (bottom - top) * (right - left);
      const to = (row * side + column) * 4;
      cells[to] = red / area;
      cells[to + 1] = green / area;
      cells[to + 2] = blue / area;
      cells[to + 3] = alpha / area;
    }
  }
  return cells;
}

/** The mean of each 2 × 2 block of DCT_SIDE² cells. */
function halveCells(cells: Float64Array): Float64Array {
  const out = new Float64Array(THUMB_SIDE * THUMB_SIDE * 4);
  for (let row = 0; row < DCT_SIDE; row++) {
    for (let column = 0; column < DCT_SIDE; column++) {
      for (let c = 0; c < 4; c++) {
        const to = ((row >> 1) * THUMB_SIDE + (column >> 1)) * 4 + c;
        out[to] = out[to] + cells[(row * DCT_SIDE + column) * 4 + c] / 4;
      }
    }
  }
  return out;
}

/** The 8 × 8 lowest coefficients of the two-dimensional DCT-II of DCT_SIDE² values, row by row; scaled as means. */
function lowFrequencies(values: Float64Array): Float64Array {
  const rows = new Float64Array(DCT_SIDE * HASH_SIDE);
  for (let y = 0; y < DCT_SIDE; y++) {
    for (let u = 0; u < HASH_SIDE; u++) {
      let sum = 0;
      for (let x = 0; x < DCT_SIDE; x++) sum += values[y * DCT_SIDE + x] * COSINES[u * DCT_SIDE + x];
      rows[y * HASH_SIDE + u] = sum / DCT_SIDE;
    }
  }
  const out = new Float64Array(HASH_SIDE * HASH_SIDE);
  for (let v = 0; v < HASH_SIDE; v++) {
    for (let u = 0; u < HASH_SIDE; u++) {
      let sum = 0;
      for (let y = 0; y < DCT_SIDE; y++) sum += rows[y * HASH_SIDE + u] * COSINES[v * DCT_SIDE + y];
      out[v * HASH_SIDE + u] = sum / DCT_SIDE;
    }
  }
  return out;
}
