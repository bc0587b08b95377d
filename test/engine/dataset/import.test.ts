import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImportReport } from '../../../src/contract/dataset.ts';
import { createRng } from '../../../src/core/rng.ts';
import { importPictures, type ImportOptions, openDataset } from '../../../src/engine/dataset/index.ts';

const format = { width: 24, height: 16, channels: 3 } as const;
let root = '';
let folders = 0;
beforeAll(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-import-'));
});
afterAll(() => fs.rm(root, { recursive: true, force: true }));

async function fresh(): Promise<{ pictures: string; into: string }> {
  const folder = path.join(root, String(folders++));
  const pictures = path.join(folder, 'pictures');
  await fs.mkdir(pictures, { recursive: true });
  return { pictures, into: path.join(folder, 'project', 'dataset') };
}

/** A soft random picture; different seeds are different to the eye. */
function draw(seed: number, width = 96, height = 64): Sharp {
  const rng = createRng(seed);
  const data = Uint8Array.from({ length: 6 * 4 * 3 }, () => rng.below(256));
  return sharp(data, { raw: { width: 6, height: 4, channels: 3 } }).resize(width, height, {
    kernel: 'cubic',
  });
}

async function save(file: string, image: Sharp): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, await image.toBuffer());
}

async function importFrom(
  pictures: string,
  into: string,
  more: Partial<ImportOptions> = {},
): Promise<ImportReport> {
  return importPictures({ sources: [pictures], into, format, ...more });
}

async function packOf(into: string): Promise<string> {
  const name = (await fs.readdir(into)).find((file) => file.endsWith('.bin'));
  return createHash('sha256')
    .update(await fs.readFile(path.join(into, name ?? '')))
    .digest('hex');
}

const kinds = (report: ImportReport): Record<string, string> =>
  Object.fromEntries(report.setAside.map(({ source, kind }) => [path.basename(source), kind]));

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

  it('refuses a set without a usable picture and leaves the one before', async () => {
    const { pictures, into } = await fresh();
    await save(path.join(pictures, 'a.png'), draw(1).png());
    const { contentHash } = await importFrom(pictures, into);
    const empty = await fresh();
    await fs.writeFile(path.join(empty.pictures, 'a.png'), 'no');
    await expect(importFrom(empty.pictures, into)).rejects.toThrow(
      /No usable picture.*1 set aside.*is not a picture/,
    );
    await expect(importFrom(path.join(root, 'gone'), into)).rejects.toMatchObject({ code: 'input' });
    await expect(importFrom(pictures, into, { format: { ...format, width: 0 } })).rejects.toMatchObject({
      code: 'usage',
    });
    const stop = new AbortController();
    stop.abort();
    await expect(importFrom(pictures, into, { signal: stop.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const set = await openDataset(into);
    expect(set.contentHash).toBe(contentHash);
    set.close();
    expect(await fs.readdir(into)).toHaveLength(3);
  });

  it('says so when the dataset is damaged, and heals it by importing again', async () => {
    const { pictures, into } = await fresh();
    for (let i = 0; i < 3; i++) await save(path.join(pictures, `${i}.png`), draw(i).png());
    const { contentHash } = await importFrom(pictures, into);
    const index = path.join(into, 'index.json');
    const good = await fs.readFile(index, 'utf8');
    const pack = path.join(into, (await fs.readdir(into)).find((name) => name.endsWith('.bin')) ?? '');
    const damage: [string, () => Promise<void>][] = [
      ['cut index', () => fs.writeFile(index, good.slice(0, 200))],
      ['missing field', () => fs.writeFile(index, good.replace('"crop":"centre",', ''))],
      ['huge format', () => fs.writeFile(index, good.replace('"width":24', '"width":4096'))],
      ['path out of the folder', () => fs.writeFile(index, good.replace(path.basename(pack), '../../x.bin'))],
      ['cut pack', () => fs.truncate(pack, 100)],
      ['no pack', () => fs.rm(pack)],
    ];
    for (const [name, harm] of damage) {
      await harm();
      await expect(openDataset(into), name).rejects.toMatchObject({ code: 'corrupt' });
      expect((await importFrom(pictures, into)).contentHash, name).toBe(contentHash);
    }
    await expect(openDataset(path.join(root, 'never'))).rejects.toMatchObject({ code: 'input' });
  });
});

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

describe('an import that is killed', () => {
  it('leaves a whole set, whenever it dies', async () => {
    const { pictures, into } = await fresh();
    for (let i = 0; i < 60; i++) await save(path.join(pictures, `${i}.jpg`), draw(i, 600, 400).jpeg());
    await importFrom(pictures, into);
    for (let i = 60; i < 90; i++) await save(path.join(pictures, `${i}.jpg`), draw(i, 600, 400).jpeg());
    const script = path.join(root, 'import.cjs');
    const { build } = await import('esbuild');
    await build({
      stdin: {
        contents: `import { importPictures } from './src/engine/dataset/index.ts';
          void importPictures({ sources: [${JSON.stringify(pictures)}], into: ${JSON.stringify(into)}, format: { width: 24, height: 16, channels: 3 }, crop: process.argv[2] });`,
        resolveDir: process.cwd(),
      },
      bundle: true,
      platform: 'node',
      external: ['sharp'],
      outfile: script,
      logLevel: 'error',
    });
    for (const [round, delay] of [150, 250, 350, 450, 600, 900].entries()) {
      // Another crop each time, so that every round has all to do.
      const child = spawn(process.execPath, [script, round % 2 ? 'centre' : 'fit'], {
        env: { ...process.env, NODE_PATH: path.join(process.cwd(), 'node_modules') },
        stdio: 'ignore',
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill('SIGKILL');
      await ended;
      const set = await openDataset(into);
      const all = new Uint8Array(set.count * 24 * 16 * 3);
      set.readBatch(
        Array.from({ length: set.count }, (_, i) => i),
        all,
      );
      expect([60, 90]).toContain(set.count);
      set.close();
    }
    const healed = await importFrom(pictures, into);
    expect(healed.contentHash).toBe((await importFrom(pictures, `${into}-scratch`)).contentHash);
    expect((await fs.readdir(into)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(await fs.readdir(into)).toHaveLength(3);
  });
});
