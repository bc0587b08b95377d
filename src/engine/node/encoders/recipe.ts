import * as fs from 'node:fs';
import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';
import { MAX_PROVENANCE_BYTES, parseProvenance, type Provenance } from '../../../contract/provenance.ts';
import type { ByteSource } from '../../export/bytes.ts';
import { asciiText } from '../../export/bytes.ts';
import { findGifRecipe, GifError } from '../../export/gif.ts';
import { findMp4Recipe, isMp4, Mp4Error } from '../../export/mp4.ts';
import { findPngRecipe, PngError } from '../../export/png.ts';
import { findWebmRecipe, isWebm, WebmError } from '../../export/webm.ts';
import { findWebpRecipe, WebpError } from '../../export/webp.ts';

/** The file that carries the recipe of a folder of frames. */
export const FOLDER_RECIPE = 'morphloom.json';

const WINDOW_BYTES = 64 * 1024;

/** A file as a source: reads windows of 64 KB, so that its size says nothing about the memory it takes. */
function fromFile(handle: number): ByteSource {
  const { size } = fs.fstatSync(handle);
  const readAt = (offset: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    return bytes.subarray(0, fs.readSync(handle, bytes, 0, bytes.length, offset));
  };
  let start = 0;
  let window = new Uint8Array(0);
  return {
    size,
    read: (offset, length) => {
      if (length > WINDOW_BYTES) return readAt(offset, length);
      if (offset < start || offset + length > start + window.length) {
        start = offset;
        window = readAt(offset, WINDOW_BYTES) as Uint8Array<ArrayBuffer>;
      }
      return window.subarray(offset - start, offset - start + length);
    },
  };
}

/** The recipe's text in a file by its first bytes; null where there is none, or where it is no export at all. */
function findRecipe(file: string): string | null {
  const handle = fs.openSync(file, 'r');
  try {
    const source = fromFile(handle);
    const start = asciiText(source.read(0, 12));
    if (start.startsWith('GIF8')) return findGifRecipe(source);
    if (start.startsWith('\u0089PNG')) return findPngRecipe(source);
    if (start.startsWith('RIFF') && start.endsWith('WEBP')) return findWebpRecipe(source);
    if (isMp4(start)) return findMp4Recipe(source);
    if (isWebm(start)) return findWebmRecipe(source);
    return null;
  } finally {
    fs.closeSync(handle);
  }
}

function isDamage(error: unknown): error is Error {
  return [GifError, Mp4Error, PngError, WebmError, WebpError].some((kind) => error instanceof kind);
}

/** Whether a file was made by Morphloom: it carries a recipe, readable by this version or not. */
export function carriesRecipe(file: string): Promise<boolean> {
  try {
    return Promise.resolve(findRecipe(file) !== null);
  } catch {
    return Promise.resolve(false);
  }
}

/**
 * The recipe that an export carries: of a GIF, WebP, (animated) PNG, MP4 or WebM, or of a folder of frames. Throws `input` when
 * there is none or it is a newer Morphloom's, `corrupt` when the file or the recipe is damaged.
 */
export function readProvenance(file: string): Promise<Provenance> {
  return Promise.resolve().then(() => {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) throw new MorphloomError('input', `"${file}" does not exist.`);
    let text: string | null;
    try {
      text = stat.isDirectory() ? readFolderRecipe(file) : stat.isFile() ? findRecipe(file) : null;
    } catch (cause) {
      if (!isDamage(cause)) throw cause;
      throw new MorphloomError(
        'corrupt',
        `"${file}" is damaged (${cause.message}), so its recipe cannot be read; use an intact copy.`,
        { cause },
      );
    }
    if (text === null) {
      throw new MorphloomError(
        'input',
        `"${file}" carries no Morphloom recipe: it was not exported by Morphloom, or another program removed it.`,
      );
    }
    return parseProvenance(text, file);
  });
}

function readFolderRecipe(folder: string): string | null {
  const file = path.join(folder, FOLDER_RECIPE);
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true || stat.size > MAX_PROVENANCE_BYTES) return null;
  return fs.readFileSync(file, 'utf8').trim();
}
