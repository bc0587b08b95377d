import { spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/engine/dataset/index.ts';
import { draw, format, fresh, importFrom, root, save, useFolder } from './fixtures.ts';

useFolder();

describe('a dataset', () => {
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
