import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { DatasetEntry } from '../../contract/dataset.ts';
import {
  type EncodedImage,
  encodeOriginal,
  encodeThumbnail,
  PictureProblem,
  readPictureFile,
} from '../node/pictures/index.ts';
import { createMemoryBudget } from './concurrency.ts';
import { hashOf } from './items.ts';
import type { Dataset } from './openDataset.ts';

const FOLDER = 'thumbnails';
/** Estimated bytes that pictures being decoded may hold together. */
const DECODE_BYTES = 256 * 1024 * 1024;
const admit = createMemoryBudget(DECODE_BYTES);
/** How many are made side by side; the rest wait. */
const IN_FLIGHT = 4;
const turn = createMemoryBudget(IN_FLIGHT);
const underway = new Map<string, Promise<Uint8Array | null>>();

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
  const key = createHash('sha256')
    .update(JSON.stringify([entry.crop, format]))
    .digest('hex')
    .slice(0, 12);
  const file = path.join(folder, FOLDER, `${entry.id}-${key}-${side}.webp`);
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
export function original(entry: DatasetEntry, side: number): Promise<EncodedImage | null> {
  return fromOriginal(entry, (picture) => encodeOriginal(picture, side, admit));
}

async function fromOriginal(
  entry: DatasetEntry,
  encode: (picture: Awaited<ReturnType<typeof readPictureFile>>) => Promise<EncodedImage>,
): Promise<EncodedImage | null> {
  const release = await turn(1);
  try {
    const picture = await readPictureFile(entry.source);
    return hashOf(picture.data) === entry.id ? await encode(picture) : null;
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

let writes = 0;

/** Keeps a thumbnail; where that cannot be, it is made again each time. */
async function keep(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}-${writes++}.tmp`;
  try {
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(temporary, bytes);
    await fs.rename(temporary, file);
  } catch {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
  }
}
