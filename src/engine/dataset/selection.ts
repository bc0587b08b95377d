import type { DatasetEntry, ImageFormat, SetAside } from '../../contract/dataset.ts';
import { type Admit, PictureProblem, printable } from '../node/pictures/index.ts';
import type { AppliedEdits } from './edits.ts';
import { fingerprint } from './fingerprint.ts';
import type { Framed, Framing } from './framing.ts';
import type { Item, Loaded } from './items.ts';
import { createNearDuplicates } from './nearDuplicates.ts';
import type { Previous } from './previous.ts';

export interface SelectionOptions {
  readonly format: ImageFormat;
  readonly framing: Framing;
  readonly keepDuplicates: boolean;
  readonly edits: AppliedEdits;
  readonly previous: Previous;
  readonly admit: Admit;
}

/** What looking at an item gave; nothing is decided yet, as that depends on the items before it. */
type Look =
  | { readonly kind: 'aside'; readonly aside: SetAside }
  /** Its content alone sets it aside. */
  | { readonly kind: 'known'; readonly id: string }
  | { readonly kind: 'known-duplicate'; readonly id: string; readonly ofId: string }
  | {
      readonly kind: 'picture';
      readonly id: string;
      readonly width: number;
      readonly height: number;
      readonly framed: Framed;
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
  framing,
  keepDuplicates,
  edits,
  previous,
  admit,
}: SelectionOptions): Selection {
  const keptById = new Map<string, string>();
  const nearDuplicates = createNearDuplicates();
  const numbered: DatasetEntry[] = [];

  const comparable = (item: Item): boolean => !keepDuplicates && !item.composed;
  const compared = (item: Item, id: string): boolean =>
    comparable(item) && !edits.isRestored(item.source, id, keptById.has(id));
  const removedLike = (id: string): string | undefined => {
    const original = edits.alikeTo(id);
    return original === undefined ? undefined : edits.removedSource(original);
  };
  const unwanted = (item: Item, id: string): boolean =>
    edits.isRemoved(id) || (compared(item, id) && removedLike(id) !== undefined);

  /** With a picture that was brought to that shape before; without, how it is to be brought there. */
  const frame = async (
    item: Item,
    id: string,
    load: () => Promise<Loaded>,
  ): Promise<Look | { readonly kind: 'framed'; readonly framed: Framed }> => {
    const framed = await framing.of(id, item, load);
    if ('reason' in framed)
      return { kind: 'aside', aside: { source: item.source, ...framed, id, stamp: item.stamp } };
    const taken = previous.withId(id, framed.crop);
    if (taken === null) return { kind: 'framed', framed };
    return { ...taken, kind: 'picture', id, ...sizeOf(taken.entry), framed, decoded: false };
  };

  const lookAtContent = async (item: Item, loaded: Loaded): Promise<Look> => {
    try {
      const { id } = loaded;
      if (unwanted(item, id)) return { kind: 'known', id };
      // Only earlier items can have been kept by now, so the verdict will stand.
      if (compared(item, id) && keptById.has(id)) return { kind: 'known-duplicate', id, ofId: id };
      const look = await frame(item, id, () => Promise.resolve(loaded));
      if (look.kind !== 'framed') return look;
      const { framed } = look;
      const { pixels, width, height } = await loaded.decode(format, framed.crop, admit);
      return { kind: 'picture', id, width, height, framed, decoded: true, pixels: () => pixels };
    } catch (error) {
      return unusable(item, error);
    }
  };
  const load = async (item: Item): Promise<Look> => {
    try {
      return await lookAtContent(item, await item.load());
    } catch (error) {
      return unusable(item, error);
    }
  };

  /** Why its content sets an item aside, after the items before it; null when it does not. */
  const verdict = (item: Item, id: string): SetAside | null => {
    if (edits.isRemoved(id)) {
      return { source: item.source, kind: 'removed', reason: 'was removed by hand', id, stamp: item.stamp };
    }
    if (!compared(item, id)) return null;
    const same = keptById.get(id);
    if (same !== undefined) return duplicate(item, id, same, 'is a copy of');
    const removed = removedLike(id);
    if (removed !== undefined)
      return duplicate(item, id, removed, 'looks the same as', ', which was removed by hand');
    const alike = keptById.get(edits.alikeTo(id) ?? '');
    return alike === undefined ? null : duplicate(item, id, alike, 'looks the same as');
  };

  const decide = async (item: Item, look: Look): Promise<Decision> => {
    if (look.kind === 'aside') return { aside: look.aside };
    const { id } = look;
    const aside = verdict(item, id);
    if (aside) return { aside };
    if (look.kind === 'known-duplicate') {
      const alike = compared(item, id) ? keptById.get(look.ofId) : undefined;
      if (alike !== undefined) return { aside: duplicate(item, id, alike, 'looks the same as') };
    }
    if (look.kind !== 'picture') return decide(item, await load(item));
    const pixels = look.pixels();
    const { source, attributes, stamp } = item;
    const label = edits.labelOf(id, item.label);
    const entry: DatasetEntry = {
      id,
      source,
      label,
      ...(attributes && { attributes }),
      crop: look.framed.crop,
      ...(look.framed.faces !== undefined && { faces: look.framed.faces }),
      ...sizeOf(look),
      stamp,
    };
    // A part that was chosen by hand says nothing of what else is in the pictures.
    if (comparable(item) && !look.framed.byHand) {
      const print = fingerprint(pixels, format);
      const alike = compared(item, id) ? numbered[nearDuplicates.find(print)] : undefined;
      if (alike) return { aside: duplicate(item, id, alike.source, 'looks the same as') };
      nearDuplicates.add(print);
      numbered.push(entry);
    }
    if (comparable(item) && !keptById.has(id)) keptById.set(id, source);
    return { entry, pixels, decoded: look.decoded };
  };

  return {
    look: async (item) => {
      const known = previous.idOf(item.source, item.stamp);
      if (known !== null && unwanted(item, known)) return { kind: 'known', id: known };
      const duplicated = comparable(item) ? previous.duplicate(item.source, item.stamp) : null;
      if (duplicated && compared(item, duplicated.id)) return { kind: 'known-duplicate', ...duplicated };
      if (known === null) return load(item);
      let loaded: Loaded | null = null;
      try {
        const look = await frame(item, known, async () => (loaded ??= await item.load()));
        if (look.kind !== 'framed') return look;
      } catch (error) {
        return unusable(item, error);
      }
      return loaded === null ? load(item) : lookAtContent(item, loaded);
    },
    decide,
  };
}

/** What is the matter with a file is no reason to stop. */
function unusable({ source }: Item, error: unknown): Look {
  if (!(error instanceof PictureProblem)) throw error;
  return { kind: 'aside', aside: { source, kind: error.kind, reason: error.reason } };
}

function duplicate(
  { source, stamp }: Item,
  id: string,
  of: string,
  how: 'is a copy of' | 'looks the same as',
  more = '',
): SetAside {
  const kind = how === 'is a copy of' ? 'duplicate' : 'near-duplicate';
  return { source, kind, reason: `${how} "${printable(of)}"${more}`, of, id, stamp };
}

function sizeOf({ width, height }: { readonly width: number; readonly height: number }): {
  width: number;
  height: number;
} {
  return { width, height };
}
