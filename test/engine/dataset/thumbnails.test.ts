import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Crop, ImageFormat } from '../../../src/contract/dataset.ts';
import {
  applyEdits,
  changeEdits,
  type Dataset,
  openDataset,
  original,
  thumbnail,
} from '../../../src/engine/dataset/index.ts';
import { pruneThumbnails } from '../../../src/engine/dataset/thumbnails.ts';
import { draw, fresh, importFrom, save, useFolder } from './fixtures.ts';

useFolder();

async function open(into: string): Promise<Dataset> {
  const set = await openDataset(into);
  set.close();
  return set;
}

const listThumbnails = (into: string): Promise<string[]> => fs.readdir(path.join(into, 'thumbnails'));

/** A soft picture with more detail in a part, which entropy finds; what is cut off elsewhere shows. */
async function drawWide(seed: number): Promise<Sharp> {
  const noise = await draw(seed + 100, 12, 8)
    .resize(300, 200, { kernel: 'nearest' })
    .png()
    .toBuffer();
  return draw(seed, 1000, 200).composite([{ input: noise, left: 640, top: 0 }]);
}

/** The mean difference of a thumbnail, brought down to the size of the set, from the set's pixels. */
async function differenceOf(into: string, index: number, side: number): Promise<number> {
  const set = await openDataset(into);
  const { width, height, channels } = set.format;
  const pixels = new Uint8Array(width * height * channels);
  set.read(index, pixels);
  set.close();
  const bytes = await thumbnail(set, set.entries[index], side);
  if (!bytes) throw new Error('there is no thumbnail');
  const small = sharp(bytes).resize(width, height, { fit: 'fill' });
  const shown =
    channels === 4
      ? await small.ensureAlpha().raw().toBuffer()
      : await (channels === 1 ? small.greyscale() : small.removeAlpha()).raw().toBuffer();
  if (channels === 4) {
    for (let i = 0; i < shown.length; i++) {
      if (i % 4 < 3) shown[i] = Math.round((shown[i] * shown[i - (i % 4) + 3]) / 255);
    }
  }
  expect(shown.length).toBe(pixels.length);
  return shown.reduce((sum, value, i) => sum + Math.abs(value - pixels[i]), 0) / shown.length;
}

