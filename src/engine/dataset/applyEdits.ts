import * as path from 'node:path';
import type { DatasetEntry, ImportReport, SetAside } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { PictureProblem } from '../node/pictures/index.ts';
import { assemble, type ImportWatch } from './assemble.ts';
import { applied, type Edits, membershipOf, readEdits, writeEdits } from './edits.ts';
import type { Item } from './items.ts';
import { labelsOf } from './openDataset.ts';
import { openReusable } from './previous.ts';
import { createReloader, inSetFile } from './reload.ts';
import { type DatasetIndex, readIndex, readSetAside, replaceIndex } from './store.ts';

/**
 * Brings a dataset up to its edits, without looking for pictures anew: only files that are restored or
 * cropped otherwise are read, and for labels nothing but the index. What comes out is what an import of
 * unchanged sources gives. Throws `input` for a picture whose file is gone or has changed, and leaves all as
 * it was; `corrupt` where the edits or the dataset are damaged.
 */
export async function applyEdits(
  dataset: string,
  {
    edits: wanted,
    ...watch
  }: ImportWatch & {
    /** Edits to put in the place of the folder's; they are written as the dataset changes, or not at all. */
    readonly edits?: Edits | undefined;
  } = {},
): Promise<ImportReport> {
  const started = performance.now();
  const into = path.resolve(dataset);
  const before = await readEdits(into);
  const edits = wanted ?? before;
  let written = false;
  const beforeCommit = async (): Promise<void> => {
    if (wanted === undefined) return;
    written = true;
    await writeEdits(into, wanted);
  };
  try {
    const report = await bringUpTo(into, edits, beforeCommit, watch);
    return { ...report, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    if (written) await writeEdits(into, before);
    throw error;
  }
}

async function bringUpTo(
  into: string,
  edits: Edits,
  beforeCommit: () => Promise<void>,
  watch: ImportWatch,
): Promise<Omit<ImportReport, 'seconds'>> {
  const index = await readIndex(into);
  const setAside = await readSetAside(into, index);
  if (index.edits === membershipOf(edits) && index.pack.hash !== undefined) {
    await beforeCommit();
    return relabel(into, index, index.pack.hash, setAside, edits);
  }
  return assemble({
    ...watch,
    into,
    format: index.imageFormat,
    crop: index.crop,
    faces: index.faces ?? null,
    keepDuplicates: index.keepDuplicates ?? false,
    labels: index.labels ?? null,
    sources: [into],
    items: itemsOfSet(index.entries, setAside),
    setAside: setAside.filter(({ id }) => id === undefined),
    edits,
    previous: openReusable(into, index, { crop: index.crop, faces: index.faces ?? null }, setAside),
    beforeCommit,
  });
}

async function relabel(
  into: string,
  index: DatasetIndex,
  packHash: string,
  setAside: readonly SetAside[],
  edits: Edits,
): Promise<Omit<ImportReport, 'seconds'>> {
  const { labelOf } = applied(edits);
  const entries = index.entries.map((entry): DatasetEntry => {
    const label = labelOf(entry.id, entry.label);
    return label === entry.label ? entry : { ...entry, label };
  });
  const aside = setAside.map((file) =>
    file.id === undefined ? file : { ...file, label: labelOf(file.id, file.label ?? null) },
  );
  const contentHash = await replaceIndex(into, { ...index, entries }, packHash, aside);
  return {
    count: entries.length,
    added: 0,
    kept: entries.length,
    removed: 0,
    format: index.imageFormat,
    crop: index.crop,
    labels: labelsOf(entries),
    setAside: aside,
    contentHash,
  };
}

/** The pictures of a set and the files that were set aside for others, in the order in which they were found. */
function itemsOfSet(entries: readonly DatasetEntry[], setAside: readonly SetAside[]): Item[] {
  const load = createReloader();
  const items: Item[] = [];
  const known = setAside.filter(({ id }) => id !== undefined);
  let next = 0;
  for (let i = 0; i <= entries.length; i++) {
    for (; next < known.length && (i === entries.length || (known[next].at ?? entries.length) <= i); next++) {
      const { source, id = '', stamp, label = null, attributes } = known[next];
      if (!stamp) continue;
      const composed = inSetFile(source) !== null;
      items.push({ source, stamp, label, attributes, composed, load: () => load(source, id) });
    }
    const entry = entries.at(i);
    if (i === entries.length || !entry) break;
    const { source, id, stamp, label, attributes } = entry;
    const composed = inSetFile(source) !== null;
    items.push({ source, stamp, label, attributes, composed, load: () => load(source, id).catch(insist) });
  }
  return items;
}

/** What is in the set must not leave it because its file is gone: nothing is changed then. */
function insist(problem: unknown): never {
  if (!(problem instanceof PictureProblem)) throw problem;
  throw new MorphloomError(problem.code, problem.message, { cause: problem });
}
