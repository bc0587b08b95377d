import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { DatasetEntry, ImageFormat, PictureCrop } from '../../contract/dataset.ts';
import {
  type EncodedImage,
  encodeOriginal,
  encodeThumbnail,
  type PictureBytes,
  PictureProblem,
  readPictureFile,
} from '../node/pictures/index.ts';
import { createMemoryBudget } from './concurrency.ts';
import { hashOf } from './items.ts';
import type { Dataset } from './openDataset.ts';

const FOLDER = 'thumbnails';
/** What the thumbnails of one dataset may take on the disk, and what is left of it when that is too much. */
const MOST_BYTES = 1e9;
const LEFT = 0.8;
/** Estimated bytes that pictures being decoded may hold together. */
const DECODE_BYTES = 256 * 1024 * 1024;
const admit = createMemoryBudget(DECODE_BYTES);
/** How many are made side by side, in all; the rest wait their turn. */
const IN_FLIGHT = 4;
const turn = createMemoryBudget(IN_FLIGHT);
const STATS_AT_ONCE = 64;

const underway = new Map<string, Promise<Uint8Array | null>>();
/** Bytes on the disk by folder, counted when this process first writes there. */
const counted = new Map<string, Promise<number>>();
let writes = 0;

/**
 * A picture of a dataset from its original, cropped as in the dataset, as WebP. Made once and kept in the
 * dataset's `thumbnails/`.
 * @param side of the longer side, in pixels; less where the original's part has no more
 * @returns null where there is no such original any more, and for pictures inside set files
 */
export function thumbnail(
  dataset: Pick<Dataset, 'folder' | 'format'>,
  entry: DatasetEntry,
  side: number,
): Promise<Uint8Array | null> {
  const { folder, format } = dataset;
  const file = path.join(folder, FOLDER, `${entry.id}-${keyOf(entry.crop, format)}-${side}.webp`);
  const running = underway.get(file);
  if (running) return running;
  const made = (async () => {
    const kept = await readKept(file);
    if (kept) return kept;
    const image = await fromOriginal(entry, (picture) =>
      encodeThumbnail(picture, format, entry.crop, side, admit),
    );
    if (image) await keep(file, image.bytes);
    return image?.bytes ?? null;
  })();
  underway.set(file, made);
  const done = (): void => void underway.delete(file);
  made.then(done, done);
  return made;
}

/**
 * A picture's original, whole, upright, as WebP.
 * @param side at most this wide and high, in pixels; never larger than the original is
 * @returns null where it is gone or another by now, and for pictures inside set files
 */
export function original(
  entry: Pick<DatasetEntry, 'source' | 'id'>,
  side: number,
): Promise<EncodedImage | null> {
  return fromOriginal(entry, (picture) => encodeOriginal(picture, side, admit));
}

/** Removes the thumbnails that no picture of a set has any more. That they stay on a failure harms nothing. */
export async function dropThumbnails(
  dataset: string,
  { entries, imageFormat }: { readonly entries: readonly DatasetEntry[]; readonly imageFormat: ImageFormat },
): Promise<void> {
  const folder = path.join(dataset, FOLDER);
  const names = await fs.readdir(folder).catch(() => []);
  if (names.length === 0) return;
  const keys = new Map<PictureCrop, string>();
  const wanted = new Set(
    entries.map(({ id, crop }) => {
      const key = keys.get(crop) ?? keyOf(crop, imageFormat);
      keys.set(crop, key);
      return `${id}-${key}`;
    }),
  );
  for (const name of names) {
    if (wanted.has(name.slice(0, name.lastIndexOf('-')))) continue;
    await fs.rm(path.join(folder, name), { force: true }).catch(() => undefined);
  }
  counted.delete(folder);
}

/**
 * Counts what lies in a folder of thumbnails, and removes the oldest where that is more than `most` bytes.
 * @returns the bytes that are left
 */
export async function pruneThumbnails(folder: string, most: number): Promise<number> {
  const names = await fs.readdir(folder).catch(() => []);
  const files: { file: string; bytes: number; modified: number }[] = [];
  for (let i = 0; i < names.length; i += STATS_AT_ONCE) {
    await Promise.all(
      names.slice(i, i + STATS_AT_ONCE).map(async (name) => {
        const file = path.join(folder, name);
        const stat = await fs.stat(file).catch(() => null);
        if (stat) files.push({ file, bytes: stat.size, modified: stat.mtimeMs });
      }),
    );
  }
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= most) return total;
  files.sort((a, b) => a.modified - b.modified);
  for (const { file, bytes } of files) {
    if (total <= most * LEFT) break;
    await fs.rm(file, { force: true }).catch(() => undefined);
    total -= bytes;
  }
  return total;
}

/** What a thumbnail depends on beside the content. */
function keyOf(crop: PictureCrop, format: ImageFormat): string {
  const { width, height, channels } = format;
  return hashOf(Buffer.from(JSON.stringify([crop, width, height, channels]))).slice(0, 12);
}

async function fromOriginal(
  { source, id }: Pick<DatasetEntry, 'source' | 'id'>,
  encode: (picture: PictureBytes) => Promise<EncodedImage>,
): Promise<EncodedImage | null> {
  const release = await turn(1);
  try {
    const picture = await readPictureFile(source);
    return hashOf(picture.data) === id ? await encode(picture) : null;
  } catch (error) {
    if (error instanceof PictureProblem) return null;
    throw error;
  } finally {
    release();
  }
}

/** A thumbnail that was kept; null where there is none, or a power cut left a part of one. */
async function readKept(file: string): Promise<Uint8Array | null> {
  const bytes = await fs.readFile(file).catch(() => null);
  return bytes && bytes.length > 12 && bytes.readUInt32LE(4) + 8 === bytes.length ? bytes : null;
}

/** Keeps a thumbnail; where that cannot be, it is made again each time. */
async function keep(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}-${writes++}.tmp`;
  try {
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(temporary, bytes);
    await fs.rename(temporary, file);
    void count(path.dirname(file), bytes.length);
  } catch {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Counts a write, and makes room when it is time, while others go on. */
function count(folder: string, bytes: number): Promise<number> {
  const before = counted.get(folder);
  const after = before
    ? before.then((total) =>
        total + bytes > MOST_BYTES ? pruneThumbnails(folder, MOST_BYTES) : total + bytes,
      )
    : pruneThumbnails(folder, MOST_BYTES);
  counted.set(folder, after);
  return after;
}
