import { asciiBytes, asciiText, concatBytes, type ByteSource, viewOf } from './bytes.ts';
import { MAX_PROVENANCE_BYTES } from '../../contract/provenance.ts';

/** PNG chunks (ISO/IEC 15948, 5.3 and 11.3.3.4): the recipe is an iTXt chunk with the keyword `morphloom`. */

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const KEYWORD = 'morphloom';
/** Keyword, its end, "not compressed" (two bytes), no language, no translated keyword. */
const PREFIX = concatBytes([asciiBytes(KEYWORD), new Uint8Array(5)]);

export class PngError extends Error {}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = (c & 1) === 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 as PNG and zip use it. */
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = crcTable[(c ^ byte) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** A chunk: its length, its type (four letters), its data, its checksum. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  viewOf(bytes).setUint32(0, data.length);
  bytes.set(asciiBytes(type), 4);
  bytes.set(data, 8);
  viewOf(bytes).setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** The recipe (UTF-8 text) as a chunk, which stands before the picture's data. */
export function recipeChunk(recipe: string): Uint8Array {
  return pngChunk('iTXt', concatBytes([PREFIX, new TextEncoder().encode(recipe)]));
}

/** Puts the recipe (UTF-8 text) behind the header chunk, where it is found without reading the picture. */
export function embedInPng(png: Uint8Array, recipe: string): Uint8Array {
  const headerEnd = PNG_SIGNATURE.length + 12 + 13;
  if (!isPng(png) || asciiText(png.subarray(12, 16)) !== 'IHDR')
    throw new PngError('it does not begin as a PNG');
  const text = recipeChunk(recipe);
  return concatBytes([png.subarray(0, headerEnd), text, png.subarray(headerEnd)]);
}

/** The chunks of a whole PNG, in order. Throws a PngError where it is none. */
export function splitPng(png: Uint8Array): { readonly type: string; readonly data: Uint8Array }[] {
  if (!isPng(png)) throw new PngError('it does not begin as a PNG');
  const chunks: { type: string; data: Uint8Array }[] = [];
  for (let at = PNG_SIGNATURE.length; at + 12 <= png.length;) {
    const length = viewOf(png).getUint32(at);
    if (at + 12 + length > png.length) throw new PngError(`the chunk at byte ${at} is longer than the file`);
    chunks.push({
      type: asciiText(png.subarray(at + 4, at + 8)),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return chunks;
}

function isPng(start: Uint8Array): boolean {
  return PNG_SIGNATURE.every((byte, i) => start[i] === byte);
}

/** The recipe in a PNG; null where there is none. Throws a PngError where the file is damaged before it. */
export function findPngRecipe(source: ByteSource): string | null {
  if (!isPng(source.read(0, 8))) throw new PngError('it does not begin as a PNG');
  let at = 8;
  for (;;) {
    const head = source.read(at, 8);
    if (head.length < 8) throw new PngError(`it ends within a chunk, at byte ${source.size}`);
    const length = viewOf(head).getUint32(0);
    const type = asciiText(head.subarray(4));
    if (length > 0x7fffffff || at + 12 + length > source.size) {
      throw new PngError(`the chunk at byte ${at} is longer than the file`);
    }
    if (type === 'IEND') return null;
    if (type === 'iTXt' && length >= PREFIX.length && length <= PREFIX.length + MAX_PROVENANCE_BYTES) {
      const body = source.read(at + 4, length + 8);
      const data = body.subarray(4, 4 + length);
      if (PREFIX.every((byte, i) => data[i] === byte)) {
        if (viewOf(body).getUint32(4 + length) !== crc32(body.subarray(0, 4 + length))) {
          throw new PngError('the checksum of its recipe is wrong');
        }
        return new TextDecoder().decode(data.subarray(PREFIX.length));
      }
    }
    at += 12 + length;
  }
}
