import * as path from 'node:path';
import { PictureProblem } from '../node/pictures/index.ts';
import { type IdxPictures, idxRole, readIdx } from './idx.ts';
import { loadFile, loadIdx, type Loaded } from './items.ts';

/** Reads pictures again, each set file once. Throws a PictureProblem for one that is not what it was. */
export function createReloader(): (source: string, id: string) => Promise<Loaded> {
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
export function inSetFile(source: string): { readonly file: string; readonly index: number } | null {
  const [, file, index] = /^(.*)#(\d+)$/s.exec(source) ?? [];
  if (file === undefined || idxRole(path.basename(file)) !== 'pictures') return null;
  return { file, index: Number(index) };
}
