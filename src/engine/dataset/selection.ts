import type { Crop, DatasetEntry, ImageFormat, SetAside } from '../../contract/dataset.ts';
import { type Admit, PictureProblem, printable } from '../node/pictures/index.ts';
import { fingerprint } from './fingerprint.ts';
import type { Item } from './items.ts';
import { createNearDuplicates } from './nearDuplicates.ts';
import type { Previous } from './previous.ts';

export interface SelectionOptions {
  readonly format: ImageFormat;
  readonly crop: Crop;
  readonly keepDuplicates: boolean;
  readonly previous: Previous;
  readonly admit: Admit;
}

/** What looking at an item gave; nothing is decided yet, as that depends on the items before it. */
type Look =
  | { readonly kind: 'aside'; readonly aside: SetAside }
  | { readonly kind: 'known-duplicate'; readonly id: string; readonly ofId: string }
  | {
      readonly kind: 'picture';
      readonly id: string;
      readonly width: number;
      readonly height: number;
      /** Whether this import decoded it, rather than taking it over. */
      readonly decoded: boolean;
      pixels(): Uint8Array;
    };

/** What became of an item. */
export type Decision =
  | { readonly aside: SetAside }
  | { readonly entry: DatasetEntry; readonly pixels: Uint8Array; readonly decoded: boolean };

/**
 * Chooses the pictures of a set: `look` may run for many items at once; `decide` is called for each in
 * order, and its outcome depends on that order only.
 */
export interface Selection {
  readonly look: (item: Item) => Promise<Look>;
  readonly decide: (item: Item, look: Look) => Promise<Decision>;
}

export function createSelection({
  format,
  crop,
  keepDuplicates,
  previous,
  admit,
}: SelectionOptions): Selection {
  const keptById = new Map<string, string>();
  const nearDuplicates = createNearDuplicates();
  const numbered: DatasetEntry[] = [];

  const lookAtContent = async (item: Item): Promise<Look> => {
    try {
      const loaded = await item.load();
      const { id } = loaded;
      // Only earlier items can have been kept by now, so the verdict will stand.
      if (comparable(item) && keptById.has(id)) return { kind: 'known-duplicate', id, ofId: id };
      const taken = previous.withId(id);
      if (taken) return { ...taken, kind: 'picture', id, ...sizeOf(taken.entry), decoded: false };
      const { pixels, width, height } = await loaded.decode(format, crop, admit);
      return { kind: 'picture', id, width, height, decoded: true, pixels: () => pixels };
    } catch (error) {
      if (!(error instanceof PictureProblem)) throw error;
      return { kind: 'aside', aside: { source: item.source, kind: error.kind, reason: error.reason } };
    }
  };

  const comparable = (item: Item): boolean => !keepDuplicates && !item.composed;

  const duplicate = (item: Item, id: string, of: string, exact: boolean): Decision => ({
    aside: {
      source: item.source,
      kind: exact ? 'duplicate' : 'near-duplicate',
      reason: `${exact ? 'is a copy of' : 'looks the same as'} "${printable(of)}"`,
      of,
      id,
      stamp: item.stamp,
    },
  });

  const decide = async (item: Item, look: Look): Promise<Decision> => {
    if (look.kind === 'aside') return { aside: look.aside };
    const { id } = look;
    if (comparable(item)) {
      const same = keptById.get(id);
      if (same !== undefined) return duplicate(item, id, same, true);
    }
    if (look.kind === 'known-duplicate') {
      const alike = keptById.get(look.ofId);
      if (alike !== undefined) return duplicate(item, id, alike, false);
      return decide(item, await lookAtContent(item));
    }
    const pixels = look.pixels();
    const { source, label, attributes, stamp } = item;
    const entry = { id, source, label, ...(attributes && { attributes }), crop, ...sizeOf(look), stamp };
    if (comparable(item)) {
      const print = fingerprint(pixels, format);
      const alike = numbered[nearDuplicates.find(print)];
      if (alike) return duplicate(item, id, alike.source, false);
      nearDuplicates.add(print);
      numbered.push(entry);
      keptById.set(id, source);
    }
    return { entry, pixels, decoded: look.decoded };
  };

  return {
    look: async (item) => {
      const taken = previous.unchanged(item.source, item.stamp);
      if (taken)
        return { ...taken, kind: 'picture', id: taken.entry.id, ...sizeOf(taken.entry), decoded: false };
      const known = comparable(item) ? previous.duplicate(item.source, item.stamp) : null;
      return known ? { kind: 'known-duplicate', ...known } : lookAtContent(item);
    },
    decide,
  };
}

function sizeOf({ width, height }: { readonly width: number; readonly height: number }): {
  width: number;
  height: number;
} {
  return { width, height };
}
