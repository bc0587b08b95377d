import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DatasetEntry } from '../../../src/contract/dataset.ts';
import { pick, splitPictures, thin } from '../../../src/engine/jobs/split.ts';

const entries = (count: number): DatasetEntry[] =>
  Array.from({ length: count }, (_, i) => ({
    id: createHash('md5').update(String(i)).digest('hex'),
    source: `/pictures/${i}.png`,
    label: null,
    crop: 'centre',
    width: 64,
    height: 64,
    stamp: { bytes: 1, modified: 1, changed: 1 },
  }));

describe('the split', () => {
  it('holds out as many as asked, each picture on one side', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 300 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.nat({ max: 60 }),
        (count, fraction, most) => {
          const { training, heldOut } = splitPictures(entries(count), { fraction, most });
          expect([...training, ...heldOut].sort((a, b) => a - b)).toEqual(
            Array.from({ length: count }, (_, i) => i),
          );
          expect(heldOut.length).toBe(count < 60 ? 0 : Math.min(most, Math.floor(count * fraction)));
        },
      ),
    );
  });

  it('goes by content: the same pictures are held out in whatever order they were found', () => {
    const forward = entries(200);
    const backward = [...forward].reverse();
    const heldOut = (of: DatasetEntry[]): string[] => splitPictures(of, { fraction: 0.1, most: 256 }).heldOut.map((i) => of[i].id).sort(); // prettier-ignore
    expect(heldOut(backward)).toEqual(heldOut(forward));
  });

  it('keeps what was held out so when a few pictures are added', () => {
    const [before, after] = [entries(200), entries(204)];
    const ids = (of: DatasetEntry[]): string[] =>
      splitPictures(of, { fraction: 0.1, most: 256 }).heldOut.map((i) => of[i].id);
    const still = ids(before).filter((id) => ids(after).includes(id));
    expect(still.length).toBeGreaterThanOrEqual(16);
  });
});

describe('pick', () => {
  it('reads the chosen pictures by their place among the chosen', () => {
    const set = {
      readBatch: (indices: ArrayLike<number>, out: Uint8Array): void => out.set(Array.from(indices)),
    };
    const chosen = pick(set, [7, 3, 9]);
    const out = new Uint8Array(4);
    chosen.readBatch([2, 0, 1, 2], out);
    expect(chosen.count).toBe(3);
    expect([...out]).toEqual([9, 7, 3, 9]);
  });
});

describe('thin', () => {
  it('keeps at most so many, in order, evenly spread from the first', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(), { maxLength: 50 }),
        fc.integer({ min: 1, max: 60 }),
        (indices, most) => {
          const kept = thin(indices, most);
          expect(kept).toHaveLength(Math.min(most, indices.length));
          expect(kept[0]).toBe(indices[0]);
          const places = kept.map((value) => indices.indexOf(value));
          const gaps = places.slice(1).map((place, i) => place - places[i]);
          for (const gap of gaps) expect(Math.abs(gap - indices.length / kept.length)).toBeLessThan(1);
        },
      ),
    );
  });
});
