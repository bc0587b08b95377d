import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/engine/dataset/index.ts';
import { draw, fresh, importFrom, kinds, save, useFolder } from './fixtures.ts';

useFolder();

describe('labels', () => {
  async function threePictures(): Promise<{ pictures: string; into: string; table: string }> {
    const made = await fresh();
    for (const name of ['a.png', 'b.png', 'sub/c.png'])
      await save(path.join(made.pictures, name), draw(name.charCodeAt(0) + name.length).png());
    return { ...made, table: path.join(made.pictures, 'table.csv') };
  }
  const told = async (into: string): Promise<unknown[]> => {
    const set = await openDataset(into);
    set.close();
    return set.entries.map(({ source, label, attributes }) => [path.basename(source), label, attributes]);
  };

  it('come from a table of file and label, with or without header', async () => {
    const { pictures, into, table } = await threePictures();
    await fs.writeFile(table, '\ufefffile,label\r\na.png,"cat, big"\r\n./sub/c.png,7\r\ngone.png,x\r\n');
    const report = await importFrom(pictures, into, { labels: table });
    expect(report).toMatchObject({
      setAside: [],
      labels: ['7', 'cat, big'],
      table: { picturesWithoutRow: 1, rowsWithoutPicture: 1 },
    });
    expect(await told(into)).toEqual([
      ['a.png', 'cat, big', undefined],
      ['b.png', null, undefined],
      ['c.png', '7', undefined],
    ]);
    await fs.writeFile(table, 'a.png;x\nb.png;y\nc.png;x\n');
    const relabelled = await importFrom(pictures, into, { labels: table });
    expect(relabelled).toMatchObject({ added: 0, kept: 3, labels: ['x', 'y'] });
    expect(relabelled.contentHash).not.toBe(report.contentHash);
  });

  it("come as attributes from CelebA's layouts", async () => {
    const { pictures, into, table } = await threePictures();
    const expected = [
      ['a.png', null, { Smiling: 1, Young: -1 }],
      ['b.png', null, { Smiling: -1, Young: 0.5 }],
      ['c.png', 'sub', { Smiling: 1, Young: 1 }],
    ];
    for (const text of [
      'image_id,Smiling,Young\na.png,1,-1\nb.png,-1,0.5\nc.png,1,1\n',
      '3\nSmiling Young\na.png  1 -1\nb.png -1  0.5\nc.png  1  1\n',
    ]) {
      await fs.writeFile(table, text);
      await importFrom(pictures, into, { labels: table });
      expect(await told(into)).toEqual(expected);
    }
    await fs.writeFile(table, 'image_id,Smiling\na.png,perhaps\n');
    await expect(importFrom(pictures, into, { labels: table })).rejects.toThrow(
      /Line 2 .*"perhaps" under "Smiling"/,
    );
    await fs.writeFile(table, 'image_id,Smiling\na.png,1,2\n');
    await expect(importFrom(pictures, into, { labels: table })).rejects.toThrow(/Line 2 .*3 columns/);
    await expect(importFrom(pictures, into, { labels: `${table}.gone` })).rejects.toMatchObject({
      code: 'input',
    });
  });

  it('come with MNIST files, packed or not, and every picture is kept', async () => {
    const { pictures, into } = await fresh();
    const header = (...numbers: number[]): Buffer => {
      const out = Buffer.alloc(4 * numbers.length);
      numbers.forEach((value, i) => out.writeUInt32BE(value, 4 * i));
      return out;
    };
    const images = Buffer.concat([
      header(0x803, 5, 4, 6),
      Buffer.from(Array.from({ length: 120 }, (_, i) => i % 24)),
    ]);
    await fs.writeFile(path.join(pictures, 'train-images-idx3-ubyte.gz'), gzipSync(images));
    await fs.writeFile(
      path.join(pictures, 'train-labels-idx1-ubyte'),
      Buffer.concat([header(0x801, 5), Buffer.from([3, 1, 4, 1, 5])]),
    );
    await fs.writeFile(path.join(pictures, 't10k-images-idx3-ubyte'), images.subarray(0, 100));
    const shape = { width: 6, height: 4, channels: 1 } as const;
    const report = await importFrom(pictures, into, { format: shape });
    expect(report).toMatchObject({ count: 5, labels: ['1', '3', '4', '5'] });
    expect(kinds(report)).toEqual({ 't10k-images-idx3-ubyte': 'damaged' });
    const set = await openDataset(into);
    const out = new Uint8Array(24);
    set.read(2, out);
    expect([...out]).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(set.entries[4]).toMatchObject({
      source: `${pictures}/train-images-idx3-ubyte.gz#4`,
      label: '5',
      width: 6,
      height: 4,
    });
    set.close();
    expect(
      await importFrom(pictures, into, { format: { ...shape, width: 8, height: 8, channels: 3 } }),
    ).toMatchObject({ count: 5, added: 5 });
  });
});
