import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GridLayout } from '../../../src/renderer/components/gridLayout.ts';

const options = fc.record({
  width: fc.integer({ min: 1, max: 4000 }),
  side: fc.integer({ min: 40, max: 400 }),
  aspect: fc.double({ min: 0.25, max: 4, noNaN: true }),
  gap: fc.integer({ min: 0, max: 20 }),
  total: fc.integer({ min: 0, max: 50_000 }),
});

describe('the layout of a grid', () => {
  it('fills its width, with cells no narrower than asked where the grid is wide enough', () => {
    fc.assert(
      fc.property(options, (given) => {
        const { columns, cellWidth } = new GridLayout(given);
        expect(columns * cellWidth + (columns - 1) * given.gap).toBeCloseTo(
          Math.max(given.width, columns),
          4,
        );
        if (given.width >= given.side) expect(cellWidth).toBeGreaterThanOrEqual(given.side - 1e-9);
      }),
    );
  });

  it('holds every cell within its height, and none on top of another', () => {
    fc.assert(
      fc.property(options, fc.nat(49_999), (given, index) => {
        fc.pre(index < given.total);
        const layout = new GridLayout(given);
        const { x, y } = layout.place(index);
        expect(x + layout.cellWidth).toBeLessThanOrEqual(Math.max(given.width, 1) + 1e-6);
        expect(y + layout.cellHeight).toBeLessThanOrEqual(layout.height + 1e-6);
        const next = layout.place(index + 1);
        expect(next.y > y || next.x >= x + layout.cellWidth + given.gap - 1e-9).toBe(true);
      }),
    );
  });

  it('names every cell that a window shows, and few that it does not', () => {
    fc.assert(
      fc.property(options, fc.integer({ min: 0, max: 1_000_000 }), (given, top) => {
        const layout = new GridLayout(given);
        const height = 900;
        const { from, to } = layout.visible(top, height);
        const isSeen = (index: number): boolean => {
          const { y } = layout.place(index);
          return y < top + height && y + layout.cellHeight > top;
        };
        for (const index of [from - 1, to]) {
          if (index >= 0 && index < given.total) expect(isSeen(index)).toBe(false);
        }
        expect(to - from).toBeLessThanOrEqual(layout.columns * (Math.ceil(height / layout.rowHeight) + 6));
      }),
    );
  });

  it('lays what is seen in rows, no more of them than it says, so that each keeps one that left', () => {
    fc.assert(
      fc.property(options, fc.integer({ min: 0, max: 1_000_000 }), (given, top) => {
        const layout = new GridLayout(given);
        const range = layout.visible(top, 900);
        const rows = layout.rows(range);
        expect(rows.flatMap(({ indices }) => indices)).toEqual(
          Array.from({ length: range.to - range.from }, (_, i) => range.from + i),
        );
        for (const { indices, y } of rows)
          for (const index of indices) expect(layout.place(index).y).toBeCloseTo(y, 6);
        const most = layout.mostRows(900);
        expect(new Set(rows.map(({ number }) => number % most)).size).toBe(rows.length);
      }),
    );
  });
});
