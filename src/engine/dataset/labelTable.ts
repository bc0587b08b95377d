import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { type Options, parse } from 'csv-parse';
import { MorphloomError } from '../../contract/errors.ts';
import type { FoundFile } from './scan.ts';

/** What a table says about one picture. */
export interface TableRow {
  readonly label: string | null;
  readonly attributes: Readonly<Record<string, number>> | undefined;
}

/** A table of labels, asked by file. */
export interface LabelTable {
  /** Whether it has a column of labels; otherwise only attributes. */
  readonly hasLabels: boolean;
  /** The row of a picture, by its path below the source, below the table's folder, or by its name alone. */
  find(file: FoundFile): TableRow | undefined;
  /** Rows that no picture has asked for. */
  unused(): number;
}

const parseCsv = promisify<string, Options, string[][]>(parse);
const MAX_TABLE_BYTES = 512 * 1024 * 1024;
const FILE_COLUMN = /^(file|filename|file_name|path|image|image_id|image_path|name|picture)$/i;
const LABEL_COLUMN = /^(label|labels|class|category)$/i;

/**
 * Reads labels and attributes from a table: `file,label`; or a file's name followed by numbers under their
 * names (CelebA's list_attr_celeba as CSV or as its original text with the count in the first line); or
 * both. Comma, semicolon or tab.
 * Throws `input`, naming the row, when the table is not of such a form.
 */
export async function readLabelTable(file: string): Promise<LabelTable> {
  const { header, rows, firstRow } = await readRows(file);
  const fileAt = Math.max(
    0,
    header.findIndex((name) => FILE_COLUMN.test(name)),
  );
  const labelAt = header.findIndex((name, column) => column !== fileAt && LABEL_COLUMN.test(name));
  const attributesAt = header
    .map((_, column) => column)
    .filter((column) => column !== fileAt && column !== labelAt);

  const byName = new Map<string, number>();
  const parsed = rows.map((cells, i): TableRow => {
    if (cells.length !== header.length) {
      throw problem(file, firstRow + i, `has ${cells.length} columns where the header has ${header.length}`);
    }
    byName.set(normalise(cells[fileAt] ?? ''), i);
    const attributes: Record<string, number> = {};
    for (const column of attributesAt) {
      const cell = (cells[column] ?? '').trim();
      if (cell === '') continue;
      const value = Number(cell);
      const name = header[column] ?? '';
      if (!Number.isFinite(value))
        throw problem(file, firstRow + i, `has "${cell}" under "${name}", which is no number`);
      Object.defineProperty(attributes, name, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    const label = labelAt < 0 ? '' : (cells[labelAt] ?? '').trim();
    return {
      label: label === '' ? null : label,
      attributes: attributesAt.length > 0 ? attributes : undefined,
    };
  });

  const used = new Set<number>();
  const folder = path.dirname(path.resolve(file));
  return {
    hasLabels: labelAt >= 0,
    find: ({ source, relative }) => {
      const besideTable = path.relative(folder, source).split(path.sep).join('/');
      for (const name of [relative, besideTable, source.split(path.sep).join('/'), path.basename(source)]) {
        const row = byName.get(name);
        if (row === undefined) continue;
        used.add(row);
        return parsed[row];
      }
      return undefined;
    },
    unused: () => parsed.length - used.size,
  };
}

function normalise(name: string): string {
  return name
    .trim()
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '');
}

function problem(file: string, row: number, what: string): MorphloomError {
  return new MorphloomError('input', `Line ${row} of "${file}" ${what}; correct it, or leave --labels out.`);
}

interface Rows {
  readonly header: string[];
  readonly rows: string[][];
  /** The line number of the first row, from 1. */
  readonly firstRow: number;
}

async function readRows(file: string): Promise<Rows> {
  let text: string;
  try {
    const { size } = await fs.stat(file);
    if (size > MAX_TABLE_BYTES)
      throw new MorphloomError('input', `"${file}" is too large for a table of labels.`);
    text = (await fs.readFile(file, 'utf8')).replace(/^\ufeff/, '');
  } catch (cause) {
    if (cause instanceof MorphloomError) throw cause;
    throw new MorphloomError(
      'input',
      `The table of labels "${file}" could not be read; put it back, name another, or import without one.`,
      { cause },
    );
  }
  const firstLine = text.slice(0, Math.max(0, text.search(/\r?\n/)));
  if (/^\s*\d+\s*$/.test(firstLine)) {
    const [, names = '', ...lines] = text.split(/\r?\n/);
    const rows = lines.filter((line) => line.trim() !== '').map((line) => line.trim().split(/\s+/));
    return { header: ['image_id', ...names.trim().split(/\s+/)], rows, firstRow: 3 };
  }
  let table: string[][];
  try {
    const delimiter = [',', ';', '\t'].find((sign) => firstLine.includes(sign)) ?? ',';
    table = await parseCsv(text, { delimiter, skip_empty_lines: true, relax_column_count: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new MorphloomError('input', `The table of labels "${file}" is not valid CSV (${why}).`, { cause });
  }
  const [first, ...rest] = table;
  if (first === undefined || first.length < 2) {
    throw new MorphloomError(
      'input',
      `"${file}" needs a column of file names and at least one of labels or numbers.`,
    );
  }
  const hasHeader = first.some((name) => FILE_COLUMN.test(name.trim()) || LABEL_COLUMN.test(name.trim()));
  if (hasHeader) return { header: first.map((name) => name.trim()), rows: rest, firstRow: 2 };
  // CelebA's header has an empty cell over the names in some copies; and two bare columns are `file,label`.
  if (first.length > 2)
    return { header: ['file', ...first.slice(1).map((name) => name.trim())], rows: rest, firstRow: 2 };
  return { header: ['file', 'label'], rows: table, firstRow: 1 };
}
