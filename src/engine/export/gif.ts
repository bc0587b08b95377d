import { asciiBytes, asciiText, concatBytes, type ByteSource, viewOf } from './bytes.ts';
import { MAX_PROVENANCE_BYTES } from '../../contract/provenance.ts';
import { RECIPE_MARK } from './mark.ts';

/** The GIF89a container (W3C copy of CompuServe's specification, 1990): taken apart, and put together. */

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const COMMENT = 0xfe;
const GRAPHIC_CONTROL = 0xf9;
const MAX_SUB_BLOCK = 255;

/** Dispose of the frame by clearing its rectangle, so that the next one is seen through its holes. */
export const DISPOSE_TO_BACKGROUND = 2;

/** One image of an animation, with the palette that it is drawn with. */
export interface GifImage {
  readonly delayCentiseconds: number;
  readonly disposal: number;
  readonly transparentIndex: number | null;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** 2, 4, … 256 colours, `[r, g, b]` each. */
  readonly palette: Uint8Array;
  /** The LZW code size and the data's sub-blocks, terminator included, as they lie in the file. */
  readonly imageData: Uint8Array;
}

/** Says at which offset a file stops being a GIF. The caller turns it into a sentence that names the file. */
export class GifError extends Error {}

interface Cursor {
  at: number;
}

function take(source: ByteSource, cursor: Cursor, length: number): Uint8Array {
  const bytes = source.read(cursor.at, length);
  if (bytes.length < length) throw new GifError(`it ends within a block, at byte ${source.size}`);
  cursor.at += length;
  return bytes;
}

/** Passes over data sub-blocks, collecting the first `keepBytes` of what they carry. */
function subBlocks(source: ByteSource, cursor: Cursor, keepBytes: number): Uint8Array {
  const kept: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const size = take(source, cursor, 1)[0];
    if (size === 0) return concatBytes(kept);
    const data = take(source, cursor, size);
    if (total < keepBytes) kept.push(data.slice());
    total += size;
  }
}

function paletteBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** Reads the header and the global palette, and leaves the cursor at the first block. */
function readHeader(source: ByteSource, cursor: Cursor): { palette: Uint8Array | null } {
  if (!/^GIF8[79]a$/.test(asciiText(take(source, cursor, 6))))
    throw new GifError('it does not begin as a GIF');
  const screen = take(source, cursor, 7);
  const size = paletteBytes(screen[4]);
  return { palette: size === 0 ? null : take(source, cursor, size).slice() };
}

/** Takes a whole GIF apart. Throws a GifError where it is not one. */
export function splitGif(source: ByteSource): GifImage[] {
  const cursor: Cursor = { at: 0 };
  const global = readHeader(source, cursor).palette;
  const images: GifImage[] = [];
  let control = { delayCentiseconds: 0, disposal: 0, transparentIndex: null as number | null };
  for (;;) {
    const kind = take(source, cursor, 1)[0];
    if (kind === TRAILER) return images;
    if (kind === EXTENSION) {
      const label = take(source, cursor, 1)[0];
      const data = subBlocks(source, cursor, 4);
      if (label === GRAPHIC_CONTROL && data.length >= 4) {
        const flags = data[0];
        control = {
          delayCentiseconds: viewOf(data).getUint16(1, true),
          disposal: (flags >> 2) & 7,
          transparentIndex: (flags & 1) === 1 ? data[3] : null,
        };
      }
    } else if (kind === IMAGE) {
      const place = viewOf(take(source, cursor, 9));
      const flags = place.getUint8(8);
      const local = paletteBytes(flags) === 0 ? null : take(source, cursor, paletteBytes(flags)).slice();
      const palette = local ?? global;
      if (palette === null) throw new GifError(`the image at byte ${cursor.at} has no palette`);
      const start = cursor.at;
      take(source, cursor, 1);
      subBlocks(source, cursor, 0);
      images.push({
        ...control,
        left: place.getUint16(0, true),
        top: place.getUint16(2, true),
        width: place.getUint16(4, true),
        height: place.getUint16(6, true),
        interlaced: (flags & 0x40) !== 0,
        palette,
        imageData: source.read(start, cursor.at - start).slice(),
      });
      control = { delayCentiseconds: 0, disposal: 0, transparentIndex: null };
    } else throw new GifError(`there is no block of GIF's at byte ${cursor.at - 1}`);
  }
}

