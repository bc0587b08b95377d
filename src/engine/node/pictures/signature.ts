import type { SetAsideKind } from '../../../contract/dataset.ts';

/** What the first bytes of a file say it is: a format that is decoded, or why it is not taken. */
export type Signature =
  | { readonly format: 'jpeg' | 'png' | 'gif' | 'webp' | 'tiff' | 'avif' | 'svg' }
  | { readonly kind: SetAsideKind; readonly reason: string };

/** How many bytes `readSignature` wants to see. */
export const SIGNATURE_BYTES = 4096;

const unsupported = (what: string, remedy: string): Signature => ({
  kind: 'unsupported',
  reason: `is ${what}, which is not read here; ${remedy}`,
});
const AS_PNG = 'save it as PNG or JPEG';
const HEIC = unsupported('a HEIC photo', 'export it as JPEG, or run `heif-convert in.heic out.jpg`');
const VIDEO: Signature = {
  kind: 'not-a-picture',
  reason: 'is a video; save the frames that you want as pictures',
};
const CAMERA_RAW = /\.(nef|cr2|cr3|arw|dng|orf|rw2|pef|srw|raf)$/i;

/** Formats told by fixed bytes at the start. */
const MAGIC: readonly (readonly [string, Signature])[] = [
  ['\xff\xd8\xff', { format: 'jpeg' }],
  ['\x89PNG\r\n\x1a\n', { format: 'png' }],
  ['GIF87a', { format: 'gif' }],
  ['GIF89a', { format: 'gif' }],
  ['II*\0', { format: 'tiff' }],
  ['MM\0*', { format: 'tiff' }],
  ['II+\0', { format: 'tiff' }],
  ['MM\0+', { format: 'tiff' }],
  ['8BPS', unsupported('a Photoshop file', AS_PNG)],
  ['\xff\x0a', unsupported('a JPEG XL picture', AS_PNG)],
  ['\0\0\0\x0cJXL ', unsupported('a JPEG XL picture', AS_PNG)],
  ['\0\0\0\x0cjP  ', unsupported('a JPEG 2000 picture', AS_PNG)],
  ['\0\0\x01\0', unsupported('an icon file', AS_PNG)],
  ['%PDF', unsupported('a PDF', 'save its pages as PNG')],
  ['v/1\x01', unsupported('an OpenEXR picture', AS_PNG)],
  ['#?RADIANCE', unsupported('a Radiance picture', AS_PNG)],
  ['\x1f\x8b', { kind: 'not-a-picture', reason: 'is compressed (gzip); unpack it first' }],
  [
    'PK\x03\x04',
    { kind: 'not-a-picture', reason: 'is an archive or office document; unpack it, or save its pictures' },
  ],
  ['\x1aE\xdf\xa3', VIDEO],
];

/**
 * Tells a file by its content, as names lie.
 * @param head the first `SIGNATURE_BYTES` bytes, or all of a shorter file
 */
export function readSignature(head: Buffer, name: string): Signature {
  if (head.length === 0)
    return { kind: 'empty', reason: 'is empty (0 bytes); copy it again from where it came' };
  const start = head.toString('latin1', 0, 16);
  if (CAMERA_RAW.test(name)) return unsupported("a camera's raw file", 'develop it to JPEG or TIFF');
  if (start.startsWith('RIFF')) {
    if (start.slice(8, 12) === 'WEBP') return { format: 'webp' };
    return start.slice(8, 11) === 'AVI' ? VIDEO : NOT_A_PICTURE;
  }
  if (start.slice(4, 8) === 'ftyp') return readBrands(head);
  for (const [magic, signature] of MAGIC) if (start.startsWith(magic)) return signature;
  if (/^BM.{4}\0{4}/s.test(start)) return unsupported('a BMP picture', AS_PNG);
  if (/^P[1-7]\s/.test(start)) return unsupported('a PPM picture', AS_PNG);
  // Each door has its own way to take labels from one, and says it.
  if (/\.(csv|tsv)$/i.test(name)) return { kind: 'table', reason: 'is a table, not a picture' };
  return readMarkup(head);
}

const NOT_A_PICTURE: Signature = { kind: 'not-a-picture', reason: 'is not a picture' };

/** ISO base media files: the brands in the first box tell AVIF, HEIC and video apart. */
function readBrands(head: Buffer): Signature {
  const end = Math.min(head.length, Math.max(16, head.readUInt32BE(0)));
  const brands = [head.toString('latin1', 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(head.toString('latin1', at, at + 4));
  if (brands.some((brand) => brand === 'avif' || brand === 'avis')) return { format: 'avif' };
  return brands.some((brand) => /^(hei|hev|mif1|msf1)/.test(brand)) ? HEIC : VIDEO;
}

function readMarkup(head: Buffer): Signature {
  const text = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (!text.startsWith('<')) return NOT_A_PICTURE;
  if (/<html|<!doctype html/i.test(text)) {
    return { kind: 'not-a-picture', reason: 'is a web page, not a picture; download the picture itself' };
  }
  return /<([a-z]+:)?svg[\s>]/i.test(text) ? { format: 'svg' } : NOT_A_PICTURE;
}

/**
 * Whether the end of the file is missing. The decoder notices only when it needs the rows that are not
 * there, and a crop may not.
 */
export function isTruncated(data: Buffer, format: string): boolean {
  if (format === 'png') return data.lastIndexOf('IEND', undefined, 'latin1') < 0;
  if (format === 'webp') return data.length < 12 || data.readUInt32LE(4) + 8 > data.length;
  if (format === 'jpeg') {
    const scan = startOfScan(data);
    return scan === null || data.lastIndexOf(END_OF_IMAGE) < scan;
  }
  return false;
}

const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);

/**
 * Where a JPEG's first scan begins (thumbnails before it are whole JPEGs, with an end of their own), null
 * when the file ends before. From odd bytes between segments on, which decoders skip, anything may be the scan.
 */
function startOfScan(data: Buffer): number | null {
  let at = 2;
  while (at + 4 <= data.length) {
    if (data[at] !== 0xff) return at;
    const marker = data[at + 1] ?? 0;
    if (marker === 0xda) return at;
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else at += 2 + data.readUInt16BE(at + 2);
  }
  return null;
}
