import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { writeAnimation } from '../../../../src/engine/node/encoders/animation.ts';
import { readProvenance } from '../../../../src/engine/node/encoders/recipe.ts';
import type { Frame } from '../../../../src/engine/export/frame.ts';
import { clip, compare, decode, makeFolder, recipe } from './clips.ts';

const options = { framesPerSecond: 30, loop: true, provenance: recipe };

function flat(colour: number): Frame {
  return { width: 8, height: 8, channels: 3, data: new Uint8Array(8 * 8 * 3).fill(colour) };
}

describe('writeAnimation', () => {
  it.each([
    ['gif', 3],
    ['gif', 4],
    ['webp', 3],
    ['webp', 4],
  ] as const)(
    'writes a .%s of %i channels that is true to its frames, timing and recipe',
    async (ending, channels) => {
      const out = path.join(await makeFolder(), `morph 🌙.${ending}`);
      // Three segments, the last of them short.
      const frames = clip(37, 96, 64, channels);
      const written = await writeAnimation({ ...options, frames, out });

      expect(written).toMatchObject({ path: out, frames: 37, width: 96, height: 64, notes: [] });
      expect(written.seconds).toBeCloseTo(37 / 30);
      expect(written.bytes).toBe((await fs.stat(out)).size);
      const metadata = await sharp(out, { animated: true }).metadata();
      expect(metadata).toMatchObject({ format: ending, width: 96, pageHeight: 64, pages: 37, loop: 0 });
      expect(metadata.delay?.slice(0, 3)).toEqual(ending === 'gif' ? [30, 40, 30] : [33, 34, 33]);
      expect(metadata.delay?.reduce((sum, delay) => sum + delay)).toBeCloseTo((37 / 30) * 1000, -1);
      const { psnr, otherAlpha } = compare(frames, await decode(out));
      expect(psnr).toBeGreaterThan(36);
      expect(otherAlpha).toBe(0);
      expect(await readProvenance(out)).toEqual(recipe);
    },
  );

  it.each(['gif', 'webp'])('writes a .%s that plays once', async (ending) => {
    const out = path.join(await makeFolder(), `once.${ending}`);
    await writeAnimation({ ...options, frames: clip(3, 16, 16), loop: false, out });
    expect((await sharp(out).metadata()).loop).toBe(1);
  });

  it.each(['gif', 'webp'])(
    'keeps every frame and delay of a .%s in which pictures are held',
    async (ending) => {
      const out = path.join(await makeFolder(), `held.${ending}`);
      const [first, second, third] = clip(3, 48, 48) as [Frame, Frame, Frame];
      // One is held beyond a whole segment, so a segment shows nothing else; others are held within one.
      const frames = [40, 3, 2, 4].flatMap((times, i) =>
        Array<Frame>(times).fill([first, second, third, first][i]),
      );
      await writeAnimation({ ...options, frames, out });
      const { delay = [], pages } = await sharp(out, { animated: true }).metadata();
      expect(pages).toBe(49);
      const ticks = ending === 'gif' ? [30, 40, 30] : [33, 34, 33];
      expect(delay).toEqual(frames.map((_, i) => ticks[i % 3]));
      const { psnr, otherAlpha } = compare(frames, await decode(out));
      expect(psnr).toBeGreaterThan(36);
      expect(otherAlpha).toBe(0);
    },
  );

  it('writes a folder of lossless frames, each with the recipe, and replaces its own', async () => {
    const folder = path.join(await makeFolder(), 'frames');
    const frames = clip(5, 20, 30, 4);
    await writeAnimation({ ...options, frames: clip(9, 8, 8), out: folder });
    const written = await writeAnimation({ ...options, frames, out: `${folder}/` });
    expect(written).toMatchObject({ path: folder, frames: 5 });
    const names = (await fs.readdir(folder)).sort();
    expect(names).toEqual([1, 2, 3, 4, 5].map((n) => `frame-000${n}.png`).concat('morphloom.json'));
    for (const [i, frame] of frames.entries()) {
      const file = path.join(folder, names[i]);
      expect((await sharp(file).raw().toBuffer()).equals(frame.data)).toBe(true);
      expect(await readProvenance(file)).toEqual(recipe);
    }
    expect(await readProvenance(folder)).toEqual(recipe);
    expect(await fs.readdir(path.dirname(folder))).toEqual(['frames']);
  });

  it('enlarges: nearest keeps pixels square, and both keep the proportions', async () => {
    const folder = await makeFolder();
    const frames = clip(2, 10, 6);
    await writeAnimation({ ...options, frames, scale: 3, kernel: 'nearest', out: path.join(folder, 'n/') });
    const big = await sharp(path.join(folder, 'n/frame-0001.png'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(big.info).toMatchObject({ width: 30, height: 18 });
    for (const [x, y] of [
      [0, 0],
      [14, 8],
      [29, 17],
    ] as const) {
      const from = (Math.floor(y / 3) * 10 + Math.floor(x / 3)) * 3;
      expect([...big.data.subarray((y * 30 + x) * 3).subarray(0, 3)]).toEqual([
        ...frames[0].data.subarray(from, from + 3),
      ]);
    }
    const smooth = await writeAnimation({ ...options, frames, scale: 1.5, out: path.join(folder, 's.gif') });
    expect(smooth).toMatchObject({ width: 15, height: 9 });
  });

  it('takes frames as they come, from a generator that reuses its memory', async () => {
    const frames = clip(20, 32, 32);
    async function* reused(): AsyncGenerator<Frame> {
      const data = new Uint8Array(32 * 32 * 3);
      for (const frame of frames) {
        data.set(frame.data);
        yield await Promise.resolve({ ...frame, data });
      }
    }
    const folder = await makeFolder();
    for (const name of ['a.gif', 'b/'])
      await writeAnimation({ ...options, frames: reused(), out: path.join(folder, name) });
    expect(compare(frames, await decode(path.join(folder, 'a.gif'))).psnr).toBeGreaterThan(36);
    const last = await sharp(path.join(folder, 'b/frame-0020.png')).raw().toBuffer();
    expect(last.equals(frames[19].data)).toBe(true);
    const first = await sharp(path.join(folder, 'b/frame-0001.png')).raw().toBuffer();
    expect(first.equals(frames[0].data)).toBe(true);
  });

  it('leaves out frames that GIF cannot show, and says so', async () => {
    const out = path.join(await makeFolder(), 'fast.gif');
    const written = await writeAnimation({ ...options, frames: clip(60, 16, 16), framesPerSecond: 100, out });
    expect(written).toMatchObject({ frames: 30, seconds: 0.6 });
    expect(written.notes[0]).toContain('50 frames per second');
    expect((await sharp(out, { animated: true }).metadata()).delay).toEqual(Array(30).fill(20));
  });

  it('reports frames that are written, and stops when asked, leaving nothing', async () => {
    const folder = await makeFolder();
    const done: number[] = [];
    const onProgress = (progress: { done: number }): unknown => done.push(progress.done);
    await writeAnimation({
      ...options,
      frames: clip(40, 32, 32),
      frameCount: 40,
      out: path.join(folder, 'a.gif'),
      onProgress,
    });
    expect(done.at(-1)).toBe(40);
    expect([...done].sort((a, b) => a - b)).toEqual(done);

    const abort = new AbortController();
    const frames = clip(100, 32, 32);
    const stopped = writeAnimation({
      ...options,
      frames,
      out: path.join(folder, 'b.gif'),
      signal: abort.signal,
      onProgress: ({ done: written }) => written > 20 && abort.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(await fs.readdir(folder)).toEqual(['a.gif']);
  });

  it('refuses what shows nothing, and keeps what stood there', async () => {
    const folder = await makeFolder();
    const out = path.join(folder, 'a.gif');
    await writeAnimation({ ...options, frames: clip(2, 8, 8), out });
    const before = await fs.readFile(out);
    await expect(writeAnimation({ ...options, frames: [flat(9), flat(9)], out })).rejects.toMatchObject({
      code: 'input',
      message: `"${out}" was not written: every frame is the same flat colour (9,9,9,255); the model has probably not learnt enough yet (look at its reconstructions), or the pictures that it was made from show nothing.`,
    });
    await expect(writeAnimation({ ...options, frames: [], out })).rejects.toMatchObject({ code: 'input' });
    expect((await fs.readFile(out)).equals(before)).toBe(true);
    expect(await fs.readdir(folder)).toEqual(['a.gif']);
    // Flat frames of several colours do show something, and one colour may be asked for.
    await writeAnimation({ ...options, frames: [flat(9), flat(200)], out });
    await writeAnimation({ ...options, frames: [flat(9), flat(9)], allowFlat: true, out });
    expect((await sharp(out).raw().toBuffer())[0]).toBe(9);
  });

  it.each([
    ['x.avi', {}, 'no animation can be written as .avi'],
    ['x.gif', { framesPerSecond: 0 }, 'choose from 0.1 to 240'],
    ['x.gif', { scale: 0 }, 'choose a number above 0'],
    ['x.gif', { scale: 1e5 }, 'each side must be'],
    ['x/', { scale: 800 }, 'more memory than exports may take'],
  ])('refuses %s with %o in a sentence', async (name, change, sentence) => {
    const folder = await makeFolder();
    const out = path.join(folder, name);
    await expect(
      writeAnimation({ ...options, frames: clip(2, 12, 12), ...change, out }),
    ).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(sentence) as string });
    expect(await fs.readdir(folder)).toEqual([]);
  });

  it('throws a defect, not a sentence, for frames that do not fit each other or themselves', async () => {
    const out = path.join(await makeFolder(), 'x.gif');
    const mixed = [...clip(1, 8, 8), ...clip(1, 9, 8)];
    await expect(writeAnimation({ ...options, frames: mixed, out })).rejects.toThrow(RangeError);
    const short = { ...clip(1, 8, 8)[0], width: 9 };
    await expect(writeAnimation({ ...options, frames: [short], out })).rejects.toThrow(RangeError);
  });
});
