import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../../src/engine/export/frame.ts';
import { writeAnimation } from '../../../../src/engine/node/encoders/animation.ts';
import { carriesRecipe, readProvenance } from '../../../../src/engine/node/encoders/recipe.ts';
import { writeStill } from '../../../../src/engine/node/encoders/still.ts';
import { clip, compare, decode, makeFolder, recipe } from './clips.ts';

describe('writeStill', () => {
  it.each([3, 4] as const)('writes a lossless PNG of %i channels', async (channels) => {
    const out = path.join(await makeFolder(), 'ώ.png');
    const [frame] = clip(1, 33, 21, channels) as [Frame];
    const written = await writeStill({ frame, out, provenance: recipe });
    expect(written).toEqual({ path: out, bytes: (await fs.stat(out)).size, width: 33, height: 21 });
    const { data, info } = await sharp(out).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 33, height: 21, channels });
    expect(data.equals(frame.data)).toBe(true);
    expect(await readProvenance(out)).toEqual(recipe);
  });

  it.each([3, 4] as const)(
    'writes a WebP of %i channels with the pixels of the bare encoder',
    async (channels) => {
      const out = path.join(await makeFolder(), 'x.webp');
      const [frame] = clip(1, 33, 21, channels) as [Frame];
      await writeStill({ frame, out, provenance: recipe });
      const bare = await sharp(frame.data, { raw: frame }).webp({ quality: 90, effort: 4 }).toBuffer();
      expect((await decode(out)).equals(await sharp(bare).ensureAlpha().raw().toBuffer())).toBe(true);
      expect(compare([frame], await decode(out)).otherAlpha).toBe(0);
      const metadata = await sharp(out).metadata();
      expect(metadata.hasAlpha).toBe(channels === 4);
      expect(metadata.xmpAsString).toContain('<morphloom:recipe>{"morphloom":1,');
      expect(await readProvenance(out)).toEqual(recipe);
    },
  );

  it('refuses another ending, and a recipe that is none', async () => {
    const folder = await makeFolder();
    const [frame] = clip(1, 8, 8) as [Frame];
    await expect(writeStill({ frame, out: path.join(folder, 'x.bmp'), provenance: recipe })).rejects.toThrow(
      'written as .png or .webp',
    );
    const wrong = { ...recipe, seed: -1 };
    const out = path.join(folder, 'x.png');
    await expect(writeStill({ frame, out, provenance: wrong })).rejects.toMatchObject({ code: 'usage' });
    expect(await fs.readdir(folder)).toEqual([]);
  });
});

describe('readProvenance', () => {
  it('says when there is nothing to read', async () => {
    const folder = await makeFolder();
    const plain = path.join(folder, 'plain.png');
    const [frame] = clip(1, 8, 8) as [Frame];
    await sharp(frame.data, { raw: frame }).png().toFile(plain);
    const text = path.join(folder, 'a.txt');
    await fs.writeFile(text, 'GIF? no.');
    for (const file of [plain, text, folder]) {
      await expect(readProvenance(file)).rejects.toMatchObject({
        code: 'input',
        message: expect.stringContaining('carries no Morphloom recipe') as string,
      });
    }
    await expect(readProvenance(path.join(folder, 'none.gif'))).rejects.toThrow('does not exist');
  });

  it.each(['x.gif', 'x.webp', 'x.png'])('survives a copy of %s that was cut short', async (name) => {
    const folder = await makeFolder();
    const file = path.join(folder, name);
    const [frame] = clip(1, 40, 40) as [Frame];
    if (name === 'x.png') await writeStill({ frame, out: file, provenance: recipe });
    else {
      const frames = clip(3, 40, 40);
      await writeAnimation({ frames, framesPerSecond: 9, loop: true, out: file, provenance: recipe });
    }
    const whole = await fs.readFile(file);
    await fs.writeFile(file, whole.subarray(0, 60));
    await expect(readProvenance(file)).rejects.toMatchObject({ code: 'corrupt' });
    expect(await carriesRecipe(file)).toBe(false);
  });

  it('tells a damaged recipe and a newer one apart', async () => {
    const folder = await makeFolder();
    const file = path.join(folder, 'x.gif');
    await writeAnimation({
      frames: clip(2, 40, 40),
      framesPerSecond: 9,
      loop: true,
      out: file,
      provenance: recipe,
    });
    const whole = await fs.readFile(file, 'latin1');
    await fs.writeFile(file, whole.replace('"morphloom":1', '"morphloom":2'), 'latin1');
    await expect(readProvenance(file)).rejects.toMatchObject({
      code: 'input',
      message: expect.stringContaining('made by a newer Morphloom') as string,
    });
    expect(await carriesRecipe(file)).toBe(true);
    await fs.writeFile(file, whole.replace('"model"', '"mod l"'), 'latin1');
    await expect(readProvenance(file)).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('does not read a large file into memory to find its recipe', async () => {
    const file = path.join(await makeFolder(), 'x.png');
    const [frame] = clip(1, 8, 8) as [Frame];
    await writeStill({ frame, out: file, provenance: recipe });
    const handle = await fs.open(file, 'r+');
    await handle.truncate(6e9);
    await handle.close();
    const before = process.memoryUsage().arrayBuffers;
    expect(await readProvenance(file)).toEqual(recipe);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5e6);
  });
});
