import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DatasetEntry } from '../../../src/contract/dataset.ts';
import {
  type Dataset,
  entryOfPicture,
  importPictures,
  indexOfPicture,
  listPictures,
  listSetAside,
  openDataset,
  pixelsOf,
} from '../../../src/engine/dataset/index.ts';
import { draw, format, fresh, importFrom, root, save, useFolder } from './fixtures.ts';

useFolder();

describe('a catalogue of pictures', () => {
  it('lists pages by label and name, and pixels by id', async () => {
    const { pictures, into } = await fresh();
    const names = ['cats/one.png', 'cats/Ähre 1.png', 'dogs/ähre 2.png', 'loose.png'];
    for (const [i, name] of names.entries())
      await save(path.join(pictures, i % 2 ? name : name.normalize('NFD')), draw(i).png());
    await fs.writeFile(path.join(pictures, 'empty.png'), '');
    await fs.copyFile(path.join(pictures, 'loose.png'), path.join(pictures, 'z.png'));
    await importFrom(pictures, into);
    const set = await openDataset(into);
    const list = (wanted: { label?: string | null; search?: string }, from = 0, count = 10): string[] =>
      listPictures(set, { from, count, ...wanted }).pictures.map(({ name }) => name.normalize('NFC'));
    expect(list({})).toEqual(['one.png', 'Ähre 1.png', 'ähre 2.png', 'loose.png']);
    expect(list({ label: 'cats' })).toEqual(['one.png', 'Ähre 1.png']);
    expect(list({ label: '' })).toEqual(['loose.png']);
    expect(list({ search: 'äHRE' })).toEqual(['Ähre 1.png', 'ähre 2.png']);
    expect(list({ search: 'äHRE', label: 'dogs' })).toEqual(['ähre 2.png']);
    expect(list({ search: 'cats' })).toEqual([]);
    expect(list({}, 1, 2)).toEqual(['Ähre 1.png', 'ähre 2.png']);
    expect(listPictures(set, { from: 1, count: 5, label: 'cats' })).toMatchObject({
      total: 2,
      pictures: [{ index: 1, label: 'cats', width: 96, height: 64, crop: 'centre' }],
    });
    expect(list({}, 9)).toEqual([]);
    expect(await listSetAside(set, { from: 1, count: 1 })).toMatchObject({
      total: 2,
      files: [{ kind: 'duplicate' }],
    });

    const size = 24 * 16 * 3;
    const expected = new Uint8Array(3 * size);
    set.read(3, expected, 0);
    set.read(0, expected, 2 * size);
    const ids = [set.entries[3].id, '0'.repeat(32), set.entries[0].id];
    expect(pixelsOf(set, ids)).toEqual({ count: 3, width: 24, height: 16, channels: 3, bytes: expected });
    expect(ids.map((id) => indexOfPicture(set, id))).toEqual([3, -1, 0]);
    expect(ids.map((id) => entryOfPicture(set, id)?.source ?? null)).toEqual([
      set.entries[3].source,
      null,
      set.entries[0].source,
    ]);
    set.close();
  });

  it('looks through 50,000 pictures once for a filter, however many pages are asked for', () => {
    let looks = 0;
    const entries = Array.from({ length: 50_000 }, (_, i): DatasetEntry => {
      const entry = {
        id: i.toString(16).padStart(32, '0'),
        label: i % 2 ? 'odd' : null,
        crop: 'centre' as const,
        width: 1,
        height: 1,
        stamp: { bytes: 1, modified: 1, changed: 1 },
      };
      return {
        ...entry,
        get source() {
          looks += 1;
          return `/pictures/${i}.png`;
        },
      };
    });
    const set: Dataset = {
      folder: root,
      count: entries.length,
      format,
      crop: 'centre',
      faces: null,
      keepDuplicates: false,
      labelTable: null,
      entries,
      labels: ['odd'],
      contentHash: '',
      pixelsHash: '',
      read: () => undefined,
      readBatch: () => undefined,
      close: () => undefined,
    };
    expect(listPictures(set, { from: 49_990, count: 100 })).toMatchObject({
      total: 50_000,
      pictures: { length: 10 },
    });
    expect(looks).toBeLessThan(100);
    const seen: number[] = [];
    for (let from = 0; from < 300; from += 100) {
      const page = listPictures(set, { from, count: 100, label: 'odd', search: '99' });
      seen.push(...page.pictures.map(({ index }) => index));
      expect(page.total).toBe(seen.length < 100 ? 0 : page.total);
    }
    expect(seen).toEqual(
      Array.from({ length: 50_000 }, (_, i) => i)
        .filter((i) => i % 2 === 1 && `${i}.png`.includes('99'))
        .slice(0, 300),
    );
    expect(looks).toBeLessThan(51_000);
    expect(indexOfPicture(set, (49_999).toString(16).padStart(32, '0'))).toBe(49_999);
    expect(looks).toBeLessThan(51_000);
  });
});

describe('an import', () => {
  it('tells of each picture and each file set aside while it runs', async () => {
    const { pictures, into } = await fresh();
    for (let i = 0; i < 6; i++) await save(path.join(pictures, `${i}.png`), draw(i).png());
    await fs.writeFile(path.join(pictures, '3.png'), 'no picture');
    await fs.copyFile(path.join(pictures, '0.png'), path.join(pictures, '5.png'));
    for (const round of ['first', 'again']) {
      const told: string[] = [];
      const pixels: Uint8Array[] = [];
      const report = await importPictures({
        sources: [pictures],
        into,
        format,
        onPicture: (entry, bytes) => {
          told.push(path.basename(entry.source));
          pixels.push(bytes.slice());
        },
        onSetAside: ({ source, kind }) => told.push(`${path.basename(source)} ${kind}`),
      });
      expect(told, round).toEqual([
        '0.png',
        '1.png',
        '2.png',
        '3.png not-a-picture',
        '4.png',
        '5.png duplicate',
      ]);
      const set = await openDataset(into);
      set.close();
      expect(report.count).toBe(4);
      expect(Buffer.concat(pixels)).toEqual(
        Buffer.from(
          pixelsOf(
            await openDataset(into),
            set.entries.map(({ id }) => id),
          ).bytes,
        ),
      );
    }
  });
});
