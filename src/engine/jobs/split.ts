import type { DatasetEntry } from '../../contract/dataset.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { TrainingPictures } from '../recipes/compose.ts';

/** Below this many pictures none is held out: each is worth more in training. */
const SMALLEST_SPLIT = 60;

/**
 * Which pictures are trained on and which are held out. Chosen by content hash, which is as good as a draw
 * and stays the same however often the folder is imported again.
 */
export function splitPictures(
  entries: readonly DatasetEntry[],
  { fraction, most }: Recipe['validation'],
): { training: number[]; heldOut: number[] } {
  const count = entries.length < SMALLEST_SPLIT ? 0 : Math.min(most, Math.floor(entries.length * fraction));
  const byHash = entries.map((_, i) => i).sort((a, b) => (entries[a].id < entries[b].id ? -1 : 1));
  const ascending = (a: number, b: number): number => a - b;
  return { training: byHash.slice(count).sort(ascending), heldOut: byHash.slice(0, count).sort(ascending) };
}

/** Some of a set's pictures, as a set; with their labels, where the set has entries. */
export function pick(
  set: Pick<TrainingPictures, 'readBatch'> & {
    readonly entries?: readonly Pick<DatasetEntry, 'label' | 'attributes'>[];
  },
  indices: readonly number[],
): TrainingPictures {
  return {
    count: indices.length,
    readBatch: (chosen, out) =>
      set.readBatch(
        Array.from(chosen, (i) => indices[i]),
        out,
      ),
    labelOf: (i) => set.entries?.[indices[i]].label ?? null,
    known: (i) => set.entries?.[indices[i]] ?? { label: null },
  };
}

/** At most `most` of these, evenly spread. */
export function thin<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)]);
}
