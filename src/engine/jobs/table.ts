import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';
import { type Cell, toCsv } from '../../core/csv.ts';
import { replaceFile } from '../node/files.ts';

/** Throws `usage` for a name that no table can have. */
export function checkTable(out: string | undefined): void {
  if (out === undefined || /\.(csv|json)$/i.test(out)) return;
  throw new MorphloomError('usage', `"${out}" can be no table; name a .csv or a .json.`);
}

/** Writes rows as a .csv, or as a .json list of objects; every row has the same columns. */
export async function writeTable(
  out: string,
  rows: readonly Readonly<Record<string, Cell>>[],
): Promise<void> {
  checkTable(out);
  const columns = Object.keys(rows[0] ?? {});
  const text = /\.csv$/i.test(out)
    ? toCsv(
        columns,
        rows.map((row) => columns.map((column) => row[column])),
      )
    : `${JSON.stringify(rows, null, 1)}\n`;
  await replaceFile(path.resolve(out), text);
}
