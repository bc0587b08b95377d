/** A displacement for each pixel, in pixels: what is seen at (x, y) is fetched from (x + u, y + v). */
export interface Flow {
  readonly u: Float32Array;
  readonly v: Float32Array;
}

/** A flow that moves nothing. */
export function stillFlow(pixels: number): Flow {
  return { u: new Float32Array(pixels), v: new Float32Array(pixels) };
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
