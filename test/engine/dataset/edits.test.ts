import { spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { ImportReport } from '../../../src/contract/dataset.ts';
import {
  applyEdits,
  changeEdits,
  type EditsChange,
  listPictures,
  openDataset,
  planEdits,
  readEdits,
  writeEdits,
} from '../../../src/engine/dataset/index.ts';
import { draw, fresh, importFrom, kinds, packOf, root, save, useFolder } from './fixtures.ts';

useFolder();

const RECTANGLE = { x: 0.25, y: 0.125, width: 0.5, height: 0.5 };

/** cats/a.jpg, its copy and its like; cats/b.png, dogs/c.png and its like, d.png. */
async function somePictures(): Promise<{ pictures: string; into: string; at: (name: string) => string }> {
  const made = await fresh();
  const at = (name: string): string => path.join(made.pictures, name);
  await save(at('cats/a.jpg'), draw(1, 300, 200).jpeg({ quality: 92 }));
  await save(at('cats/b.png'), draw(2).png());
  await fs.copyFile(at('cats/a.jpg'), at('cats/copy.jpg'));
  await save(at('cats/like.webp'), sharp(at('cats/a.jpg')).webp({ quality: 60 }));
  await save(at('dogs/c.png'), draw(3, 200, 160).png());
  await save(at('dogs/like.jpg'), sharp(at('dogs/c.png')).jpeg({ quality: 80 }));
  await save(at('d.png'), draw(4).png());
  return { ...made, at };
}

async function apply(into: string, change: EditsChange): Promise<ImportReport> {
  await changeEdits(into, change);
  return applyEdits(into);
}

interface Shown {
  readonly id: string;
  readonly label: string | null;
  readonly crop: unknown;
}

/** The pictures by name. */
async function shown(into: string): Promise<Record<string, Shown>> {
  const set = await openDataset(into);
  set.close();
  const { pictures } = listPictures(set, { from: 0, count: set.count });
  return Object.fromEntries(
    pictures.map(({ source, id, label, crop }) => [
      path.relative(path.join(into, '../../pictures'), source),
      { id, label, crop },
    ]),
  );
}

const idsOf = async (into: string, ...names: string[]): Promise<string[]> => {
  const all = await shown(into);
  return names.map((name) => all[name]?.id ?? `no ${name}`);
};

let scratches = 0;
/** The same pictures and edits, imported by a folder that knows nothing of before. */
async function fromScratch(pictures: string, into: string): Promise<ImportReport> {
  const scratch = `${into}-scratch-${scratches++}`;
  await fs.mkdir(scratch, { recursive: true });
  await writeEdits(scratch, await readEdits(into));
  const report = await importFrom(pictures, scratch);
  expect(await packOf(scratch)).toBe(await packOf(into));
  return report;
}

async function expectAsFromScratch(pictures: string, into: string, report: ImportReport): Promise<void> {
  for (const other of [await importFrom(pictures, into), await fromScratch(pictures, into)]) {
    expect(other.contentHash).toBe(report.contentHash);
    expect(other.setAside).toEqual(report.setAside);
  }
}

describe('edits', () => {
  it('take duplicates back, set them aside again, and know a near-duplicate by another name', async () => {
    const { pictures, into, at } = await somePictures();
    const before = await importFrom(pictures, into);
    const aside = { 'copy.jpg': 'duplicate', 'like.webp': 'near-duplicate', 'like.jpg': 'near-duplicate' };
    expect(kinds(before)).toEqual(aside);
    const restored = await apply(into, { restore: [at('cats/copy.jpg'), at('cats/like.webp')] });
    expect(restored).toMatchObject({ count: 6, added: 1, kept: 5, removed: 0 });
    expect(kinds(restored)).toEqual({ 'like.jpg': 'near-duplicate' });
    expect(Object.keys(await shown(into))).toEqual([
      'cats/a.jpg',
      'cats/b.png',
      'cats/copy.jpg',
      'cats/like.webp',
      'd.png',
      'dogs/c.png',
    ]);
    await expectAsFromScratch(pictures, into, restored);

    await fs.rename(at('cats/like.webp'), at('cats/other.webp'));
    const renamed = await importFrom(pictures, into);
    expect(renamed).toMatchObject({ count: 6, added: 0, contentHash: restored.contentHash });
    const undone = await apply(into, { unrestore: [at('cats/copy.jpg'), at('cats/other.webp')] });
    expect(undone.contentHash).toBe(before.contentHash);
    expect(kinds(undone)).toMatchObject({ 'copy.jpg': 'duplicate', 'other.webp': 'near-duplicate' });
    await expectAsFromScratch(pictures, into, undone);
    expect((await readEdits(into)).restored).toEqual({ files: [], contents: {} });
  });

  it('remove pictures with all that looks the same, under whatever name, until they are restored', async () => {
    const { pictures, into, at } = await somePictures();
    const before = await importFrom(pictures, into);
    const removed = await apply(into, { remove: await idsOf(into, 'cats/a.jpg', 'd.png') });
    expect(removed).toMatchObject({ count: 2, added: 0, removed: 2 });
    expect(kinds(removed)).toEqual({
      'a.jpg': 'removed',
      'copy.jpg': 'removed',
      'like.webp': 'near-duplicate',
      'like.jpg': 'near-duplicate',
      'd.png': 'removed',
    });
    expect(removed.setAside[0]?.reason).toBe('was removed by hand');
    expect(removed.setAside[2]?.reason).toMatch(/^looks the same as ".*a\.jpg", which was removed by hand$/);
    await expectAsFromScratch(pictures, into, removed);

    await fs.rm(at('cats/copy.jpg'));
    await fs.rename(at('cats/a.jpg'), at('cats/other.jpg'));
    await fs.utimes(at('d.png'), 1, 1);
    expect(await importFrom(pictures, into)).toMatchObject({ count: 2, added: 0 });
    // By the name of then, and by that of now.
    await apply(into, { restore: [at('cats/a.jpg')] });
    const restored = await apply(into, { restore: [at('d.png')] });
    // Its like comes first by name now, and yet it is there.
    expect(kinds(restored)).toEqual({ 'like.jpg': 'near-duplicate' });
    expect(Object.keys(await shown(into))).toContain('cats/other.jpg');
    await expectAsFromScratch(pictures, into, restored);
    await fs.rename(at('cats/other.jpg'), at('cats/a.jpg'));
    expect(await importFrom(pictures, into)).toMatchObject({ count: 4, contentHash: before.contentHash });
    expect((await shown(into))['cats/a.jpg']?.label).toBe('cats');
    await expect(
      changeEdits(into, { remove: await idsOf(into, 'cats/a.jpg', 'cats/b.png', 'dogs/c.png', 'd.png') }),
    ).rejects.toMatchObject({ code: 'usage' });
  });

  it('take back one that looks the same as a removed picture', async () => {
    const { pictures, into, at } = await somePictures();
    await importFrom(pictures, into);
    await apply(into, { remove: await idsOf(into, 'cats/a.jpg') });
    const report = await apply(into, { restore: [at('cats/like.webp')] });
    expect(Object.keys(await shown(into))).toContain('cats/like.webp');
    expect(Object.keys(await shown(into))).not.toContain('cats/a.jpg');
    await expectAsFromScratch(pictures, into, report);
  });

  it('set labels over those of folders, without touching the pixels', async () => {
    const { pictures, into, at } = await somePictures();
    const before = await importFrom(pictures, into);
    expect(before.labels).toEqual(['cats', 'dogs']);
    const pack = (await fs.readdir(into)).find((name) => name.endsWith('.bin')) ?? '';
    const untouched = await fs.stat(path.join(into, pack));
    const [a, c, d] = await idsOf(into, 'cats/a.jpg', 'dogs/c.png', 'd.png');
    await apply(into, { label: { ids: [a, d], label: ' tigers ' } });
    const labelled = await apply(into, { label: { ids: [c], label: null } });
    expect(labelled).toMatchObject({ count: 4, added: 0, kept: 4, labels: ['cats', 'tigers'] });
    expect(labelled.contentHash).not.toBe(before.contentHash);
    expect(kinds(labelled)).toEqual(kinds(before));
    expect(await fs.stat(path.join(into, pack))).toEqual(untouched);
    await expectAsFromScratch(pictures, into, labelled);

    await fs.rename(at('d.png'), at('dogs/z.png'));
    await importFrom(pictures, into);
    const all = await shown(into);
    expect([all['dogs/z.png']?.label, all['dogs/c.png']?.label]).toEqual(['tigers', null]);
    await fs.rename(at('dogs/z.png'), at('d.png'));
    await apply(into, { label: { ids: [a], label: 'cats' } });
    await apply(into, { label: { ids: [c], label: 'dogs' } });
    await apply(into, { label: { ids: [d], label: null } });
    expect((await importFrom(pictures, into)).contentHash).toBe(before.contentHash);
  });

  it('keep labels and numbers of a table that is gone, and how duplicates were dealt with', async () => {
    const { pictures, into, at } = await somePictures();
    const table = at('table.csv');
    await fs.writeFile(table, 'file,label,Smile\ncats/a.jpg,x,1\ncats/copy.jpg,y,2\nd.png,z,3\n');
    await importFrom(pictures, into, { labels: table, keepDuplicates: true });
    await fs.rm(table);
    const [d] = await idsOf(into, 'd.png');
    const removed = await apply(into, { remove: [d] });
    expect(removed).toMatchObject({ count: 6, labels: ['cats', 'dogs', 'x', 'y'] });
    expect(await apply(into, { restore: [at('d.png')] })).toMatchObject({ count: 7, added: 1 });
    const set = await openDataset(into);
    set.close();
    expect(set).toMatchObject({ keepDuplicates: true, labelTable: table });
    expect(set.entries[4]).toMatchObject({ label: 'z', attributes: { Smile: 3 } });
  });

  it('crop one picture, decoding no other', async () => {
    const { pictures, into, at } = await somePictures();
    const before = await importFrom(pictures, into);
    const [a] = await idsOf(into, 'cats/a.jpg');
    const cropped = await apply(into, { crop: { id: a, rectangle: RECTANGLE } });
    expect(cropped).toMatchObject({ count: 4, added: 1, kept: 3 });
    expect(kinds(cropped)).toEqual(kinds(before));
    expect((await shown(into))['cats/a.jpg']?.crop).toEqual(RECTANGLE);
    const set = await openDataset(into);
    const pixels = new Uint8Array(24 * 16 * 3);
    set.read(0, pixels);
    set.close();
    const expected = await sharp(at('cats/a.jpg'))
      .extract({ left: 75, top: 25, width: 150, height: 100 })
      .resize(24, 16)
      .raw()
      .toBuffer();
    expect(Buffer.from(pixels).equals(expected)).toBe(true);
    await expectAsFromScratch(pictures, into, cropped);
    // Another crop of all leaves that by hand.
    expect(await importFrom(pictures, into, { crop: 'fit' })).toMatchObject({ added: 3, kept: 1 });
    await importFrom(pictures, into);
    const undone = await apply(into, { crop: { id: a, rectangle: null } });
    expect(undone).toMatchObject({ added: 1, contentHash: before.contentHash });

    const other = { crop: { id: a, rectangle: { ...RECTANGLE, x: 0.5 } } };
    await changeEdits(into, other);
    await fs.rm(at('cats/a.jpg'));
    await expect(applyEdits(into)).rejects.toMatchObject({ code: 'input' });
    await save(at('cats/a.jpg'), draw(9).jpeg());
    await expect(applyEdits(into)).rejects.toThrow(/a\.jpg" has changed since it was imported; import/);
    expect(await apply(into, { crop: { id: a, rectangle: null } })).toMatchObject({ added: 0, kept: 4 });
    await expect(changeEdits(into, other)).rejects.toMatchObject({ code: 'input' });
    expect((await readEdits(into)).crops).toEqual({});
    expect((await shown(into))['cats/a.jpg']).toEqual({ id: a, label: 'cats', crop: 'centre' });
  });

  it('crop and remove pictures inside set files', async () => {
    const { pictures, into } = await fresh();
    const data = Buffer.alloc(16 + 4 * 36);
    [0x803, 4, 6, 6].forEach((value, i) => data.writeUInt32BE(value, 4 * i));
    for (let i = 16; i < data.length; i++) data[i] = (i * 37) % 251;
    await fs.writeFile(path.join(pictures, 'train-images-idx3-ubyte'), data);
    const shape = { width: 3, height: 3, channels: 1 } as const;
    await importFrom(pictures, into, { format: shape });
    const [first, second] = await idsOf(into, 'train-images-idx3-ubyte#0', 'train-images-idx3-ubyte#1');
    await changeEdits(into, { remove: [first] });
    const report = await apply(into, {
      crop: { id: second, rectangle: { x: 0.5, y: 0, width: 0.5, height: 0.5 } },
    });
    expect(report).toMatchObject({ count: 3, added: 1 });
    expect(kinds(report)).toEqual({ 'train-images-idx3-ubyte#0': 'removed' });
    const set = await openDataset(into);
    const pixels = new Uint8Array(9);
    set.read(0, pixels);
    set.close();
    expect([...pixels]).toEqual([0, 1, 2].flatMap((y) => [...data.subarray(55 + 6 * y, 58 + 6 * y)]));
  });

  it('can be taken back in any order, and give what an import from scratch gives', async () => {
    const { pictures, into, at } = await somePictures();
    await importFrom(pictures, into);
    const first = await shown(into);
    const names = Object.keys(first);
    const duplicates = ['cats/copy.jpg', 'cats/like.webp', 'dogs/like.jpg'].map(at);
    const id = fc.constantFrom(...names.map((name) => first[name]?.id ?? ''));
    const change: fc.Arbitrary<EditsChange> = fc.oneof(
      fc.record({ restore: fc.subarray(duplicates, { minLength: 1 }) }),
      fc.record({ remove: fc.uniqueArray(id, { minLength: 1, maxLength: 2 }) }),
      fc.record({ label: fc.record({ ids: fc.tuple(id), label: fc.constantFrom('x', 'y', null) }) }),
      fc.record({
        crop: fc.record({ id, rectangle: fc.constantFrom(null, RECTANGLE, { ...RECTANGLE, y: 0.5 }) }),
      }),
    );
    /** What takes a change back, as a client would know it: from what it saw before. */
    const undoOf = (done: EditsChange, before: Record<string, Shown>): EditsChange => {
      const seen = Object.entries(before);
      const label = done.label;
      const crop = done.crop;
      const was = seen.find(([, picture]) => picture.id === (label?.ids[0] ?? crop?.id))?.[1];
      if (done.restore)
        return { unrestore: done.restore.filter((file) => !seen.some(([name]) => at(name) === file)) };
      if (done.remove) {
        return {
          restore: seen.filter(([, picture]) => done.remove?.includes(picture.id)).map(([name]) => at(name)),
        };
      }
      if (label) return { label: { ...label, label: was?.label ?? null } };
      const rectangle = typeof was?.crop === 'object' ? (was.crop as typeof RECTANGLE) : null;
      return crop ? { crop: { ...crop, rectangle } } : {};
    };
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        await fs.rm(path.join(into, 'edits.json'), { force: true });
        let now = await importFrom(pictures, into);
        const undos: { undo: EditsChange; contentHash: string }[] = [];
        for (const next of changes) {
          const before = await shown(into);
          // What is not in the set any more cannot be asked for.
          const there = new Set(Object.values(before).map((picture) => picture.id));
          const asked = [
            ...(next.remove ?? []),
            ...(next.label?.ids ?? []),
            ...(next.crop ? [next.crop.id] : []),
          ];
          if (asked.some((one) => !there.has(one))) continue;
          undos.unshift({ undo: undoOf(next, before), contentHash: now.contentHash });
          now = await apply(into, next);
        }
        await expectAsFromScratch(pictures, into, now);
        for (const { undo, contentHash } of undos)
          expect((await apply(into, undo)).contentHash).toBe(contentHash);
      }),
      { numRuns: 8, seed: 4 },
    );
  });
});

