import type { Crop, DatasetEntry, ImageFormat, ImportReport, SetAside } from '../../contract/dataset.ts';
import type { FaceSettings } from '../../contract/faces.ts';
import { MorphloomError, throwIfCancelled } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { printable } from '../node/pictures/index.ts';
import { createMemoryBudget, inOrder } from './concurrency.ts';
import { countFaces } from './countFaces.ts';
import { applied, type AppliedEdits, type Edits, membershipOf } from './edits.ts';
import { createFraming, type Framing } from './framing.ts';
import type { Item } from './items.ts';
import { labelsOf } from './openDataset.ts';
import type { Previous } from './previous.ts';
import { createSelection } from './selection.ts';
import { createPackWriter } from './store.ts';
import { dropThumbnails } from './thumbnails.ts';

/** How one listens to an import, and stops it. */
export interface ImportWatch {
  /**
   * Called for each picture of the new set as soon as it is decided on, in order; the pixels (of `format`)
   * may be read, not changed. The set may still come to nothing.
   */
  readonly onPicture?: ((entry: DatasetEntry, pixels: Uint8Array) => void) | undefined;
  readonly onSetAside?: ((file: SetAside) => void) | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a set is made of. */
export interface AssemblyOptions extends ImportWatch {
  /** The dataset folder. */
  readonly into: string;
  readonly format: ImageFormat;
  readonly crop: Crop;
  /** Null where faces are not aligned. */
  readonly faces: FaceSettings | null;
  readonly keepDuplicates: boolean;
  /** Absolute path of the table of labels that the items had. */
  readonly labels: string | null;
  readonly items: readonly Item[];
  /** Where the items come from, for messages. */
  readonly sources: readonly string[];
  /** Files that did not become items. */
  readonly setAside: readonly SetAside[];
  readonly edits: Edits;
  /** Closed at the end, whatever comes. */
  readonly previous: Previous;
  /** Called when the set is complete, right before it takes its place. */
  readonly beforeCommit?: (() => Promise<void>) | undefined;
}

/** How many pictures are read and decoded side by side: enough that a thread of Node's pool never waits for this one. */
const IN_FLIGHT = 8;
/** How far decoding may run ahead of a slow picture. */
const AHEAD = 64;
/** Estimated bytes that pictures being decoded may hold together. */
const DECODE_BYTES = 256 * 1024 * 1024;
const PROGRESS_INTERVAL_MS = 100;
const YIELD_INTERVAL_MS = 20;

/**
 * Chooses a set among items, packs it, and makes it the dataset of a folder, at the very end, in one step.
 * Throws `input` when no picture is left.
 */
export async function assemble(options: AssemblyOptions): Promise<Omit<ImportReport, 'seconds'>> {
  const { into, format, crop, faces, keepDuplicates, labels, items, edits, previous } = options;
  const { onPicture, onSetAside, onProgress, signal } = options;
  const admit = createMemoryBudget(DECODE_BYTES);
  const byHand = applied(edits);
  const setAside: SetAside[] = [];
  const entries: DatasetEntry[] = [];
  let added = 0;
  let done = 0;
  const report = (): void =>
    onProgress?.({ stage: 'Reading pictures', done, total: items.length, unit: 'pictures' });
  const everyInterval = createPacer(report);
  const put = (aside: SetAside): void => {
    setAside.push(aside);
    onSetAside?.(aside);
  };

  let discard: (() => Promise<void>) | null = null;
  let framing: Framing | null = null;
  try {
    framing = await createFraming({
      crop,
      faces,
      edits: byHand,
      dataset: into,
      hooks: { onProgress, signal },
    });
    const selection = createSelection({ format, framing, keepDuplicates, edits: byHand, previous, admit });
    const pack = await createPackWriter(into);
    discard = () => pack.discard();
    for (const aside of options.setAside) put(aside);
    const looks = inOrder(items, selection.look, { inFlight: IN_FLIGHT, ahead: AHEAD });
    for await (const look of looks) {
      throwIfCancelled(signal);
      const item = items[done++];
      if (!item) break;
      const decision = await selection.decide(item, look);
      if ('aside' in decision) put(placed(decision.aside, item, entries.length, byHand));
      else {
        entries.push(decision.entry);
        if (decision.decoded) added += 1;
        onPicture?.(decision.entry, decision.pixels);
        await pack.append(decision.pixels);
      }
      await everyInterval();
    }
    report();
    throwIfCancelled(signal);
    if (entries.length === 0) throw nothingUsable(options.sources, setAside);
    const made = {
      imageFormat: format,
      crop,
      ...(faces !== null && { faces }),
      keepDuplicates,
      ...(labels !== null && { labels }),
      edits: membershipOf(edits),
      entries,
    };
    await options.beforeCommit?.();
    const contentHash = await pack.commit(made, setAside);
    discard = null;
    await dropThumbnails(into, made);
    const ids = new Set(entries.map(({ id }) => id));
    return {
      count: entries.length,
      added,
      kept: entries.length - added,
      removed: previous.entries.filter(({ id }) => !ids.has(id)).length,
      format,
      crop,
      labels: labelsOf(entries),
      setAside,
      ...(faces !== null && { faces: countFaces(entries) }),
      contentHash,
    };
  } finally {
    framing?.close();
    previous.close();
    await discard?.();
  }
}

/** With what it takes to put a file that was set aside in its place of the set, without its source's folder. */
function placed(
  aside: SetAside,
  { label, attributes }: Item,
  at: number,
  { labelOf }: AppliedEdits,
): SetAside {
  if (aside.id === undefined) return aside;
  return { ...aside, at, label: labelOf(aside.id, label), ...(attributes && { attributes }) };
}

function nothingUsable(sources: readonly string[], setAside: readonly SetAside[]): MorphloomError {
  const where = sources.map((source) => `"${printable(source)}"`).join(', ');
  const faceless = setAside.filter(({ kind }) => kind === 'no-face').length;
  if (faceless > 0) {
    const looked = faceless === 1 ? 'the one picture' : `any of the ${faceless} pictures`;
    return new MorphloomError(
      'input',
      `No face was found in ${looked} in ${where}, so nothing can be lined up: import again with pictures without a face kept whole (--unfound whole), then leave them so, or place their eyes by hand.`,
    );
  }
  const [first] = setAside;
  const why = first
    ? `${setAside.length} set aside; the first, "${printable(first.source)}", ${first.reason}`
    : 'there are no files that are not hidden';
  return new MorphloomError('input', `No usable picture in ${where}: ${why}.`);
}

/**
 * Calls `report` a few times a second, and lets timers and signals have their turn: pictures that are taken
 * over need no waiting, and would keep them out.
 */
function createPacer(report: () => void): () => Promise<void> {
  let reported = 0;
  let yielded = performance.now();
  return async () => {
    const now = performance.now();
    if (now - reported >= PROGRESS_INTERVAL_MS) {
      reported = now;
      report();
    }
    if (now - yielded < YIELD_INTERVAL_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    yielded = performance.now();
  };
}
