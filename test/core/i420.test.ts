import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { i420Bytes, toI420 } from '../../src/core/i420.ts';

/** One colour all over, as Y, U and V. */
function colour(r: number, g: number, b: number, width = 4, height = 4): number[] {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => [r, g, b][i % 3]);
  const planes = toI420(data, width, height, 3);
  const pixels = width * height;
  const quarter = Math.ceil(width / 2) * Math.ceil(height / 2);
  return [planes[0], planes[pixels], planes[pixels + quarter]];
}

describe('I420', () => {
  // SMPTE RP 219 has these as 100 % colour bars at 8 bits.
  it.each([
    ['white', [255, 255, 255], [235, 128, 128]],
    ['black', [0, 0, 0], [16, 128, 128]],
    ['red', [255, 0, 0], [63, 102, 240]],
    ['green', [0, 255, 0], [173, 42, 26]],
    ['blue', [0, 0, 255], [32, 240, 118]],
    ['yellow', [255, 255, 0], [219, 16, 138]],
  ])('has %s as BT.709 has it', (_name, rgb, yuv) => {
    expect(colour(rgb[0], rgb[1], rgb[2])).toEqual(yuv);
  });

  it('comes back to within what rounding takes, for any colour and any size', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const side = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(byte, byte, byte, side, side, (r, g, b, width, height) => {
        const [y, u, v] = colour(r, g, b, width, height);
        const luma = ((y - 16) * 255) / 219;
        const red = luma + (1.5748 * (v - 128) * 255) / 224;
        const blue = luma + (1.8556 * (u - 128) * 255) / 224;
        const green = (luma - 0.2126 * red - 0.0722 * blue) / 0.7152;
        for (const [back, was] of [
          [red, r],
          [green, g],
          [blue, b],
        ])
          expect(Math.abs(back - was)).toBeLessThan(2);
      }),
    );
  });

  it('keeps alpha as it is, and has odd sides rounded up in chroma', () => {
    const data = Uint8Array.from({ length: 5 * 3 * 4 }, (_, i) => (i * 37) % 256);
    const planes = toI420(data, 5, 3, 4);
    expect(planes.length).toBe(i420Bytes(5, 3, true));
    expect(i420Bytes(5, 3, false)).toBe(15 + 2 * 3 * 2);
    expect([...planes.subarray(15 + 12)]).toEqual(Array.from({ length: 15 }, (_, p) => data[4 * p + 3]));
  });

  it('takes chroma from around the left column', () => {
    const data = new Uint8Array(4 * 2 * 3);
    // The third column is red: it is the middle of the second sample, and not in the first at all.
    for (const row of [0, 1]) data[(row * 4 + 2) * 3] = 255;
    const v = toI420(data, 4, 2, 3).subarray(10);
    expect([...v]).toEqual([128, 128 + 56]);
  });
});
