import {
  bytesPerPicture,
  type Crop,
  type DatasetEntry,
  type FileStamp,
  type ImageFormat,
  type PictureCrop,
  sameCrop,
  type SetAside,
} from '../../contract/dataset.ts';
import type { FaceSettings } from '../../contract/faces.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { openIndexed } from './openDataset.ts';
import { type DatasetIndex, readIndex, readSetAside } from './store.ts';

/** What the import before left, and what of it can be taken over. */
export interface Previous {
  readonly entries: readonly DatasetEntry[];
  /** What this file holds, if it has not changed since, whether it was taken or set aside: an id. */
  idOf(source: string, stamp: FileStamp): string | null;
  /** The picture of this content, under whatever name, if it was cropped so. */
  withId(id: string, crop: PictureCrop): Taken | null;
  /** What this file was found to be a duplicate of, if the file has not changed since: ids. */
  duplicate(source: string, stamp: FileStamp): { readonly id: string; readonly ofId: string } | null;
  close(): void;
}

/** A picture to take over without decoding it. */
export interface Taken {
  readonly entry: DatasetEntry;
  pixels(): Uint8Array;
}

/**
 * Opens what the import before left. Pixels are taken over only where the format and the picture's crop are
 * the same; a set that is not there, or damaged, leaves nothing.
 * @param crop of the set to be, as `faces`: what was said of duplicates holds only with the same
 */
export async function openPrevious(
  dir: string,
  format: ImageFormat,
  crop: Crop,
  faces: FaceSettings | null,
): Promise<Previous> {
  const index = await readIndex(dir).catch((error: unknown) => {
    if (error instanceof MorphloomError && (error.code === 'corrupt' || error.code === 'input')) return null;
    throw error;
  });
  if (!index) return { ...NOTHING, entries: [] };
  const { width, height, channels } = index.imageFormat;
  const reusable = width === format.width && height === format.height && channels === format.channels;
  if (!reusable) return { ...NOTHING, entries: index.entries };
  return openReusable(dir, index, { crop, faces }, await readSetAside(dir, index));
}

/** The same, of a set that is known to have the format. */
export function openReusable(
  dir: string,
  index: DatasetIndex,
  { crop, faces }: { readonly crop: Crop; readonly faces: FaceSettings | null },
  setAside: readonly SetAside[],
): Previous {
  const set = openIndexed(dir, index);
  const { entries } = set;
  const size = bytesPerPicture(set.format);
  const sameShape = set.crop === crop && sameFaces(set.faces, faces);
  const bySource = new Map(entries.map((entry) => [entry.source, entry]));
  const byId = new Map(entries.map(({ id }, i) => [id, i]));
  const asideBySource = new Map(setAside.map((aside) => [aside.source, aside]));

  return {
    entries,
    idOf: (source, stamp) => {
      const known = bySource.get(source) ?? asideBySource.get(source);
      return known?.id !== undefined && sameStamp(known.stamp, stamp) ? known.id : null;
    },
    withId: (id, wanted) => {
      const at = byId.get(id);
      const entry = at === undefined ? undefined : entries[at];
      if (at === undefined || !entry || !sameCrop(entry.crop, wanted)) return null;
      const pixels = (): Uint8Array => {
        const out = new Uint8Array(size);
        set.read(at, out);
        return out;
      };
      return { entry, pixels };
    },
    duplicate: (source, stamp) => {
      const aside = asideBySource.get(source);
      const original = bySource.get(aside?.of ?? '');
      if (!sameShape || aside?.id === undefined || !original || !sameStamp(aside.stamp, stamp)) return null;
      return { id: aside.id, ofId: original.id };
    },
    close: () => set.close(),
  };
}

function sameFaces(a: FaceSettings | null, b: FaceSettings | null): boolean {
  if (a === null || b === null) return a === b;
  return a.unfound === b.unfound && a.at.x === b.at.x && a.at.y === b.at.y;
}

function sameStamp(a: FileStamp | undefined, b: FileStamp): boolean {
  return a?.bytes === b.bytes && a.modified === b.modified && a.changed === b.changed;
}

const NOTHING: Omit<Previous, 'entries'> = {
  idOf: () => null,
  withId: () => null,
  duplicate: () => null,
  close: () => undefined,
};
