import * as fs from 'node:fs';
import { bytesPerPicture, type Crop, type DatasetEntry, type ImageFormat } from '../../contract/dataset.ts';
import type { FaceSettings } from '../../contract/faces.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { type DatasetIndex, packPath, readIndex } from './store.ts';

/** An imported set of pictures. Pixels stay on the disk until they are asked for. */
export interface Dataset {
  readonly folder: string;
  readonly count: number;
  readonly format: ImageFormat;
  /** How pictures are brought to the format, but for those that were cropped by hand. */
  readonly crop: Crop;
  /** How faces were aligned; null where they were not. */
  readonly faces: FaceSettings | null;
  /** Whether pictures that are, or look, the same were kept. */
  readonly keepDuplicates: boolean;
  /** The table of labels that it was imported with, an absolute path. */
  readonly labelTable: string | null;
  readonly entries: readonly DatasetEntry[];
  /** The labels that occur, sorted by code unit. */
  readonly labels: readonly string[];
  /** Equal for sets of equal pixels, labels and attributes in equal order, wherever the files lie. */
  readonly contentHash: string;
  /** Equal for sets of equal pixels in equal order, whatever their labels. */
  readonly pixelsHash: string;
  /** Copies the uint8 pixels of one picture (height × width × channels) to `out` at `offset`. */
  read(index: number, out: Uint8Array, offset?: number): void;
  /** Copies the pictures of these indices to `out`, one after the other. */
  readBatch(indices: ArrayLike<number>, out: Uint8Array): void;
  close(): void;
}

/** The labels that occur in these entries, sorted by code unit. */
export function labelsOf(entries: readonly DatasetEntry[]): string[] {
  return [...new Set(entries.map(({ label }) => label))].filter((label) => label !== null).sort();
}

/**
 * Opens a dataset folder; only the index is read.
 * Throws `input` when nothing was imported there yet, `corrupt` when its files do not fit together.
 */
export async function openDataset(dir: string): Promise<Dataset> {
  return openIndexed(dir, await readIndex(dir));
}

/** The same, of an index already read. */
export function openIndexed(dir: string, index: DatasetIndex): Dataset {
  const { imageFormat: format, entries } = index;
  const file = packPath(dir, index);
  const size = bytesPerPicture(format);
  const pack = fs.openSync(file, 'r');
  let closed = false;

  const read = (picture: number, out: Uint8Array, offset = 0): void => {
    if (!Number.isInteger(picture) || picture < 0 || picture >= entries.length) {
      throw new RangeError(`There is no picture ${picture} in a set of ${entries.length}.`);
    }
    if (offset < 0 || offset + size > out.length)
      throw new RangeError(`A picture takes ${size} bytes of room.`);
    if (fs.readSync(pack, out, offset, size, picture * size) !== size) {
      throw new MorphloomError('corrupt', `"${file}" has lost its end; import the pictures again.`);
    }
  };

  return {
    folder: dir,
    count: entries.length,
    format,
    crop: index.crop,
    faces: index.faces ?? null,
    keepDuplicates: index.keepDuplicates ?? false,
    labelTable: index.labels ?? null,
    entries,
    labels: labelsOf(entries),
    contentHash: index.contentHash,
    // Sets that were made before it was kept are known by all that they hold.
    pixelsHash: index.pack.hash ?? index.contentHash,
    read,
    readBatch: (indices, out) => {
      for (let i = 0; i < indices.length; i++) read(indices[i] ?? -1, out, i * size);
    },
    close: () => {
      if (!closed) fs.closeSync(pack);
      closed = true;
    },
  };
}
