import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import sharp from 'sharp';
import type { ImageFormat } from '../../contract/dataset.ts';

/** The widest and tallest that a WebP can be. */
const MOST_SIDE = 16383;

/** Bytes that pictures take, each in a file of its own and all in one. */
export interface LosslessSize {
  readonly name: 'PNG' | 'WebP lossless' | 'gzip';
  readonly each: number;
  /** Null where they do not fit in one. */
  readonly together: number | null;
}

/**
 * What well-known lossless formats make of pictures, at their strongest. gzip packs the bare values; of pictures that
 * are all black and white, single bits, and PNG has a palette of two.
 * @param pixels uint8, HWC, one after the other
 */
export async function losslessSizes(pixels: Uint8Array, format: ImageFormat): Promise<LosslessSize[]> {
  const { width, height, channels } = format;
  const size = width * height * channels;
  const count = pixels.length / size;
  const binary = channels === 1 && pixels.every((value) => value === 0 || value === 255);
  const raw = (data: Uint8Array, rows: number) =>
    sharp(data, { raw: { width, height: rows, channels }, limitInputPixels: false }).toColourspace(
      channels === 1 ? 'b-w' : 'srgb',
    );
  const png = async (data: Uint8Array, rows: number): Promise<number> => {
    const plain = await raw(data, rows).png({ compressionLevel: 9 }).toBuffer();
    if (!binary) return plain.length;
    const two = await raw(data, rows).png({ compressionLevel: 9, palette: true, colours: 2, dither: 0 }).toBuffer(); // prettier-ignore
    return Math.min(plain.length, two.length);
  };
  const webp = async (data: Uint8Array, rows: number): Promise<number> =>
    (await raw(data, rows).webp({ lossless: true, effort: 6, exact: true }).toBuffer()).length;
  const zip = async (data: Uint8Array): Promise<number> =>
    (await promisify(gzip)(binary ? toBits(data) : data, { level: 9 })).length;

  const ways = [
    ['PNG', png],
    ['WebP lossless', webp],
    ['gzip', zip],
  ] as const;
  const out: LosslessSize[] = [];
  for (const [name, bytesOf] of ways) {
    let each = 0;
    for (let i = 0; i < count; i++) each += await bytesOf(pixels.subarray(i * size, (i + 1) * size), height);
    const fits = name !== 'WebP lossless' || count * height <= MOST_SIDE;
    out.push({ name, each, together: fits ? await bytesOf(pixels, count * height) : null });
  }
  return out;
}

function toBits(pixels: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(pixels.length / 8));
  pixels.forEach((value, i) => (bits[i >> 3] |= (value >> 7) << (7 - (i & 7))));
  return bits;
}
