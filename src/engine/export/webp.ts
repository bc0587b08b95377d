import { asciiBytes, asciiText, concatBytes, type ByteSource, viewOf } from './bytes.ts';
import { MAX_PROVENANCE_BYTES } from '../../contract/provenance.ts';

/** The WebP container (RFC 9649): taken apart, and put together with the recipe as an XMP chunk. */

const FLAG_ALPHA = 0x10;
const FLAG_XMP = 0x04;
const FLAG_ANIMATION = 0x02;
/** In ANMF: draw over what was there, without blending. */
const DO_NOT_BLEND = 0x02;
const DISPOSE_TO_BACKGROUND = 0x01;

export class WebpError extends Error {}

interface Chunk {
  readonly type: string;
  /** Where its data begins, in bytes from the start of the source. */
  readonly at: number;
  readonly length: number;
}

/** Walks the chunks between two offsets; throws where one is longer than what holds it. */
function* chunks(source: ByteSource, from: number, to: number): Generator<Chunk> {
  let at = from;
  while (at + 8 <= to) {
    const head = source.read(at, 8);
    if (head.length < 8) throw new WebpError(`it ends within a chunk, at byte ${source.size}`);
    const length = viewOf(head).getUint32(4, true);
    if (at + 8 + length > to) throw new WebpError(`the chunk at byte ${at} is longer than the file`);
    yield { type: asciiText(head.subarray(0, 4)), at: at + 8, length };
    at += 8 + length + (length & 1);
  }
}

function* fileChunks(source: ByteSource): Generator<Chunk> {
  const head = source.read(0, 12);
  if (
    head.length < 12 ||
    asciiText(head.subarray(0, 4)) !== 'RIFF' ||
    asciiText(head.subarray(8)) !== 'WEBP'
  ) {
    throw new WebpError('it does not begin as a WebP');
  }
  const end = 8 + viewOf(head).getUint32(4, true);
  if (end > source.size) throw new WebpError(`it ends at byte ${source.size} of ${end}`);
  yield* chunks(source, 12, end);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + data.length + (data.length & 1));
  bytes.set(asciiBytes(type));
  viewOf(bytes).setUint32(4, data.length, true);
  bytes.set(data, 8);
  return bytes;
}

function setUint24(bytes: Uint8Array, at: number, value: number): void {
  viewOf(bytes).setUint16(at, value & 0xffff, true);
  bytes[at + 2] = value >>> 16;
}

/** One picture of an animation. */
export interface WebpImage {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly delayMs: number;
  readonly blend: boolean;
  readonly disposeToBackground: boolean;
  /** Its ALPH, VP8 or VP8L chunks as they lie in the file. */
  readonly imageChunks: Uint8Array;
}

/** Takes a WebP apart; a still is one image that covers `width` × `height` and has no delay. */
export function splitWebp(source: ByteSource, width: number, height: number): WebpImage[] {
  const images: WebpImage[] = [];
  const still: Uint8Array[] = [];
  for (const { type, at, length } of fileChunks(source)) {
    if (type === 'ANMF') {
      const head = source.read(at, 16);
      if (length < 16) throw new WebpError(`the frame at byte ${at} has no header`);
      const view = viewOf(head);
      const uint24 = (offset: number): number =>
        view.getUint16(offset, true) + (view.getUint8(offset + 2) << 16);
      images.push({
        left: 2 * uint24(0),
        top: 2 * uint24(3),
        width: 1 + uint24(6),
        height: 1 + uint24(9),
        delayMs: uint24(12),
        blend: (view.getUint8(15) & DO_NOT_BLEND) === 0,
        disposeToBackground: (view.getUint8(15) & DISPOSE_TO_BACKGROUND) !== 0,
        imageChunks: source.read(at + 16, length - 16 + (length & 1)).slice(),
      });
    } else if (type === 'ALPH' || type === 'VP8 ' || type === 'VP8L') {
      still.push(chunk(type, source.read(at, length)));
    }
  }
  if (images.length > 0 || still.length === 0) return images;
  return [
    {
      left: 0,
      top: 0,
      width,
      height,
      delayMs: 0,
      blend: false,
      disposeToBackground: false,
      imageChunks: concatBytes(still),
    },
  ];
}

export interface WebpHeader {
  readonly width: number;
  readonly height: number;
  readonly alpha: boolean;
  /** Null for a still; else how often it plays, 0 for ever. */
  readonly animation: { readonly plays: number } | null;
}

/** The start of a file that will be `fileBytes` long: always of the same length for the same kind. */
export function webpStart({ width, height, alpha, animation }: WebpHeader, fileBytes: number): Uint8Array {
  const riff = concatBytes([asciiBytes('RIFF'), new Uint8Array(4), asciiBytes('WEBP')]);
  viewOf(riff).setUint32(4, fileBytes - 8, true);
  const extended = new Uint8Array(10);
  extended[0] = (alpha ? FLAG_ALPHA : 0) | FLAG_XMP | (animation === null ? 0 : FLAG_ANIMATION);
  setUint24(extended, 4, width - 1);
  setUint24(extended, 7, height - 1);
  const parts = [riff, chunk('VP8X', extended)];
  if (animation !== null) {
    const repeats = new Uint8Array(6);
    viewOf(repeats).setUint16(4, animation.plays, true);
    parts.push(chunk('ANIM', repeats));
  }
  return concatBytes(parts);
}

/** One picture of an animation as it lies in the file. */
export function webpImage(image: WebpImage): Uint8Array {
  const head = new Uint8Array(16);
  setUint24(head, 0, image.left / 2);
  setUint24(head, 3, image.top / 2);
  setUint24(head, 6, image.width - 1);
  setUint24(head, 9, image.height - 1);
  setUint24(head, 12, image.delayMs);
  head[15] = (image.blend ? 0 : DO_NOT_BLEND) | (image.disposeToBackground ? DISPOSE_TO_BACKGROUND : 0);
  return chunk('ANMF', concatBytes([head, image.imageChunks]));
}

const XMP_START =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  '<rdf:Description rdf:about="" xmlns:morphloom="urn:morphloom:1#"><morphloom:recipe>';
const XMP_END = '</morphloom:recipe></rdf:Description></rdf:RDF></x:xmpmeta>';

const ENTITIES: readonly (readonly [string, string])[] = [
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['&', '&amp;'],
];

/** The end of a file: the recipe (ASCII) as XMP, which must follow the pictures. */
export function webpEnd(recipe: string): Uint8Array {
  const escaped = recipe.replace(/[&<>]/g, (c) => ENTITIES.find(([plain]) => plain === c)?.[1] ?? c);
  return chunk('XMP ', asciiBytes(XMP_START + escaped + XMP_END));
}

/** The recipe in a WebP; null where there is none. Throws a WebpError where the file is damaged before it. */
export function findWebpRecipe(source: ByteSource): string | null {
  for (const { type, at, length } of fileChunks(source)) {
    if (type !== 'XMP ' || length > 6 * MAX_PROVENANCE_BYTES) continue;
    const xmp = asciiText(source.read(at, length));
    const start = xmp.indexOf('<morphloom:recipe>');
    const end = xmp.indexOf('</morphloom:recipe>', start);
    if (start < 0) continue;
    if (end < 0) throw new WebpError('its recipe has no end');
    return ENTITIES.reduce(
      (text, [plain, entity]) => text.replaceAll(entity, plain),
      xmp.slice(start + '<morphloom:recipe>'.length, end),
    );
  }
  return null;
}
