import { createHash } from 'node:crypto';
import * as path from 'node:path';
import type { FileStamp, ImageFormat, PictureCrop, SetAside } from '../../contract/dataset.ts';
import {
  type Admit,
  decodeBytes,
  type PictureBytes,
  PictureProblem,
  readPictureFile,
  renderRaw,
} from '../node/pictures/index.ts';
import { type IdxPictures, idxRole, readIdx } from './idx.ts';
import type { LabelTable } from './labelTable.ts';
import { folderLabel, type FoundFile } from './scan.ts';

/** A picture that may become part of the set, not looked at yet. */
export interface Item {
  readonly source: string;
  readonly stamp: FileStamp;
  readonly label: string | null;
  readonly attributes?: Readonly<Record<string, number>> | undefined;
  /** Part of a set that somebody composed: its pictures are all meant, even where two look the same. */
  readonly composed: boolean;
  /** Reads the content; throws a PictureProblem. */
  load(): Promise<Loaded>;
}

/** A picture's content, identified but not decoded yet. */
export interface Loaded {
  readonly id: string;
  /** The content; absent for a picture inside a set file. */
  readonly file?: PictureBytes;
  decode(
    format: ImageFormat,
    crop: PictureCrop,
    admit: Admit,
  ): Promise<{ pixels: Uint8Array; width: number; height: number }>;
}

/** What each file that was found may become: one picture, many (a set file), or nothing. */
export async function itemsOf(
  files: readonly FoundFile[],
  table: LabelTable | null,
  tableFile: string | null,
): Promise<{ items: Item[]; setAside: SetAside[]; picturesWithoutRow: number }> {
  const items: Item[] = [];
  const setAside: SetAside[] = [];
  let picturesWithoutRow = 0;
  for (const file of files) {
    const role = idxRole(path.basename(file.source));
    if (role === 'labels' || file.source === tableFile) continue;
    if (role === 'pictures') {
      try {
        items.push(...idxItems(file, await readIdx(file.source)));
      } catch (error) {
        if (!(error instanceof PictureProblem)) throw error;
        setAside.push({ source: error.source, kind: error.kind, reason: error.reason });
      }
      continue;
    }
    const row = table?.find(file);
    if (table && !row) picturesWithoutRow += 1;
    items.push({
      source: file.source,
      stamp: file.stamp,
      label: row && table?.hasLabels ? row.label : folderLabel(file),
      attributes: row?.attributes,
      composed: false,
      load: () => loadFile(file.source),
    });
  }
  return { items, setAside, picturesWithoutRow };
}

function idxItems(file: FoundFile, set: IdxPictures): Item[] {
  return Array.from({ length: set.count }, (_, i): Item => {
    const label = set.labels?.[i];
    return {
      source: `${file.source}#${i}`,
      stamp: file.stamp,
      label: label === undefined ? folderLabel(file) : String(label),
      composed: true,
      load: () => Promise.resolve(loadIdx(set, i)),
    };
  });
}

/** Reads a picture file. Throws a PictureProblem. */
export async function loadFile(source: string): Promise<Loaded> {
  return loadedOf(await readPictureFile(source));
}

/** A picture file already read. */
export function loadedOf(picture: PictureBytes): Loaded {
  return {
    id: hashOf(picture.data),
    file: picture,
    decode: (format, crop, admit) => decodeBytes(picture, format, crop, admit),
  };
}

/** A picture of a set file. */
export function loadIdx(set: IdxPictures, index: number): Loaded {
  const { width, height } = set;
  const data = set.picture(index);
  return {
    id: hashOf(Buffer.from(`${width}x${height}`), data),
    decode: async (format, crop) => {
      const pixels = await renderRaw({ data, width, height, channels: 1 }, format, crop);
      return { pixels, width, height };
    },
  };
}

/** What a picture is known by, wherever it lies: 128 bits of its content's SHA-256, in hexadecimal. */
export function hashOf(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 32);
}
