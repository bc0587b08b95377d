/** A cell of a table. */
export type Cell = string | number | boolean | null;

/** One row of a table as CSV (RFC 4180): quoted only where it must be; null is empty. */
const rowOf = (cells: readonly Cell[]): string =>
  cells
    .map((cell) => {
      const text = cell === null ? '' : String(cell);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(',');

/** A table as CSV, its columns' names first. */
export const toCsv = (columns: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  `${[columns, ...rows].map(rowOf).join('\n')}\n`;
