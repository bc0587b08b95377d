import type { Crop, DatasetEntry, FileStamp, ImageFormat, SetAside } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { openIndexed } from './openDataset.ts';
import { type DatasetIndex, readIndex, readSetAside } from './store.ts';

/** What the import before left, and what of it can be taken over. */
export interface Previous {
  readonly entries: readonly DatasetEntry[];
  /** The picture that this file was, if the file has not changed since. */
  unchanged(source: string, stamp: FileStamp): Taken | null;
  /** The picture of this content, under whatever name. */
  withId(id: string): Taken | null;
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
 * Opens what the import before left. Pixels are taken over only where the format and the crop are the same;
 * a set that is not there, or damaged, leaves nothing.
 */
export async function openPrevious(dir: string, format: ImageFormat, crop: Crop): Promise<Previous> {
  const index = await readIndex(dir).catch((error: unknown) => {
    if (error instanceof MorphloomError && (error.code === 'corrupt' || error.code === 'input')) return null;
    throw error;
  });
  if (!index) return { ...NOTHING, entries: [] };
  const { width, height, channels } = index.imageFormat;
  const reusable =
    width === format.width && height === format.height && channels === format.channels && index.crop === crop;
  if (!reusable) return { ...NOTHING, entries: index.entries };
  return openReusable(dir, index, await readSetAside(dir, index));
}

function openReusable(dir: string, index: DatasetIndex, setAside: readonly SetAside[]): Previous {
  const set = openIndexed(dir, index);
  const { entries } = set;
  const size = set.format.width * set.format.height * set.format.channels;
  const bySource = new Map(entries.map(({ source }, i) => [source, i]));
  const byId = new Map(entries.map(({ id }, i) => [id, i]));
  const asideBySource = new Map(setAside.map((aside) => [aside.source, aside]));

  const take = (at: number | undefined): Taken | null => {
    const entry = at === undefined ? undefined : entries[at];
    if (at === undefined || !entry) return null;
    const pixels = (): Uint8Array => {
      const out = new Uint8Array(size);
      set.read(at, out);
      return out;
    };
    return { entry, pixels };
  };

  return {
    entries,
    unchanged: (source, stamp) => {
      const taken = take(bySource.get(source));
      return taken && sameStamp(taken.entry.stamp, stamp) ? taken : null;
    },
    withId: (id) => take(byId.get(id)),
    duplicate: (source, stamp) => {
      const aside = asideBySource.get(source);
      const original = take(bySource.get(aside?.of ?? ''));
      if (aside?.id === undefined || !original || !sameStamp(aside.stamp, stamp)) return null;
      return { id: aside.id, ofId: original.entry.id };
    },
    close: () => set.close(),
  };
}

function sameStamp(a: FileStamp | undefined, b: FileStamp): boolean {
  return a?.bytes === b.bytes && a.modified === b.modified && a.changed === b.changed;
}

const NOTHING: Omit<Previous, 'entries'> = {
  unchanged: () => null,
  withId: () => null,
  duplicate: () => null,
  close: () => undefined,
};
