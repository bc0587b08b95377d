import { describe, expect, it } from 'vitest';
import { type Raster, warpPicture } from '../../../src/engine/faces/warp.ts';

const IDENTITY = { a: 1, b: 0, x: 0, y: 0 };

/** A picture whose values follow from the place. */
function drawn(
  width: number,
  height: number,
  channels: number,
  value: (x: number, y: number) => number,
): Raster {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.fill(
        Math.round(value(x + 0.5, y + 0.5)),
        (y * width + x) * channels,
        (y * width + x + 1) * channels,
      );
    }
  }
  return { width, height, channels, data };
}

describe('warp', () => {
  it('gives back the very bytes where nothing moves', () => {
    const picture = drawn(37, 23, 3, (x, y) => (x * 53 + y * 101) % 256);
    expect(warpPicture(picture, IDENTITY, picture)).toEqual(picture.data);
  });

  it('takes values from where the transform says, turned and scaled', () => {
    const picture = drawn(200, 160, 3, (x, y) => 40 + 0.5 * x + 0.4 * y);
    const [scale, turn] = [1.7, 0.6];
    const t = { a: scale * Math.cos(turn), b: scale * Math.sin(turn), x: 60, y: 20 };
    const out = warpPicture(picture, t, { width: 40, height: 30 });
    for (const [column, row] of [
      [5, 5],
      [20, 12],
      [33, 25],
    ]) {
      const [px, py] = [column + 0.5, row + 0.5];
      const expected = 40 + 0.5 * (t.a * px - t.b * py + t.x) + 0.4 * (t.b * px + t.a * py + t.y);
      expect(Math.abs(out[(row * 40 + column) * 3] - expected)).toBeLessThan(1);
    }
  });

  it('does not alias where the picture shrinks', () => {
    const stripes = drawn(128, 128, 1, (x) => (Math.floor(x) % 2 === 0 ? 0 : 255));
    const out = warpPicture(stripes, { a: 2, b: 0, x: 0.3, y: 0 }, { width: 60, height: 60 });
    const inner = [...out].filter((_, i) => i % 60 > 3 && i % 60 < 56);
    expect(Math.max(...inner) - Math.min(...inner)).toBeLessThan(24);
  });

  it('goes on beyond the edges without black, mirrored near them and blurred far out', () => {
    const picture = drawn(64, 64, 3, (x, y) => (x < 32 ? 220 : 120) + (y % 2 < 1 ? 0 : 30));
    const out = warpPicture(picture, { a: 1, b: 0, x: -40, y: 0 }, { width: 104, height: 64 });
    const at = (x: number, y: number) => out[(y * 104 + x) * 3];
    expect(Math.min(...out)).toBeGreaterThan(100);
    expect(Math.abs(at(39, 20) - at(40, 20))).toBeLessThan(4);
    expect(Math.abs(at(2, 20) - at(2, 21))).toBeLessThan(6);
  });

  it('ends where a picture with alpha ends', () => {
    const picture = drawn(20, 20, 4, () => 255);
    const out = warpPicture(picture, { a: 1, b: 0, x: -10, y: -10 }, { width: 40, height: 40 });
    expect([...out.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expect([...out.subarray((20 * 40 + 20) * 4, (20 * 40 + 20) * 4 + 4)]).toEqual([255, 255, 255, 255]);
  });
});
