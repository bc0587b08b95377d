import * as path from 'node:path';
import { type CropRectangle, type DatasetEntry, sameCrop, type SetAside } from '../../contract/dataset.ts';
import type { Eyes } from '../../contract/faces.ts';
import { inOrder } from '../faces/alignment.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { type Edits, readEdits, writeEdits } from './edits.ts';
import { createReloader } from './reload.ts';
import { type DatasetIndex, readIndex, readSetAside } from './store.ts';

/** What is to be changed; each can be taken back by another such change. */
export interface EditsChange {
  /** Files to take back that were set aside as duplicates, or removed. Taken back by `unrestore` and `remove`. */
  readonly restore?: readonly string[] | undefined;
  /** Duplicates to set aside again. Taken back by `restore`. */
  readonly unrestore?: readonly string[] | undefined;
  /** Pictures to set aside, by content. Taken back by `restore` of their files. */
  readonly remove?: readonly string[] | undefined;
  /** Null is none. Taken back by setting the label before. */
  readonly label?: { readonly ids: readonly string[]; readonly label: string | null } | null | undefined;
  /** Null is the crop of the whole set. Taken back by setting the crop before. */
  readonly crop?: { readonly id: string; readonly rectangle: CropRectangle | null } | null | undefined;
  /**
   * Eyes to align a picture by; null leaves them to be found. Eyes take the place of a crop by hand, and a crop
   * of eyes: taken back by setting both as they were before.
   */
  readonly eyes?: { readonly id: string; readonly eyes: Eyes | null } | null | undefined;
}

/** What a dataset holds when its edits are changed. */
export interface EditedSet {
  readonly entries: readonly DatasetEntry[];
  readonly setAside: readonly SetAside[];
}

const underway = new Map<string, Promise<unknown>>();

/**
 * What the edits of a dataset folder become by changes, one after the other; nothing is written. Throws `input`
 * where nothing was imported yet and for a crop of a picture whose file is gone or has changed, `usage` where
 * no picture would be left, `corrupt` where the edits are damaged.
 */
export async function planEdits(
  dataset: string,
  changes: readonly EditsChange[],
): Promise<{ readonly before: Edits; readonly after: Edits }> {
  const folder = path.resolve(dataset);
  const before = await readEdits(folder);
  const index = await readIndex(folder);
  const set = { entries: index.entries, setAside: await readSetAside(folder, index) };
  const after = changes.reduce((edits, change) => mergeEdits(edits, change, set), before);
  const removes = changes.some(({ remove = [] }) => remove.length > 0);
  if (removes && set.entries.every(({ id }) => id in after.removed)) {
    throw new MorphloomError('usage', 'These are all pictures that there are; leave one at least.');
  }
  for (const { crop = null } of changes) await checkCroppable(index, crop);
  return { before, after };
}

/**
 * Changes the edits of a dataset folder, one change after the other; the dataset itself follows with the
 * next import. Throws as {@link planEdits} does.
 * @returns the edits before and after: `writeEdits` with those before undoes it all
 */
export function changeEdits(
  dataset: string,
  change: EditsChange,
): Promise<{ readonly before: Edits; readonly after: Edits }> {
  const folder = path.resolve(dataset);
  const run = async (): Promise<{ before: Edits; after: Edits }> => {
    const planned = await planEdits(folder, [change]);
    await writeEdits(folder, planned.after);
    return planned;
  };
  const result = (underway.get(folder) ?? Promise.resolve()).then(run, run);
  underway.set(folder, result);
  const done = (): void => {
    if (underway.get(folder) === result) underway.delete(folder);
  };
  result.then(done, done);
  return result;
}

/** A crop needs the picture's file: better said now than when the dataset follows. */
async function checkCroppable(
  { entries, crop: ofAll }: DatasetIndex,
  crop: NonNullable<EditsChange['crop']> | null,
): Promise<void> {
  const entry = crop === null ? undefined : entries.find(({ id }) => id === crop.id);
  if (!crop || !entry || sameCrop(entry.crop, crop.rectangle ?? ofAll)) return;
  await createReloader()(entry.source, entry.id);
}

/** The edits after a change. */
export function mergeEdits(edits: Edits, change: EditsChange, { entries, setAside }: EditedSet): Edits {
  const removed = new Map(Object.entries(edits.removed));
  const files = new Set(edits.restored.files);
  const contents = new Map(Object.entries(edits.restored.contents));
  const labels = new Map(Object.entries(edits.labels));
  const crops = new Map(Object.entries(edits.crops));
  const eyes = new Map(Object.entries(edits.eyes ?? {}));
  const alike = new Map(Object.entries(edits.alike));

  const asideOf = new Map(setAside.map((aside) => [aside.source, aside]));
  // By the name it had then as well: the file may have another by now.
  const removedAs = new Map([...removed].map(([id, source]) => [source, id]));
  for (const source of new Set(change.restore)) {
    const aside = asideOf.get(source);
    const id = removedAs.get(source) ?? aside?.id;
    const wasRemoved = id !== undefined && removed.delete(id);
    if (id !== undefined && (wasRemoved || aside?.kind === 'near-duplicate')) contents.set(id, source);
    if (!wasRemoved) files.add(source);
  }
  const sourceOf = new Map(entries.map(({ id, source }) => [id, source] as const).reverse());
  const unwanted = new Set(change.unrestore);
  for (const source of unwanted) files.delete(source);
  for (const [id, source] of [...contents]) {
    if (!unwanted.has(source) && !unwanted.has(sourceOf.get(id) ?? '')) continue;
    contents.delete(id);
    files.delete(source);
  }

  const changed = new Set(change.remove);
  for (const shaped of [change.crop, change.eyes]) if (shaped) changed.add(shaped.id);
  for (const id of change.remove ?? []) removed.set(id, sourceOf.get(id) ?? '');
  if (change.crop) {
    const { id, rectangle } = change.crop;
    if (rectangle === null) crops.delete(id);
    else {
      crops.set(id, rectangle);
      eyes.delete(id);
    }
  }
  if (change.eyes) {
    const { id, eyes: placed } = change.eyes;
    if (placed === null) eyes.delete(id);
    else {
      eyes.set(id, inOrder(placed));
      crops.delete(id);
    }
  }
  const idOf = new Map(entries.map(({ id, source }) => [source, id]));
  for (const { kind, id, of } of setAside) {
    const original = idOf.get(of ?? '');
    if (kind !== 'near-duplicate' || id === undefined || original === undefined) continue;
    if (changed.has(original)) alike.set(id, original);
  }
  for (const [id, original] of [...alike]) {
    if (!removed.has(original) && !crops.has(original) && !eyes.has(original)) alike.delete(id);
  }

  if (change.label) {
    const label = change.label.label?.trim() ?? '';
    for (const id of change.label.ids) labels.set(id, label === '' ? null : label);
  }
  return {
    schema: 1,
    restored: { files: [...files], contents: Object.fromEntries(contents) },
    removed: Object.fromEntries(removed),
    labels: Object.fromEntries(labels),
    crops: Object.fromEntries(crops),
    ...(eyes.size > 0 && { eyes: Object.fromEntries(eyes) }),
    alike: Object.fromEntries(alike),
  };
}
