import { describe, expect, it } from 'vitest';
import { type AlignedCrop, alignmentOf } from '../../../src/contract/faces.ts';
import { createRng } from '../../../src/core/rng.ts';
import { createPhotoCompositor } from '../../../src/engine/faces/onto.ts';
import { type Raster, warpPicture } from '../../../src/engine/faces/warp.ts';

const frameSize = { width: 96, height: 96 };
const crop: AlignedCrop = {
  eyes: [
    { x: 0.42, y: 0.44 },
    { x: 0.58, y: 0.5 },
  ],
  at: { x: 0.35, y: 0.42 },
};

/** A noisy photo with soft shades. */
function aPhoto(): Raster {
  const rng = createRng(5);
  const [width, height] = [260, 220];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const p = Math.floor(i / 3);
    return 90 + 0.3 * (p % width) + 0.2 * Math.floor(p / width) + 12 * (i % 3) + rng.below(30);
  });
  return { width, height, channels: 3, data };
}

function framed(photo: Raster): Uint8Array {
  const { a, b, x, y } = alignmentOf(crop, photo, frameSize);
  return warpPicture(photo, { a: a / 96, b: b / 96, x, y }, frameSize);
}

describe('a face put back on its photo', () => {
  const photo = aPhoto();
  const own = framed(photo);
  const compositor = createPhotoCompositor({ photo, crop, own, frameSize });

  it('is the photo itself where the frame shows its own face', () => {
    expect(compositor.compose(own, 1)).toEqual(photo.data);
  });

  it('leaves everything outside the face untouched, and changes its middle', () => {
    const other = own.map((value) => 255 - value);
    const out = compositor.compose(other, 0);
    const at = (x: number, y: number) => (y * photo.width + x) * 3;
    for (const [x, y] of [
      [3, 3],
      [250, 200],
      [10, 110],
      [250, 20],
    ]) {
      expect(out.subarray(at(x, y), at(x, y) + 3)).toEqual(photo.data.subarray(at(x, y), at(x, y) + 3));
    }
    expect(out).not.toEqual(photo.data);
  });

  it('takes a shift of colour off, so that no border shows', () => {
    const tinted = own.map((value, i) => Math.min(255, value + (i % 3 === 0 ? 50 : 0)));
    const out = compositor.compose(tinted, 1);
    let worst = 0;
    for (let i = 0; i < out.length; i++) worst = Math.max(worst, Math.abs(out[i] - photo.data[i]));
    expect(worst).toBeLessThanOrEqual(3);
  });

  it('shows the features of another face where they are', () => {
    const spot = Uint8Array.from(own);
    for (let y = 56; y < 62; y++) {
      for (let x = 44; x < 52; x++) spot.set([0, 0, 0], (y * 96 + x) * 3);
    }
    const out = compositor.compose(spot, 1);
    const { a, b, x, y } = alignmentOf(crop, photo, frameSize);
    const [px, py] = [48 / 96, 59 / 96];
    const [qx, qy] = [Math.floor(a * px - b * py + x), Math.floor(b * px + a * py + y)];
    expect(out[(qy * photo.width + qx) * 3]).toBeLessThan(60);
  });
});
