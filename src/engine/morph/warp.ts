/** A displacement for each pixel, in pixels: what is seen at (x, y) is fetched from (x + u, y + v). */
export interface Flow {
  readonly u: Float32Array;
  readonly v: Float32Array;
}

/** A flow that moves nothing. */
export function stillFlow(pixels: number): Flow {
  return { u: new Float32Array(pixels), v: new Float32Array(pixels) };
}

/** Cubic convolution (Keys 1981, a = −1/2) for the four neighbours of a place `f` beyond the second. */
function cubicWeights(f: number, scale: number, out: Float64Array): void {
  out[0] = scale * f * (-0.5 + f * (1 - 0.5 * f));
  out[1] = scale * (1 + f * f * (-2.5 + 1.5 * f));
  out[2] = scale * f * (0.5 + f * (2 - 1.5 * f));
  out[3] = scale * f * f * (-0.5 + 0.5 * f);
}

/**
 * Like {@link addWarped}, but cubic: keeps detail sharp that bilinear sampling would blur. Four times as slow.
 */
export function addWarpedSharply(
  image: Float32Array,
  width: number,
  height: number,
  channels: number,
  { u, v }: Flow,
  weight: number,
  out: Float32Array,
): void {
  const row = width * channels;
  const across = new Float64Array(4);
  const down = new Float64Array(4);
  const columns = new Int32Array(4);
  const rows = new Int32Array(4);
  for (let y = 0, pixel = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++, at += channels) {
      const fromX = Math.min(width - 1, Math.max(0, x + u[pixel]));
      const fromY = Math.min(height - 1, Math.max(0, y + v[pixel]));
      const x0 = fromX | 0;
      const y0 = fromY | 0;
      if (fromX === x0 && fromY === y0) {
        const corner = y0 * row + x0 * channels;
        for (let c = 0; c < channels; c++) out[at + c] += weight * image[corner + c];
        continue;
      }
      cubicWeights(fromX - x0, 1, across);
      cubicWeights(fromY - y0, weight, down);
      for (let k = 0; k < 4; k++) {
        columns[k] = Math.min(width - 1, Math.max(0, x0 + k - 1)) * channels;
        rows[k] = Math.min(height - 1, Math.max(0, y0 + k - 1)) * row;
      }
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let j = 0; j < 4; j++) {
          const start = rows[j] + c;
          sum +=
            down[j] *
            (across[0] * image[start + columns[0]] +
              across[1] * image[start + columns[1]] +
              across[2] * image[start + columns[2]] +
              across[3] * image[start + columns[3]]);
        }
        out[at + c] += sum;
      }
    }
  }
}

/**
 * Backward warp, bilinear: `out += weight · image(x + u, y + v)`; beyond the edge the edge is repeated. Where
 * the flow is 0 the picture arrives unchanged.
 * @param image `[height, width, channels]`
 */
export function addWarped(
  image: Float32Array,
  width: number,
  height: number,
  channels: number,
  { u, v }: Flow,
  weight: number,
  out: Float32Array,
): void {
  const row = width * channels;
  for (let y = 0, pixel = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      const fromX = Math.min(width - 1, Math.max(0, x + u[pixel]));
      const fromY = Math.min(height - 1, Math.max(0, y + v[pixel]));
      const x0 = fromX | 0;
      const y0 = fromY | 0;
      const fx = fromX - x0;
      const fy = fromY - y0;
      const corner = y0 * row + x0 * channels;
      const right = x0 + 1 < width ? channels : 0;
      const below = y0 + 1 < height ? row : 0;
      const w11 = weight * fx * fy;
      const w01 = weight * fx - w11;
      const w10 = weight * fy - w11;
      const w00 = weight - w01 - w10 - w11;
      for (let c = 0; c < channels; c++, at++) {
        const i = corner + c;
        out[at] +=
          w00 * image[i] + w01 * image[i + right] + w10 * image[i + below] + w11 * image[i + right + below];
      }
    }
  }
}
