import * as path from 'node:path';
import {
  type Crop,
  cropSchema,
  type DatasetEntry,
  type ImageFormat,
  imageFormatSchema,
  type ImportReport,
  MAX_SIDE,
  type SetAside,
} from '../../contract/dataset.ts';
import { MorphloomError, throwIfCancelled } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { printable } from '../node/pictures/index.ts';
import { createMemoryBudget, inOrder } from './concurrency.ts';
import { applied, readEdits } from './edits.ts';
import { itemsOf } from './items.ts';
import { readLabelTable } from './labelTable.ts';
import { labelsOf } from './openDataset.ts';
import { openPrevious } from './previous.ts';
import { scan } from './scan.ts';
import { createSelection } from './selection.ts';
import { createPackWriter } from './store.ts';

export interface ImportOptions {
  /** Folders, searched through, or single files. */
  readonly sources: readonly string[];
  /** The dataset folder; made where there is none. */
  readonly into: string;
  readonly format: ImageFormat;
  readonly crop?: Crop | undefined;
  /** A table of labels and attributes (see `readLabelTable`). */
  readonly labels?: string | undefined;
  readonly keepDuplicates?: boolean | undefined;
  /**
   * Called for each picture of the new set as soon as it is decided on, in order; the pixels (of `format`)
   * may be read, not changed. The set may still come to nothing.
   */
  readonly onPicture?: ((entry: DatasetEntry, pixels: Uint8Array) => void) | undefined;
  readonly onSetAside?: ((file: SetAside) => void) | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How many pictures are read and decoded side by side: what four threads of Node's pool can take. */
const IN_FLIGHT = 4;
/** How far decoding may run ahead of a slow picture. */
const AHEAD = 64;
/** Estimated bytes that pictures being decoded may hold together. */
const DECODE_BYTES = 256 * 1024 * 1024;
const PROGRESS_INTERVAL_MS = 100;
const YIELD_INTERVAL_MS = 20;

/**
 * Makes the dataset of a folder hold exactly the pictures of these sources, in the order of their names.
 * What has not changed since the last import is taken over, not decoded. The folder's edits (`changeEdits`)
 * are applied. Files that are of no use are set
 * aside with the reason, and never stop the import. The folder changes at the very end, in one step; an
 * import that is stopped or killed leaves it as it was.
 * Throws `input` when there is no usable picture, `usage` for a format that cannot be, `corrupt` where the
 * edits are damaged.
 */
export async function importPictures(options: ImportOptions): Promise<ImportReport> {
  const { sources, into, keepDuplicates = false, onPicture, onSetAside, onProgress, signal } = options;
  const started = performance.now();
  const { format, crop } = checkShape(options);
  const edits = await readEdits(into);
  const table = options.labels === undefined ? null : await readLabelTable(options.labels);
  const tableFile = options.labels === undefined ? null : path.resolve(options.labels);
  const found = await scan(sources, { exclude: path.dirname(path.resolve(into)), onProgress, signal });
  const { items, setAside: unusableSets, picturesWithoutRow } = await itemsOf(found.files, table, tableFile);

  const previous = await openPrevious(into, format, crop);
  const admit = createMemoryBudget(DECODE_BYTES);
  const selection = createSelection({ format, crop, keepDuplicates, edits: applied(edits), previous, admit });
  const setAside: SetAside[] = [...found.setAside, ...unusableSets];
  for (const file of setAside) onSetAside?.(file);
  const entries: DatasetEntry[] = [];
  let added = 0;
  let done = 0;
  const everyInterval = createPacer(() =>
    onProgress?.({ stage: 'Reading pictures', done, total: items.length, unit: 'pictures' }),
  );

  const pack = await createPackWriter(into);
  let committed = false;
  try {
    const looks = inOrder(items, selection.look, { inFlight: IN_FLIGHT, ahead: AHEAD });
    for await (const look of looks) {
      throwIfCancelled(signal);
      const item = items[done++];
      if (!item) break;
      const decision = await selection.decide(item, look);
      if ('aside' in decision) {
        setAside.push(decision.aside);
        onSetAside?.(decision.aside);
      } else {
        entries.push(decision.entry);
        if (decision.decoded) added += 1;
        onPicture?.(decision.entry, decision.pixels);
        await pack.append(decision.pixels);
      }
      await everyInterval();
    }
    onProgress?.({ stage: 'Reading pictures', done, total: items.length, unit: 'pictures' });
    throwIfCancelled(signal);
    if (entries.length === 0) throw nothingUsable(sources, setAside);
    const contentHash = await pack.commit({ imageFormat: format, crop, entries }, setAside);
    committed = true;
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
      ...(table && { table: { picturesWithoutRow, rowsWithoutPicture: table.unused() } }),
      contentHash,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    previous.close();
    if (!committed) await pack.discard();
  }
}

function checkShape(options: ImportOptions): { format: ImageFormat; crop: Crop } {
  const format = imageFormatSchema.safeParse(options.format);
  const crop = cropSchema.safeParse(options.crop ?? 'centre');
  if (!format.success || !crop.success) {
    const { width, height, channels } = options.format;
    const asked = `${width} × ${height} × ${channels}, crop ${options.crop ?? 'centre'}`;
    const allowed = `sides from 1 to ${MAX_SIDE}, 1, 3 or 4 channels, and crop ${cropSchema.options.join(', ')}`;
    throw new MorphloomError('usage', `Pictures cannot be stored as ${asked}: choose ${allowed}.`);
  }
  return { format: format.data, crop: crop.data };
}

function nothingUsable(sources: readonly string[], setAside: readonly SetAside[]): MorphloomError {
  const where = sources.map((source) => `"${printable(source)}"`).join(', ');
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
