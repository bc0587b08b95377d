/**
 * Gaussian blur, separable; beyond the edge the edge is repeated.
 * @param image `[height, width, channels]`
 * @param sigma in pixels; the kernel reaches three of them
 * @param out may be `image` itself
 * @param scratch as long as `image`, or longer
 */
export function blur(
  image: Float32Array,
  width: number,
  height: number,
  channels: number,
  sigma: number,
  out: Float32Array,
  scratch: Float32Array,
): void {
  const kernel = gaussian(sigma);
  pass(image, scratch, kernel, height, width, width * channels, channels, channels);
  pass(scratch, out, kernel, width, height, channels, width * channels, channels);
}

function gaussian(sigma: number): Float64Array {
  const reach = Math.max(1, Math.ceil(3 * sigma));
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const sum = kernel.reduce((a, b) => a + b, 0);
  return kernel.map((weight) => weight / sum);
}

/** One direction: `lines` lines, `lineStride` apart, of `length` pixels, `stride` apart. */
function pass(
  from: Float32Array,
  to: Float32Array,
  kernel: Float64Array,
  lines: number,
  length: number,
  lineStride: number,
  stride: number,
  channels: number,
): void {
  const reach = (kernel.length - 1) >> 1;
  for (let line = 0; line < lines; line++) {
    const start = line * lineStride;
    for (let i = 0; i < length; i++) {
      const inside = i >= reach && i + reach < length;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        if (inside) {
          let at = start + (i - reach) * stride + c;
          for (let k = 0; k < kernel.length; k++, at += stride) sum += kernel[k] * from[at];
        } else {
          for (let k = 0; k < kernel.length; k++) {
            const j = Math.min(length - 1, Math.max(0, i + k - reach));
            sum += kernel[k] * from[start + j * stride + c];
          }
        }
        to[start + i * stride + c] = sum;
      }
    }
  }
}
