import * as path from 'node:path';
import {
  type Crop,
  cropSchema,
  type ImageFormat,
  imageFormatSchema,
  type ImportReport,
  MAX_SIDE,
} from '../../contract/dataset.ts';
import type { FaceSettings } from '../../contract/faces.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { assemble, type ImportWatch } from './assemble.ts';
import { readEdits } from './edits.ts';
import { itemsOf } from './items.ts';
import { readLabelTable } from './labelTable.ts';
import { openPrevious } from './previous.ts';
import { scan } from './scan.ts';

export interface ImportOptions extends ImportWatch {
  /** Folders, searched through, or single files. */
  readonly sources: readonly string[];
  /** The dataset folder; made where there is none. */
  readonly into: string;
  readonly format: ImageFormat;
  readonly crop?: Crop | undefined;
  /** Whether and how pictures are aligned by their faces; not where left out. */
  readonly faces?: FaceSettings | null | undefined;
  /** A table of labels and attributes (see `readLabelTable`). */
  readonly labels?: string | undefined;
  readonly keepDuplicates?: boolean | undefined;
}

/**
 * Makes the dataset of a folder hold exactly the pictures of these sources, in the order of their names.
 * What has not changed since the last import is taken over, not decoded. The folder's edits (`changeEdits`)
 * are applied. Files that are of no use are set aside with the reason, and never stop the import. The folder
 * changes at the very end, in one step; an import that is stopped or killed leaves it as it was.
 * Throws `input` when there is no usable picture, `usage` for a format that cannot be, `corrupt` where the
 * edits are damaged.
 */
export async function importPictures(options: ImportOptions): Promise<ImportReport> {
  const { sources, into, keepDuplicates = false, faces = null, onProgress, signal } = options;
  const started = performance.now();
  const { format, crop } = checkShape(options);
  const edits = await readEdits(into);
  const labels = options.labels === undefined ? null : path.resolve(options.labels);
  const table = labels === null ? null : await readLabelTable(labels);
  const found = await scan(sources, { exclude: path.dirname(path.resolve(into)), onProgress, signal });
  const { items, setAside, picturesWithoutRow } = await itemsOf(found.files, table, labels);
  const report = await assemble({
    ...options,
    format,
    crop,
    faces,
    keepDuplicates,
    labels,
    items,
    setAside: [...found.setAside, ...setAside],
    edits,
    previous: await openPrevious(into, format, crop, faces),
  });
  return {
    ...report,
    ...(table && { table: { picturesWithoutRow, rowsWithoutPicture: table.unused() } }),
    seconds: (performance.now() - started) / 1000,
  };
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
