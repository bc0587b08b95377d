import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/engine/dataset/index.ts';
import { draw, fresh, importFrom, kinds, packOf, save, useFolder } from './fixtures.ts';

useFolder();

describe('importPictures', () => {
  it('gives the same pack for the same folder, labels by folder, and pixels by index', async () => {
    const { pictures, into } = await fresh();
    for (let i = 0; i < 12; i++)
      await save(path.join(pictures, i % 2 ? 'cats' : 'dogs', `${i}.png`), draw(i).png());
    await save(path.join(pictures, 'cats', 'deep', 'er', 'x.png'), draw(20).png());
    await save(path.join(pictures, 'loose.png'), draw(21).png());
    await fs.writeFile(path.join(pictures, '.hidden.png'), 'not even looked at');
    const first = await importFrom(pictures, into);
    const again = await importFrom(pictures, `${into}-2`);
    expect(first).toMatchObject({
      count: 14,
      added: 14,
      kept: 0,
      removed: 0,
      labels: ['cats', 'dogs'],
      setAside: [],
    });
    expect(again.contentHash).toBe(first.contentHash);
    expect(await packOf(`${into}-2`)).toBe(await packOf(into));

    const set = await openDataset(into);
    expect(set.entries.map(({ source }) => path.relative(pictures, source)).slice(0, 3)).toEqual([
      'cats/1.png',
      'cats/11.png',
      'cats/3.png',
    ]);
    expect(set.entries.at(-1)).toMatchObject({ label: null, width: 96, height: 64, crop: 'centre' });
    const size = 24 * 16 * 3;
    const batch = new Uint8Array(2 * size);
    set.readBatch([13, 0], batch);
    const alone = new Uint8Array(size + 5);
    set.read(13, alone, 5);
    expect(alone.subarray(5)).toEqual(batch.subarray(0, size));
    const direct = await draw(21).resize(24, 16, { fit: 'cover' }).removeAlpha().raw().toBuffer();
    expect(Math.max(...direct.map((value, i) => Math.abs(value - batch[i])))).toBeLessThan(40);
    expect(() => set.read(14, alone)).toThrow(RangeError);
    expect(() => set.read(0, alone, 6)).toThrow(RangeError);
    set.close();
  });

  it('decodes only what changed, and lets go of what was removed', async () => {
    const { pictures, into } = await fresh();
    for (let i = 0; i < 8; i++) await save(path.join(pictures, `${i}.png`), draw(i).png());
    await fs.copyFile(path.join(pictures, '0.png'), path.join(pictures, 'copy.png'));
    await importFrom(pictures, into);
    const unchanged = await importFrom(pictures, into);
    expect(unchanged).toMatchObject({ count: 8, added: 0, kept: 8, removed: 0 });
    expect(kinds(unchanged)).toEqual({ 'copy.png': 'duplicate' });

    await fs.rm(path.join(pictures, '0.png')); // Its copy takes its place, without decoding.
    await fs.rm(path.join(pictures, '1.png'));
    await fs.rename(path.join(pictures, '2.png'), path.join(pictures, 'renamed.png'));
    await fs.utimes(path.join(pictures, '3.png'), 1, 1);
    await save(path.join(pictures, '4.png'), draw(44).png());
    await save(path.join(pictures, 'new.png'), draw(45).png());
    const changed = await importFrom(pictures, into);
    expect(changed).toMatchObject({ count: 8, added: 2, kept: 6, removed: 2, setAside: [] });
    const scratch = await importFrom(pictures, `${into}-scratch`);
    expect(changed.contentHash).toBe(scratch.contentHash);
    expect(await packOf(into)).toBe(await packOf(`${into}-scratch`));
    expect((await fs.readdir(into)).sort()).toHaveLength(3);

    const other = await importFrom(pictures, into, { crop: 'fit' });
    expect(other).toMatchObject({ added: 8, kept: 0, removed: 0 });
  });

  it('sets copies aside, by content and by look, and keeps drawings that differ in a small part', async () => {
    const { pictures, into } = await fresh();
    const face = (mouth: string): Buffer =>
      Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><circle cx="32" cy="32" r="30" fill="#fc3"/><circle cx="22" cy="26" r="4"/><circle cx="42" cy="26" r="4"/><path d="${mouth}" stroke="#000" stroke-width="3" fill="none"/></svg>`,
      );
    await fs.writeFile(path.join(pictures, 'face-1-smile.svg'), face('M20 42 Q32 52 44 42'));
    await fs.writeFile(path.join(pictures, 'face-2-flat.svg'), face('M20 45 L44 45'));
    await fs.writeFile(path.join(pictures, 'face-3-frown.svg'), face('M20 48 Q32 38 44 48'));
    for (const [i, colour] of ['#d01010', '#e03030', '#10d010', '#ffffff', '#f0f0f0'].entries()) {
      await save(
        path.join(pictures, `flat-${i}.png`),
        sharp({ create: { width: 64, height: 64, channels: 3, background: colour } }).png(),
      );
    }
    await save(path.join(pictures, 'photo-a.jpg'), draw(1, 600, 400).jpeg({ quality: 92 }));
    await fs.copyFile(path.join(pictures, 'photo-a.jpg'), path.join(pictures, 'photo-b-copied.jpg'));
    const photo = path.join(pictures, 'photo-a.jpg');
    await save(path.join(pictures, 'photo-c-saved-again.jpg'), sharp(photo).jpeg({ quality: 55 }));
    await save(path.join(pictures, 'photo-d-smaller.png'), sharp(photo).resize(300).png());
    await save(path.join(pictures, 'photo-e-webp.webp'), sharp(photo).webp({ quality: 60 }));
    await save(path.join(pictures, 'photo-f-other.jpg'), draw(2, 600, 400).jpeg({ quality: 92 }));
    const square = { width: 64, height: 64, channels: 3 } as const;
    const report = await importFrom(pictures, into, { format: square });
    expect(kinds(report)).toEqual({
      'photo-b-copied.jpg': 'duplicate',
      'photo-c-saved-again.jpg': 'near-duplicate',
      'photo-d-smaller.png': 'near-duplicate',
      'photo-e-webp.webp': 'near-duplicate',
    });
    expect(report.setAside.every(({ of }) => of === photo)).toBe(true);
    expect(await importFrom(pictures, into, { format: square })).toMatchObject({
      added: 0,
      kept: 10,
      setAside: { length: 4 },
    });
    expect(await importFrom(pictures, `${into}-all`, { format: square, keepDuplicates: true })).toMatchObject(
      { count: 14, setAside: [] },
    );
  });

  it('goes through links, odd names and useless files', async () => {
    const { pictures, into } = await fresh();
    const names = ['🙂 smile.png', 'two\nlines.png', 'שלום.png', '#1?.png', ' space .png', 'İi.png'];
    for (const [i, name] of names.entries()) await save(path.join(pictures, name), draw(i).png());
    const bytes = Buffer.concat([
      Buffer.from(`${pictures}/bad-`),
      Buffer.from([0xff, 0xe9]),
      Buffer.from('.png'),
    ]);
    await fs.writeFile(bytes, await draw(30).png().toBuffer());
    await fs.symlink(pictures, path.join(pictures, 'loop'));
    await fs.mkdir(path.join(pictures, 'sub'));
    await fs.symlink('..', path.join(pictures, 'sub', 'up'));
    await fs.symlink('self', path.join(pictures, 'self'));
    await fs.symlink('nowhere', path.join(pictures, 'broken'));
    const outside = await fresh();
    await save(path.join(outside.pictures, 'outside.png'), draw(31).png());
    await fs.symlink(outside.pictures, path.join(pictures, 'linked'));
    await fs.writeFile(path.join(pictures, 'empty.png'), '');
    await fs.writeFile(path.join(pictures, 'notes.txt'), 'hello');
    execFileSync('mkfifo', [path.join(pictures, 'pipe.png')]);

    const report = await importFrom(pictures, into);
    expect(report).toMatchObject({ count: 8, added: 8 });
    expect(kinds(report)).toEqual({
      self: 'unreadable',
      broken: 'unreadable',
      'empty.png': 'empty',
      'notes.txt': 'not-a-picture',
      'pipe.png': 'not-a-picture',
    });
    expect(await importFrom(pictures, into)).toMatchObject({ added: 0, kept: 8 });
    const listed = JSON.parse(await fs.readFile(path.join(into, 'set-aside.json'), 'utf8')) as {
      setAside: unknown[];
    };
    expect(listed.setAside).toHaveLength(5);
  });
});
