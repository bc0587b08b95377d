import * as path from 'node:path';
import type { DatasetEntry, ImportReport, SetAside } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { PictureProblem } from '../node/pictures/index.ts';
import { assemble, type ImportWatch } from './assemble.ts';
import { applied, type Edits, membershipOf, readEdits } from './edits.ts';
import { type IdxPictures, idxRole, readIdx } from './idx.ts';
import { type Item, loadFile, loadIdx, type Loaded } from './items.ts';
import { labelsOf } from './openDataset.ts';
import { openReusable } from './previous.ts';
import { type DatasetIndex, readIndex, readSetAside, replaceIndex } from './store.ts';

/**
 * Brings a dataset up to its edits, without looking for pictures anew: only files that are restored or
 * cropped otherwise are read, and for labels nothing but the index. What comes out is what an import of
 * unchanged sources gives. Throws `input` for a picture whose file is gone or has changed, and leaves all as
 * it was; `corrupt` where the edits or the dataset are damaged.
 */
export async function applyEdits(dataset: string, watch: ImportWatch = {}): Promise<ImportReport> {
  const started = performance.now();
  const into = path.resolve(dataset);
  const edits = await readEdits(into);
  const index = await readIndex(into);
  const setAside = await readSetAside(into, index);
  const report =
    index.edits === membershipOf(edits) && index.pack.hash !== undefined
      ? await relabel(into, index, index.pack.hash, setAside, edits)
      : await assemble({
          ...watch,
          into,
          format: index.imageFormat,
          crop: index.crop,
          keepDuplicates: index.keepDuplicates ?? false,
          labels: index.labels ?? null,
          sources: [into],
          items: itemsOfSet(index.entries, setAside),
          setAside: setAside.filter(({ id }) => id === undefined),
          edits,
          previous: openReusable(into, index, index.crop, setAside),
        });
  return { ...report, seconds: (performance.now() - started) / 1000 };
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
  const load = createLoader();
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
    const insist = (problem: unknown): never => {
      if (!(problem instanceof PictureProblem)) throw problem;
      throw new MorphloomError(problem.code, problem.message, { cause: problem });
    };
    const composed = inSetFile(source) !== null;
    items.push({ source, stamp, label, attributes, composed, load: () => load(source, id).catch(insist) });
  }
  return items;
}

/** Reads pictures again, each set file once. Throws a PictureProblem for one that is not what it was. */
function createLoader(): (source: string, id: string) => Promise<Loaded> {
  const sets = new Map<string, Promise<IdxPictures>>();
  return async (source, id) => {
    const inside = inSetFile(source);
    let loaded: Loaded;
    if (inside) {
      const set = sets.get(inside.file) ?? readIdx(inside.file);
      sets.set(inside.file, set);
      loaded = loadIdx(await set, inside.index);
    } else loaded = await loadFile(source);
    if (loaded.id === id) return loaded;
    const reason = 'has changed since it was imported; import the pictures again';
    throw new PictureProblem(source, 'unreadable', reason);
  };
}

/** Where a picture of a set file lies; null for one that is a file of its own. */
function inSetFile(source: string): { readonly file: string; readonly index: number } | null {
  const [, file, index] = /^(.*)#(\d+)$/s.exec(source) ?? [];
  if (file === undefined || idxRole(path.basename(file)) !== 'pictures') return null;
  return { file, index: Number(index) };
}
