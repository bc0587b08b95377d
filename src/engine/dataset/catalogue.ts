import * as path from 'node:path';
import { bytesPerPicture, type DatasetEntry, type SetAside } from '../../contract/dataset.ts';
import type { PictureState, Pixels } from '../../contract/studio/state.ts';
import { printable } from '../node/pictures/index.ts';
import type { Dataset } from './openDataset.ts';
import { readSetAside } from './store.ts';

export interface PicturesWanted {
  /** The first, counted among those that fit. */
  readonly from: number;
  readonly count: number;
  /** Only of this label; '' those without one; null all. */
  readonly label?: string | null | undefined;
  /** Only those whose file's name has this in it, whatever the case. */
  readonly search?: string | undefined;
  /** Only these, as far as they are there, in this order; in place of label and search. */
  readonly ids?: readonly string[] | null | undefined;
}

/** What is made once for an open dataset, so that a page of 50,000 pictures costs a page. */
interface Catalogue {
  readonly indexById: ReadonlyMap<string, number>;
  /** As they are compared with what is searched for. */
  names: readonly string[] | null;
  /** The pictures of the latest filter: scrolling asks for the same again and again. */
  latest: { readonly key: string; readonly indices: readonly number[] } | null;
  setAside: Promise<readonly SetAside[]> | null;
}

const catalogues = new WeakMap<Dataset, Catalogue>();

function catalogueOf(dataset: Dataset): Catalogue {
  let catalogue = catalogues.get(dataset);
  if (!catalogue) {
    const indexById = new Map<string, number>();
    // Where copies are kept, the first has the id.
    for (let i = dataset.count - 1; i >= 0; i--) indexById.set(dataset.entries[i]?.id ?? '', i);
    catalogue = { indexById, names: null, latest: null, setAside: null };
    catalogues.set(dataset, catalogue);
  }
  return catalogue;
}

/** Where the picture of this id stands in an open dataset; -1 where there is none. */
export function indexOfPicture(dataset: Dataset, id: string): number {
  return catalogueOf(dataset).indexById.get(id) ?? -1;
}

/** The entry of this id; null where there is none. */
export function entryOfPicture(dataset: Dataset, id: string): DatasetEntry | null {
  return dataset.entries[indexOfPicture(dataset, id)] ?? null;
}

/** The packed pixels of these pictures, in this order; zeros for one that is no longer there. */
export function pixelsOf(dataset: Dataset, ids: readonly string[]): Pixels {
  const { width, height, channels } = dataset.format;
  const size = bytesPerPicture(dataset.format);
  const bytes = new Uint8Array(ids.length * size);
  for (const [i, id] of ids.entries()) {
    const index = indexOfPicture(dataset, id);
    if (index >= 0) dataset.read(index, bytes, i * size);
  }
  return { count: ids.length, width, height, channels, bytes };
}

/** A page of a dataset's pictures, in the order of the set, and how many fit in all. */
export function listPictures(
  dataset: Dataset,
  { from, count, label = null, search = '', ids = null }: PicturesWanted,
): { total: number; pictures: PictureState[] } {
  const indices =
    ids === null
      ? filtered(dataset, label, normalised(search))
      : ids.map((id) => indexOfPicture(dataset, id)).filter((index) => index >= 0);
  const total = indices?.length ?? dataset.count;
  const pictures: PictureState[] = [];
  for (let i = from; i < Math.min(from + count, total); i++) {
    pictures.push(pictureAt(dataset, indices ? (indices[i] ?? 0) : i));
  }
  return { total, pictures };
}

/** One picture of a dataset as the studio shows it. */
export function pictureAt(dataset: Dataset, index: number): PictureState {
  const entry = dataset.entries[index];
  if (!entry) throw new RangeError(`There is no picture ${index} in a set of ${dataset.count}.`);
  const { id, source, label, crop, faces, width, height } = entry;
  const name = printable(path.basename(source));
  return { index, id, name, source, label, crop, ...(faces !== undefined && { faces }), width, height };
}

/** What was set aside when this dataset was made, a page of it. */
export async function listSetAside(
  dataset: Dataset,
  { from, count }: { readonly from: number; readonly count: number },
): Promise<{ total: number; files: readonly SetAside[] }> {
  const catalogue = catalogueOf(dataset);
  const setAside = await (catalogue.setAside ??= readSetAside(dataset.folder, dataset));
  return { total: setAside.length, files: setAside.slice(from, from + count) };
}

/** The pictures that fit, by index; null for all. */
function filtered(dataset: Dataset, label: string | null, search: string): readonly number[] | null {
  if (label === null && search === '') return null;
  const catalogue = catalogueOf(dataset);
  const key = JSON.stringify([label, search]);
  if (catalogue.latest?.key !== key) {
    const names = (catalogue.names ??= dataset.entries.map(({ source }) =>
      normalised(path.basename(source)),
    ));
    const indices: number[] = [];
    for (const [i, entry] of dataset.entries.entries()) {
      if (label !== null && (entry.label ?? '') !== label) continue;
      if (names[i]?.includes(search)) indices.push(i);
    }
    catalogue.latest = { key, indices };
  }
  return catalogue.latest.indices;
}

/** Names come composed from one system and decomposed from another. */
function normalised(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