describe('a file of edits', () => {
  it('that is damaged stops an import, which says what to do', async () => {
    const { pictures, into } = await somePictures();
    await importFrom(pictures, into);
    await apply(into, { remove: await idsOf(into, 'd.png') });
    const file = path.join(into, 'edits.json');
    const good = await fs.readFile(file, 'utf8');
    for (const bad of [
      good.slice(0, 40),
      good.replace('"removed"', '"gone"'),
      good.replace('"schema": 1', '"schema": 2'),
    ]) {
      await fs.writeFile(file, bad);
      for (const attempt of [
        () => importFrom(pictures, into),
        () => applyEdits(into),
        () => changeEdits(into, {}),
      ]) {
        await expect(attempt()).rejects.toMatchObject({
          code: 'corrupt',
          message: expect.stringMatching(/edits\.json" .*put back a copy of it, or delete it/) as string,
        });
      }
      expect(await fs.readFile(file, 'utf8')).toBe(bad);
    }
    await fs.rm(file);
    expect(await importFrom(pictures, into)).toMatchObject({ count: 4 });
    await expect(changeEdits(path.join(root, 'nothing'), {})).rejects.toMatchObject({ code: 'input' });
  });

  it('changes one change at a time, and waits for the next import', async () => {
    const { pictures, into, at } = await somePictures();
    const before = await importFrom(pictures, into);
    const ids = await idsOf(into, 'cats/b.png', 'dogs/c.png', 'd.png');
    await Promise.all([
      ...ids.map((id, i) => changeEdits(into, { label: { ids: [id], label: `${i}` } })),
      changeEdits(into, { restore: [at('cats/like.webp')] }),
    ]);
    const set = await openDataset(into);
    set.close();
    expect(set.contentHash).toBe(before.contentHash);
    expect(await importFrom(pictures, into)).toMatchObject({ count: 5, labels: ['0', '1', '2', 'cats'] });
    const { before: kept } = await changeEdits(into, { remove: ids.slice(0, 1) });
    await writeEdits(into, kept);
    expect(await applyEdits(into)).toMatchObject({ count: 5, labels: ['0', '1', '2', 'cats'] });
  });

  it('is written with the dataset that it makes, or not at all', async () => {
    const { pictures, into } = await somePictures();
    await importFrom(pictures, into);
    const [d, c] = await idsOf(into, 'd.png', 'dogs/c.png');
    const { before, after } = await planEdits(into, [
      { crop: { id: d, rectangle: RECTANGLE } },
      { label: { ids: [c], label: 'hound' } },
    ]);
    expect(await readEdits(into)).toEqual(before);
    const stopped = AbortSignal.abort();
    await expect(applyEdits(into, { edits: after, signal: stopped })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const file = path.join(pictures, 'd.png');
    await fs.rename(file, `${file}.away`);
    await expect(applyEdits(into, { edits: after })).rejects.toMatchObject({ code: 'input' });
    await fs.rename(`${file}.away`, file);
    expect(await readEdits(into)).toEqual(before);
    expect((await shown(into))['d.png']).toMatchObject({ crop: 'centre' });

    await applyEdits(into, { edits: after });
    expect(await readEdits(into)).toEqual(after);
    expect((await shown(into))['d.png']).toMatchObject({ crop: RECTANGLE });
    expect((await shown(into))['dogs/c.png']).toMatchObject({ label: 'hound' });
  });

  it('loses nothing to a crash between its writes', async () => {
    const { pictures, into, at } = await somePictures();
    await importFrom(pictures, into);
    const record = path.join(into, 'set-aside.json');
    const before = await fs.readFile(record, 'utf8');
    // As it lies when the next record is written, and the index is not.
    await fs.writeFile(path.join(into, 'set-aside.before.json'), before);
    await fs.writeFile(record, before.replace(/"contentHash": "./, '"contentHash": "x'));
    expect(await apply(into, { restore: [at('cats/like.webp')] })).toMatchObject({ count: 5, added: 1 });
    expect(await fs.readdir(into)).not.toContain('set-aside.before.json');
  });

  it('survives being killed at any moment', async () => {
    const { pictures, into } = await somePictures();
    const first = await importFrom(pictures, into);
    const ids = await idsOf(into, 'cats/a.jpg', 'd.png');
    const script = path.join(root, 'edit.cjs');
    const { build } = await import('esbuild');
    await build({
      stdin: {
        contents: `import { applyEdits, changeEdits } from './src/engine/dataset/index.ts';
          void (async () => { for (let i = 0; ; i++) {
            const [a, d] = ${JSON.stringify(ids)};
            await changeEdits(${JSON.stringify(into)}, i % 2 ? { restore: [${JSON.stringify(path.join(pictures, 'd.png'))}] } : { remove: [d] });
            await changeEdits(${JSON.stringify(into)}, { label: { ids: [a], label: 'n' + i }, crop: { id: a, rectangle: i % 3 ? { x: 0, y: 0, width: 0.5, height: 1 } : null } });
            await applyEdits(${JSON.stringify(into)});
            process.stdout.write('.');
          } })();`,
        resolveDir: process.cwd(),
      },
      bundle: true,
      platform: 'node',
      external: ['sharp'],
      outfile: script,
      logLevel: 'error',
    });
    for (const delay of [5, 23, 48, 80]) {
      const child = spawn(process.execPath, [script], {
        env: { ...process.env, NODE_PATH: path.join(process.cwd(), 'node_modules') },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill('SIGKILL');
      await ended;
      const set = await openDataset(into);
      expect([3, 4]).toContain(set.count);
      set.close();
      await expectAsFromScratch(pictures, into, await applyEdits(into));
    }
    await fs.rm(path.join(into, 'edits.json'));
    expect((await importFrom(pictures, into)).contentHash).toBe(first.contentHash);
    expect(await fs.readdir(into)).toHaveLength(3);
  });
});