describe('thumbnail', () => {
  it.each<[Crop, ImageFormat]>([
    ['centre', { width: 24, height: 16, channels: 3 }],
    ['entropy', { width: 24, height: 16, channels: 3 }],
    ['entropy', { width: 16, height: 24, channels: 1 }],
    ['fit', { width: 32, height: 32, channels: 3 }],
    ['fit', { width: 24, height: 24, channels: 4 }],
    ['centre', { width: 16, height: 16, channels: 4 }],
  ])('shows what the set shows: %s at %o', async (crop, format) => {
    const { pictures, into } = await fresh();
    const wide = await (await drawWide(1)).png().toBuffer();
    await fs.writeFile(path.join(pictures, 'a.png'), wide);
    for (const turned of [3, 6]) {
      await save(
        path.join(pictures, `turned-${turned}.jpg`),
        sharp(wide).jpeg().withMetadata({ orientation: turned }),
      );
    }
    const disc = `<svg width="400" height="300"><circle cx="150" cy="150" r="140" fill="#e04020" fill-opacity=".6"/></svg>`;
    await fs.writeFile(path.join(pictures, 'disc.png'), await sharp(Buffer.from(disc)).png().toBuffer());
    await importFrom(pictures, into, { format, crop, keepDuplicates: true });
    const { entries } = await open(into);
    await changeEdits(into, {
      crop: { id: entries[0].id, rectangle: { x: 0.6, y: 0.1, width: 0.3, height: 0.9 } },
    });
    for (let round = 0; round < 2; round++) {
      // The bars of a picture that is fitted are whole pixels of the set's, where its thumbnail has finer ones.
      const most = crop === 'fit' ? 8 : 5;
      for (let i = 0; i < entries.length; i++) expect(await differenceOf(into, i, 96)).toBeLessThan(most);
      await applyEdits(into);
    }
    for (let i = 0; i < entries.length; i++) {
      const bytes = await thumbnail(await open(into), entries[i], 96);
      const { width, height } = await sharp(bytes ?? undefined).metadata();
      expect(Math.max(width, height)).toBe(96);
      expect(Math.abs(width / height - format.width / format.height)).toBeLessThan(0.03);
    }
  });

  it('is made once, never larger than the original, and again for another crop', async () => {
    const { pictures, into } = await fresh();
    await save(path.join(pictures, 'a.jpg'), draw(1, 300, 200).jpeg());
    await save(path.join(pictures, 'small.png'), draw(2, 12, 12).png());
    await importFrom(pictures, into);
    const set = await open(into);
    const [a, small] = set.entries;
    const [first, same] = await Promise.all([thumbnail(set, a, 128), thumbnail(set, a, 128)]);
    expect(same).toBe(first);
    expect(await sharp((await thumbnail(set, a, 1000)) ?? undefined).metadata()).toMatchObject({
      format: 'webp',
      width: 300,
      height: 200,
    });
    expect(await sharp((await thumbnail(set, small, 128)) ?? undefined).metadata()).toMatchObject({
      width: 12,
      height: 8,
    });
    const names = await listThumbnails(into);
    expect(names).toHaveLength(3);
    expect(names.every((name) => /^[0-9a-f]{32}-[0-9a-f]{12}-\d+\.webp$/.test(name))).toBe(true);

    // What is there is taken, unless it was cut short.
    const file = path.join(
      into,
      'thumbnails',
      names.find((name) => name.endsWith('-128.webp') && name.startsWith(a.id)) ?? '',
    );
    const before = await fs.stat(file);
    expect(await thumbnail(set, a, 128)).toEqual(first);
    expect((await fs.stat(file)).mtimeMs).toBe(before.mtimeMs);
    await fs.truncate(file, 100);
    expect(Buffer.from((await thumbnail(set, a, 128)) ?? []).equals(Buffer.from(first ?? []))).toBe(true);
    await fs.rm(path.join(into, 'thumbnails'), { recursive: true });
    expect(await thumbnail(set, a, 128)).toEqual(first);

    await thumbnail(set, small, 12);
    await changeEdits(into, { crop: { id: a.id, rectangle: { x: 0, y: 0, width: 0.5, height: 0.5 } } });
    await applyEdits(into);
    expect((await listThumbnails(into)).every((name) => name.startsWith(small.id))).toBe(true);
    const cropped = await open(into);
    expect(await thumbnail(cropped, cropped.entries[0], 128)).not.toEqual(first);
    expect(await listThumbnails(into)).toHaveLength(2);
  });

  it('is nothing where the original is gone, or another, or in a set file; what was kept stays', async () => {
    const { pictures, into } = await fresh();
    for (let i = 0; i < 3; i++) await save(path.join(pictures, `${i}.png`), draw(i).png());
    const data = Buffer.alloc(16 + 16, 7);
    [0x803, 1, 4, 4].forEach((value, i) => data.writeUInt32BE(value, 4 * i));
    await fs.writeFile(path.join(pictures, 'train-images-idx3-ubyte'), data);
    await importFrom(pictures, into);
    const set = await open(into);
    const [kept, gone, changed, inside] = set.entries;
    const first = await thumbnail(set, kept, 64);
    for (const name of ['0.png', '1.png']) await fs.rm(path.join(pictures, name));
    await save(path.join(pictures, '2.png'), draw(9).png());
    expect(await thumbnail(set, kept, 64)).toEqual(first);
    for (const entry of [gone, changed, inside]) {
      expect(await thumbnail(set, entry, 64)).toBeNull();
      expect(await original(entry, 64)).toBeNull();
    }
    // Touched, and the same still.
    await save(path.join(pictures, '1.png'), draw(1).png());
    expect(await thumbnail(set, gone, 64)).not.toBeNull();
  });

  it('makes room by age, many at a time without mixing them up', async () => {
    const { pictures, into } = await fresh();
    for (let i = 0; i < 12; i++) await save(path.join(pictures, `${i}.png`), draw(i, 200, 150).png());
    await importFrom(pictures, into);
    const set = await open(into);
    const all = await Promise.all(set.entries.map((entry) => thumbnail(set, entry, 100)));
    const folder = path.join(into, 'thumbnails');
    for (const [i, { id }] of set.entries.entries()) {
      const name = (await fs.readdir(folder)).find((file) => file.startsWith(id)) ?? '';
      expect(await fs.readFile(path.join(folder, name))).toEqual(Buffer.from(all[i] ?? []));
      await fs.utimes(path.join(folder, name), 1000 + i, 1000 + i);
    }
    const total = all.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0);
    expect(await pruneThumbnails(folder, total)).toBe(total);
    const left = await pruneThumbnails(folder, total / 2);
    expect(left).toBeLessThanOrEqual(total / 2);
    const names = await fs.readdir(folder);
    const survivors = set.entries.map(({ id }) => names.some((name) => name.startsWith(id)));
    expect(survivors.lastIndexOf(false)).toBeLessThan(survivors.indexOf(true));
    expect(survivors).toContain(true);
  });
});

describe('original', () => {
  it('is whole, upright, and at most as large as asked', async () => {
    const { pictures, into } = await fresh();
    const file = path.join(pictures, 'a.jpg');
    await save(file, (await drawWide(3)).jpeg().withMetadata({ orientation: 6 }));
    await importFrom(pictures, into, { crop: 'entropy' });
    const { entries } = await open(into);
    const image = await original(entries[0], 250);
    expect(image).toMatchObject({ width: 50, height: 250 });
    const shown = await sharp(image?.bytes).raw().toBuffer();
    const expected = await sharp(file).autoOrient().resize(50, 250).raw().toBuffer();
    const difference = shown.reduce((sum, value, i) => sum + Math.abs(value - expected[i]), 0) / shown.length;
    expect(difference).toBeLessThan(4);
    expect(await original(entries[0], 4096)).toMatchObject({ width: 200, height: 1000 });
  });
});
