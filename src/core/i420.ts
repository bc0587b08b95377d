/** How many bytes a picture takes as I420, or with alpha as I420A. Sides above 0; chroma has half of each, rounded up. */
export function i420Bytes(width: number, height: number, alpha: boolean): number {
  const luma = width * height;
  return luma * (alpha ? 2 : 1) + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
}

// ITU-R BT.709-6, section 3: luma's weights, and by how much the differences are divided to reach ±0.5.
const [RED, GREEN, BLUE] = [0.2126, 0.7152, 0.0722];
const [BLUE_SPAN, RED_SPAN] = [2 * (1 - BLUE), 2 * (1 - RED)];
/** Limited range at 8 bits: luma from 16 to 235, chroma from 16 to 240 around 128. */
const [LUMA, CHROMA] = [219 / 255, 224 / 255];

/**
 * A picture as I420: planes of Y, U, V, and A where it has one. BT.709, limited range; chroma lies on the left of
 * its two columns and between its two rows, as H.264 and MPEG-2 have it where nothing else is said.
 * @param data `[height, width, channels]`, sRGB with straight alpha, uint8
 */
export function toI420(data: Uint8Array, width: number, height: number, channels: 3 | 4): Uint8Array {
  const alpha = channels === 4;
  const out = new Uint8Array(i420Bytes(width, height, alpha));
  const [across, down] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const pixels = width * height;
  const [u, v, a] = [pixels, pixels + across * down, pixels + 2 * across * down];
  for (let p = 0, from = 0; p < pixels; p++, from += channels) {
    out[p] = 16.5 + LUMA * (RED * data[from] + GREEN * data[from + 1] + BLUE * data[from + 2]);
    if (alpha) out[a + p] = data[from + 3];
  }
  for (let row = 0, to = 0; row < down; row++) {
    const rows = [2 * row, Math.min(height - 1, 2 * row + 1)];
    for (let column = 0; column < across; column++, to++) {
      const middle = 2 * column;
      const [left, right] = [Math.max(0, middle - 1), Math.min(width - 1, middle + 1)];
      let [red, green, blue] = [0, 0, 0];
      for (const y of rows) {
        const start = y * width;
        const [l, m, r] = [
          (start + left) * channels,
          (start + middle) * channels,
          (start + right) * channels,
        ];
        red += data[l] + 2 * data[m] + data[r];
        green += data[l + 1] + 2 * data[m + 1] + data[r + 1];
        blue += data[l + 2] + 2 * data[m + 2] + data[r + 2];
      }
      const luma = RED * red + GREEN * green + BLUE * blue;
      // Eight weights were added up.
      out[u + to] = 128.5 + (CHROMA * (blue - luma)) / (8 * BLUE_SPAN);
      out[v + to] = 128.5 + (CHROMA * (red - luma)) / (8 * RED_SPAN);
    }
  }
  return out;
}
