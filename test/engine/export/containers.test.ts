import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ByteSource, concatBytes, fromArray } from '../../../src/engine/export/bytes.ts';
import {
  findGifRecipe,
  gifEnd,
  GifError,
  gifImage,
  gifStart,
  splitGif,
} from '../../../src/engine/export/gif.ts';
import { crc32, embedInPng, findPngRecipe, PngError } from '../../../src/engine/export/png.ts';
import {
  findWebpRecipe,
  splitWebp,
  WebpError,
  webpEnd,
  webpImage,
  webpStart,
} from '../../../src/engine/export/webp.ts';

/** What an encoded recipe may look like: printable ASCII of any length. */
const asciiTexts = fc
  .tuple(fc.string({ unit: 'grapheme-ascii', maxLength: 60 }), fc.integer({ min: 1, max: 40 }))
  .map(([text, times]) => text.repeat(times));

const [width, height, pages] = [24, 16, 3];
const roll = Uint8Array.from(
  { length: width * height * pages * 3 },
  (_, i) => (i * 37 + (i >> 5) * 11) % 256,
);
const raw = { raw: { width, height: height * pages, channels: 3 as const, pageHeight: height } };
let gif: Uint8Array;
let webp: Uint8Array;
let png: Uint8Array;

const delays = [40, 120, 300];

beforeAll(async () => {
  gif = await sharp(roll, raw).gif({ delay: delays, loop: 0 }).toBuffer();
  webp = await sharp(roll, raw).webp({ delay: delays, loop: 0 }).toBuffer();
  png = await sharp(roll, { raw: { width, height: height * pages, channels: 3 } })
    .png()
    .toBuffer();
});

function pixels(bytes: Uint8Array): Promise<Buffer> {
  return sharp(bytes, { animated: true }).ensureAlpha().raw().toBuffer();
}

function rebuiltGif(recipe: string, plays = 0): Uint8Array {
  const images = splitGif(fromArray(gif)).map(gifImage);
  return concatBytes([gifStart(width, height, plays, recipe), ...images, gifEnd]);
}

function rebuiltWebp(recipe: string, plays = 0): Uint8Array {
  const header = { width, height, alpha: false, animation: { plays } };
  const images = splitWebp(fromArray(webp), width, height).map(webpImage);
  const parts = [...images, webpEnd(recipe)];
  const length = webpStart(header, 0).length + parts.reduce((sum, part) => sum + part.length, 0);
  return concatBytes([webpStart(header, length), ...parts]);
}

describe('the recipe in a file', () => {
  it('comes back from a GIF, a PNG and a WebP', () => {
    fc.assert(
      fc.property(asciiTexts, (text) => {
        expect(findGifRecipe(fromArray(rebuiltGif(text)))).toBe(text);
        expect(findPngRecipe(fromArray(embedInPng(png, text)))).toBe(text);
        expect(findWebpRecipe(fromArray(rebuiltWebp(text)))).toBe(text);
      }),
    );
  });

  it('is not found where there is none', () => {
    expect(findGifRecipe(fromArray(gif))).toBeNull();
    expect(findPngRecipe(fromArray(png))).toBeNull();
    expect(findWebpRecipe(fromArray(webp))).toBeNull();
  });

  it('leaves every pixel, delay and repetition as it was', async () => {
    const recipe = '{"a":"<b> & c"}'.repeat(60);
    for (const [before, after] of [
      [gif, rebuiltGif(recipe)],
      [webp, rebuiltWebp(recipe)],
      [png, embedInPng(png, recipe)],
    ] as const) {
      expect((await pixels(after)).equals(await pixels(before))).toBe(true);
      const [was, is] = [await sharp(before).metadata(), await sharp(after).metadata()];
      expect({ delay: is.delay, loop: is.loop, pages: is.pages }).toEqual({
        delay: was.delay,
        loop: was.loop,
        pages: was.pages,
      });
    }
  });

  it('plays once without the repetition block', async () => {
    expect((await sharp(rebuiltGif('x', 1)).metadata()).loop).toBe(1);
    expect((await sharp(rebuiltWebp('x', 1)).metadata()).loop).toBe(1);
  });

  it('is carried by PNG with the checksum of zip', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
    const damaged = embedInPng(png, 'hello');
    damaged[33 + 8 + 16] = damaged[33 + 8 + 16] ^ 1;
    expect(() => findPngRecipe(fromArray(damaged))).toThrow(PngError);
  });
});

describe('a damaged or hostile file', () => {
  const readers = [
    ['gif', GifError, findGifRecipe, () => gif],
    ['png', PngError, findPngRecipe, () => png],
    ['webp', WebpError, findWebpRecipe, () => webp],
  ] as const;

  it.each(readers)('%s: every truncation is noticed', (_name, kind, read, bytes) => {
    for (let length = 0; length < bytes().length - 1; length++) {
      expect(() => read(fromArray(bytes().subarray(0, length)))).toThrow(kind);
    }
  });

  it.each(readers)('%s: no change of bytes makes it hang, crash or read much', (_name, kind, read, bytes) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 30 }), (changes) => {
        const hostile = bytes().slice();
        for (const [at, value] of changes) hostile[at % Math.min(hostile.length, 200)] = value;
        const inner = fromArray(hostile);
        let reads = 0;
        const counted: ByteSource = {
          size: inner.size,
          read: (offset, length) => {
            reads++;
            return inner.read(offset, length);
          },
        };
        try {
          read(counted);
        } catch (error) {
          expect(error).toBeInstanceOf(kind);
        }
        expect(reads).toBeLessThan(4 * hostile.length);
      }),
      { numRuns: 400 },
    );
  });

  it('splits neither into images', () => {
    expect(() => splitGif(fromArray(png))).toThrow(GifError);
    expect(() => splitWebp(fromArray(png), 1, 1)).toThrow(WebpError);
  });
});
