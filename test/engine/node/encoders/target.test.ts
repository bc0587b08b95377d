import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { build } from 'esbuild';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { writeAnimation } from '../../../../src/engine/node/encoders/animation.ts';
import { writeStill } from '../../../../src/engine/node/encoders/still.ts';
import type { Frame } from '../../../../src/engine/export/frame.ts';
import { clip, makeFolder, recipe } from './clips.ts';

const [frame] = clip(1, 16, 16) as [Frame];
const animation = { frames: clip(2, 16, 16), framesPerSecond: 10, loop: true, provenance: recipe };
const root = path.resolve(import.meta.dirname, '../../../..');

describe('the place of an export', () => {
  it('is never a file that Morphloom did not make', async () => {
    const folder = await makeFolder();
    const original = path.join(folder, 'cat.png');
    await sharp(frame.data, { raw: frame }).png().toFile(original);
    const before = await fs.readFile(original);
    await expect(writeStill({ frame, out: original, provenance: recipe })).rejects.toMatchObject({
      code: 'usage',
      message: `"${original}" exists and was not made by Morphloom, so it is left as it is; choose another name, or move it away.`,
    });
    expect((await fs.readFile(original)).equals(before)).toBe(true);

    const gif = path.join(folder, 'notes.gif');
    await fs.writeFile(gif, 'these are notes');
    await expect(writeAnimation({ ...animation, out: gif })).rejects.toMatchObject({ code: 'usage' });
    await fs.writeFile(gif, '');
    await writeAnimation({ ...animation, out: gif });
    await writeAnimation({ ...animation, out: gif });
    expect((await fs.readdir(folder)).sort()).toEqual(['cat.png', 'notes.gif']);
  });

  it('is never a folder with other things in it', async () => {
    const folder = await makeFolder();
    const place = path.join(folder, 'frames');
    await fs.mkdir(place);
    await writeAnimation({ ...animation, out: place });
    await fs.writeFile(path.join(place, 'diary.txt'), 'dear diary');
    await expect(writeAnimation({ ...animation, out: place })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(
        'holds other things than frames of Morphloom\'s ("diary.txt")',
      ) as string,
    });
    await fs.rm(path.join(place, 'diary.txt'));
    await fs.rm(path.join(place, 'morphloom.json'));
    await expect(writeAnimation({ ...animation, out: place })).rejects.toMatchObject({ code: 'usage' });
    await expect(writeAnimation({ ...animation, out: path.join(place, 'frame-0001.png/') })).rejects.toThrow(
      'is not a folder',
    );
    const named = path.join(folder, 'dir.gif');
    await fs.mkdir(named);
    await expect(writeAnimation({ ...animation, out: named })).rejects.toThrow('is not a file');
  });

  it('is made with the folders above it', async () => {
    const out = path.join(await makeFolder(), 'a/b/x.png');
    expect((await writeStill({ frame, out, provenance: recipe })).path).toBe(out);
  });

  it('cannot be below a file, and that is said', async () => {
    const folder = await makeFolder();
    await fs.writeFile(path.join(folder, 'file'), '');
    const out = path.join(folder, 'file/x.gif');
    await expect(writeAnimation({ ...animation, out })).rejects.toMatchObject({ code: 'environment' });
  });

  it('is cleared of drafts that were left a day ago, not of young ones', async () => {
    const folder = await makeFolder();
    const old = path.join(folder, '.morphloom-00000000-0000-4000-8000-000000000001.tmp');
    const young = path.join(folder, '.morphloom-00000000-0000-4000-8000-000000000002.tmp');
    for (const draft of [old, young]) await fs.writeFile(draft, 'half a file');
    const twoDaysAgo = new Date(Date.now() - 2 * 24 * 3600 * 1000);
    await fs.utimes(old, twoDaysAgo, twoDaysAgo);
    await writeStill({ frame, out: path.join(folder, 'x.png'), provenance: recipe });
    expect((await fs.readdir(folder)).sort()).toEqual([path.basename(young), 'x.png']);
  });

  it.each(['x.gif', 'x.webp', 'x'])('keeps the old %s whole when the writer is killed', async (name) => {
    const folder = await makeFolder();
    const out = path.join(folder, name);
    await writeAnimation({ ...animation, out });
    const content = async (): Promise<string[]> =>
      name === 'x' ? fs.readdir(out) : [(await fs.readFile(out)).toString('hex')];
    const before = await content();

    // In the checkout, where its packages are found.
    const script = path.join(root, 'build', `endless-${process.pid}-${path.extname(name)}.cjs`);
    await build({
      entryPoints: [path.join(import.meta.dirname, 'endless.ts')],
      outfile: script,
      bundle: true,
      platform: 'node',
      packages: 'external',
      logLevel: 'error',
    });
    const child = spawn(process.execPath, [script, out], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    await fs.rm(script);

    expect(await content()).toEqual(before);
    const drafts = (await fs.readdir(folder)).filter((entry) => entry !== name);
    expect(drafts).toHaveLength(1);
    await writeAnimation({ ...animation, frames: clip(3, 16, 16), out });
    expect(await content()).not.toEqual(before);
  });
});
