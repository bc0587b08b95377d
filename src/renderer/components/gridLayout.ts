/** Rows beyond the edge of the window that are there already, so that scrolling shows no holes. */
const SPARE_ROWS = 2;

interface Options {
  /** Of the whole grid, in pixels. */
  readonly width: number;
  /** The least width of a cell. */
  readonly side: number;
  /** Width by height. */
  readonly aspect: number;
  readonly gap: number;
  readonly total: number;
}

/** Cells side by side. */
export interface GridRow {
  readonly number: number;
  /** Where it begins, in pixels. */
  readonly y: number;
  readonly indices: readonly number[];
}

/** Where the cells of a justified grid lie. Lengths in pixels. */
export class GridLayout {
  readonly columns: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly rowHeight: number;
  readonly height: number;
  #gap: number;
  #total: number;

  constructor({ width, side, aspect, gap, total }: Options) {
    this.#gap = gap;
    this.#total = total;
    this.columns = Math.max(1, Math.floor((width + gap) / (side + gap)));
    this.cellWidth = Math.max(1, (width - gap * (this.columns - 1)) / this.columns);
    this.cellHeight = this.cellWidth / aspect;
    this.rowHeight = this.cellHeight + gap;
    this.height = Math.max(0, Math.ceil(total / this.columns) * this.rowHeight - gap);
  }

  place(index: number): { x: number; y: number } {
    const row = Math.floor(index / this.columns);
    return { x: (index % this.columns) * (this.cellWidth + this.#gap), y: row * this.rowHeight };
  }

  /** The rows of a range that {@link visible} gave. */
  rows({ from, to }: { readonly from: number; readonly to: number }): GridRow[] {
    const first = Math.ceil(from / this.columns);
    const count = Math.ceil(to / this.columns) - first;
    return Array.from({ length: count }, (_, i) => {
      const begin = (first + i) * this.columns;
      const indices = Array.from(
        { length: Math.min(this.columns, to - begin) },
        (_, column) => begin + column,
      );
      return { number: first + i, y: (first + i) * this.rowHeight, indices };
    });
  }

  /** As many rows as {@link visible} ever gives for a window of this height. */
  mostRows(height: number): number {
    return Math.ceil(height / this.rowHeight) + 1 + 2 * SPARE_ROWS;
  }

  /** The cells that are seen when scrolled by `top` in a window of this height, and some more. */
  visible(top: number, height: number): { from: number; to: number } {
    const first = Math.max(0, Math.floor(top / this.rowHeight) - SPARE_ROWS);
    const last = Math.ceil((top + height) / this.rowHeight) + SPARE_ROWS;
    return {
      from: Math.min(this.#total, first * this.columns),
      to: Math.min(this.#total, last * this.columns),
    };
  }
}
