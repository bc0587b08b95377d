import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng, type Rng } from '../../../src/core/rng.ts';
import { augment } from '../../../src/engine/recipes/augment.ts';

const COUNT = 5;
const images = fc.record({
  width: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 1, max: 9 }),
  channels: fc.constantFrom(1, 3, 4),
});
/** A batch of pictures with their shape. */
const batches = images.chain((image) => {
  const size = COUNT * image.width * image.height * image.channels;
  return fc.uint8Array({ minLength: size, maxLength: size }).map((pixels) => ({ image, pixels }));
});

describe('augment', () => {
  it('flipping twice is the identity, and flipping once mirrors each row', () => {
    fc.assert(
      fc.property(batches, ({ image, pixels }) => {
        const now = pixels.slice();
        augment(now, image, { flip: 1, shift: 0, binarise: false }, createRng(1));
        const { width, channels } = image;
        for (let i = 0; i < pixels.length; i++) {
          const [pixel, c] = [Math.floor(i / channels), i % channels];
          const [row, x] = [Math.floor(pixel / width), pixel % width];
          expect(now[i]).toBe(pixels[(row * width + width - 1 - x) * channels + c]);
        }
        augment(now, image, { flip: 1, shift: 0, binarise: false }, createRng(2));
        expect(now).toEqual(pixels);
      }),
    );
  });

  it('does nothing where nothing is asked', () => {
    fc.assert(
      fc.property(batches, ({ image, pixels }) => {
        const now = pixels.slice();
        augment(now, image, { flip: 0, shift: 0, binarise: false }, createRng(1));
        expect(now).toEqual(pixels);
      }),
    );
  });

  it('shifts by at most so many pixels, the edges repeated, all channels together', () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 4 }), fc.nat(), ({ image, pixels }, shift, seed) => {
        const now = pixels.slice();
        augment(now, image, { flip: 0, shift, binarise: false }, createRng(seed));
        const { width, height, channels } = image;
        const size = width * height * channels;
        const clamp = (v: number, most: number): number => Math.min(most, Math.max(0, v));
        for (let n = 0; n < COUNT; n++) {
          const isShiftedBy = (dx: number, dy: number): boolean => {
            for (let i = 0; i < size; i++) {
              const [pixel, c] = [Math.floor(i / channels), i % channels];
              const [y, x] = [Math.floor(pixel / width), pixel % width];
              const source = (clamp(y - dy, height - 1) * width + clamp(x - dx, width - 1)) * channels + c;
              if (now[n * size + i] !== pixels[n * size + source]) return false;
            }
            return true;
          };
          const span = Array.from({ length: 2 * shift + 1 }, (_, i) => i - shift);
          expect(span.some((dx) => span.some((dy) => isShiftedBy(dx, dy)))).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is the same for the same generator, and draws as often whatever the pictures are', () => {
    const image = { width: 6, height: 4, channels: 3 };
    const settings = { flip: 0.5, shift: 2, binarise: false };
    const draws = (pixels: Uint8Array): number => {
      const rng = createRng(3);
      let count = 0;
      const counted: Rng = {
        ...rng,
        uniform: () => (count++, rng.uniform()),
        below: (n) => (count++, rng.below(n)),
      };
      augment(pixels, image, settings, counted);
      return count;
    };
    const noisy = (): Uint8Array => Uint8Array.from({ length: 40 * 72 }, (_, i) => (i * 37) % 251);
    const [one, two] = [noisy(), noisy()];
    expect(draws(one)).toBe(draws(two));
    expect(one).toEqual(two);
    expect(one).not.toEqual(noisy());
    expect(draws(new Uint8Array(40 * 72))).toBe(draws(noisy()));
  });

  it('mirrors about as many pictures as asked', () => {
    const image = { width: 2, height: 1, channels: 1 };
    const pixels = Uint8Array.from({ length: 2000 }, (_, i) => i % 2);
    augment(pixels, image, { flip: 0.3, shift: 0, binarise: false }, createRng(4));
    const mirrored = pixels.filter((v, i) => i % 2 === 0 && v === 1).length;
    expect(Math.abs(mirrored / 1000 - 0.3)).toBeLessThan(0.05);
  });
});