/** A text in sub-blocks of at most 255 bytes, terminator included. */
function inSubBlocks(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += MAX_SUB_BLOCK) {
    const part = bytes.subarray(at, at + MAX_SUB_BLOCK);
    parts.push(Uint8Array.of(part.length), part);
  }
  return concatBytes([...parts, Uint8Array.of(0)]);
}

/**
 * The start of an animation: header, how it repeats, recipe. The recipe follows the NETSCAPE2.0 block, as some
 * players look for that one right behind the header and nowhere else. Without the block a GIF plays once; with it,
 * once more than it says.
 * @param plays how often it plays; 0 for ever
 * @param recipe ASCII
 */
export function gifStart(width: number, height: number, plays: number, recipe: string): Uint8Array {
  const screen = new Uint8Array(7);
  viewOf(screen).setUint16(0, width, true);
  viewOf(screen).setUint16(2, height, true);
  screen[4] = 0x70; // 8 bits a colour in the original; no global palette, as every image has its own.
  const repeats = concatBytes([
    Uint8Array.of(EXTENSION, 0xff, 11),
    asciiBytes('NETSCAPE2.0'),
    Uint8Array.of(3, 1, 0, 0, 0),
  ]);
  viewOf(repeats).setUint16(repeats.length - 3, Math.max(0, plays - 1), true);
  return concatBytes([
    asciiBytes('GIF89a'),
    screen,
    plays === 1 ? new Uint8Array(0) : repeats,
    Uint8Array.of(EXTENSION, COMMENT),
    inSubBlocks(asciiBytes(RECIPE_MARK + recipe)),
  ]);
}

/** One image as it lies in the file: its timing, its place, its palette and its data. */
export function gifImage(image: GifImage): Uint8Array {
  const control = new Uint8Array(8);
  control.set([
    EXTENSION,
    GRAPHIC_CONTROL,
    4,
    (image.disposal << 2) | (image.transparentIndex === null ? 0 : 1),
  ]);
  viewOf(control).setUint16(4, image.delayCentiseconds, true);
  control[6] = image.transparentIndex ?? 0;
  const place = new Uint8Array(10);
  place[0] = IMAGE;
  [image.left, image.top, image.width, image.height].forEach((value, i) => {
    viewOf(place).setUint16(1 + 2 * i, value, true);
  });
  const bits = Math.log2(image.palette.length / 3);
  place[9] = 0x80 | (image.interlaced ? 0x40 : 0) | (bits - 1);
  return concatBytes([control, place, image.palette, image.imageData]);
}

/** An image of one transparent pixel: what was seen before stays for longer. */
export function gifPause(delayCentiseconds: number): GifImage {
  return {
    delayCentiseconds,
    disposal: 1,
    transparentIndex: 0,
    left: 0,
    top: 0,
    width: 1,
    height: 1,
    interlaced: false,
    palette: new Uint8Array(6),
    imageData: Uint8Array.of(2, 2, 0x44, 0x01, 0), // LZW of one 0: clear, 0, end, in 3 bits each.
  };
}

/** The last byte of a GIF. */
export const gifEnd = Uint8Array.of(TRAILER);

/** The recipe in a GIF's comments, wherever another tool moved them; null where there is none. */
export function findGifRecipe(source: ByteSource): string | null {
  const cursor: Cursor = { at: 0 };
  readHeader(source, cursor);
  for (;;) {
    const kind = take(source, cursor, 1)[0];
    if (kind === TRAILER) return null;
    if (kind === EXTENSION) {
      const label = take(source, cursor, 1)[0];
      const data = subBlocks(
        source,
        cursor,
        label === COMMENT ? RECIPE_MARK.length + MAX_PROVENANCE_BYTES + 1 : 0,
      );
      const text = label === COMMENT ? asciiText(data) : '';
      if (text.startsWith(RECIPE_MARK)) return text.slice(RECIPE_MARK.length);
    } else if (kind === IMAGE) {
      const flags = take(source, cursor, 9)[8];
      cursor.at += paletteBytes(flags) + 1;
      subBlocks(source, cursor, 0);
    } else throw new GifError(`there is no block of GIF's at byte ${cursor.at - 1}`);
  }
}
