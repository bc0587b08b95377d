import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ENCODING, type Encoding } from '../../../../src/contract/encoding.ts';
import { writeAnimation } from '../../../../src/engine/node/encoders/animation.ts';
import { estimateAnimation } from '../../../../src/engine/node/encoders/estimate.ts';
import { readProvenance } from '../../../../src/engine/node/encoders/recipe.ts';
import { clip, makeFolder, recipe } from './clips.ts';
import { whyNoFilm } from './media.ts';

const why = await whyNoFilm();
const endings = ['gif', 'webp', 'apng', ...(why === null ? ['mp4'] : [])];
const options = { framesPerSecond: 30, loop: true };

describe('a limit of size', () => {
  it.each(endings)('is met by a .%s, which says what it gave up and can be made again', async (ending) => {
    const folder = await makeFolder();
    const frames = clip(16, 96, 72);
    const free = path.join(folder, `free.${ending}`);
    const { bytes } = await writeAnimation({ ...options, frames, out: free, provenance: recipe });
    const overhead = JSON.stringify(recipe).length;
    // Of so short a film most is container.
    const part = ending === 'mp4' ? 0.75 : 0.4;
    const out = path.join(folder, `limited.${ending}`);
    const maxBytes = Math.round(overhead + part * (bytes - overhead));
    const provenance = (encoding: Encoding) => ({ ...recipe, encoding });
    const written = await writeAnimation({ ...options, frames, out, maxBytes, provenance });
    expect(written.bytes).toBeLessThanOrEqual(maxBytes);
    expect(written.bytes).toBe((await fs.stat(out)).size);
    expect(written.notes.join()).toContain('To meet the limit of size');
    expect(written.seconds).toBeCloseTo(16 / 30, 1);

    const { encoding } = await readProvenance(out);
    const again = path.join(folder, `again.${ending}`);
    await writeAnimation({ ...options, frames, out: again, provenance, encoding: encoding as Encoding });
    expect((await fs.readFile(again)).equals(await fs.readFile(out))).toBe(true);
    expect((await fs.readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('gives up nothing where nothing has to be', async () => {
    const out = path.join(await makeFolder(), 'a.gif');
    const written = await writeAnimation({
      ...options,
      framesPerSecond: 10,
      frames: clip(6, 40, 30),
      out,
      maxBytes: 1e7,
      provenance: recipe,
    });
    expect(written).toMatchObject({ notes: [], frames: 6, width: 40 });
  });

  it('says how small it can be where the limit is below that, and leaves nothing', async () => {
    const folder = await makeFolder();
    const out = path.join(folder, 'a.gif');
    const stopped = writeAnimation({
      ...options,
      frames: clip(12, 96, 96),
      out,
      maxBytes: 900,
      provenance: recipe,
    });
    await expect(stopped).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(
        /^".*a\.gif" was not written: 1 kB were allowed, and the smallest/,
      ) as string,
    });
    expect(await fs.readdir(folder)).toEqual([]);
    const frames = path.join(folder, 'frames/');
    await expect(
      writeAnimation({ ...options, frames: clip(2, 8, 8), out: frames, maxBytes: 1e6, provenance: recipe }),
    ).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('estimateAnimation', () => {
  it.each([...endings, 'frames'])('is near the size of a .%s', async (ending) => {
    const frames = clip(60, 96, 72);
    const out = path.join(await makeFolder(), ending === 'frames' ? 'frames/' : `a.${ending}`);
    const runs = [0, 22, 44].map((from) => frames.slice(from, from + 16));
    const encoding = { ...DEFAULT_ENCODING, side: 120 };
    const sample = { runs, frameCount: 60, encoding, provenance: recipe, out };
    const estimate = await estimateAnimation({ ...options, ...sample });
    const { bytes } = await writeAnimation({ ...options, frames, out, encoding, provenance: recipe });
    expect(estimate).toMatchObject({ frames: 60, width: 120, height: 90, seconds: 2, notes: [] });
    // A folder has its recipe once more.
    expect(bytes).toBeGreaterThan(0.9 * estimate.least);
    expect(bytes).toBeLessThan(1.1 * estimate.most);
  });

  it('says what a limit would cost', async () => {
    const runs = [clip(16, 96, 72)];
    const sample = { runs, frameCount: 60, encoding: DEFAULT_ENCODING, provenance: recipe, out: 'a.gif' };
    const free = await estimateAnimation({ ...options, ...sample });
    const limited = await estimateAnimation({ ...options, ...sample, maxBytes: free.bytes / 3 });
    expect(limited.bytes).toBeLessThanOrEqual(free.bytes / 3);
    expect(limited.notes.join()).toContain('To meet the limit of size');
    const hopeless = await estimateAnimation({ ...options, ...sample, maxBytes: 500 });
    expect(hopeless.notes.join()).toContain('cannot be made as small');
  });
});

describe('what is asked of the file', () => {
  it('is its size, its rate, how often it plays, and what lies under what is transparent', async () => {
    const out = path.join(await makeFolder(), 'a.webp');
    const encoding: Encoding = {
      ...DEFAULT_ENCODING,
      side: 50,
      framesPerSecond: 10,
      plays: 2,
      background: '#ff0000',
    };
    const frames = clip(30, 100, 60, 4);
    const written = await writeAnimation({ ...options, frames, out, encoding, provenance: recipe });
    expect(written).toMatchObject({ width: 50, height: 30, frames: 10, seconds: 1 });
    const metadata = await sharp(out, { animated: true }).metadata();
    expect(metadata).toMatchObject({ pages: 10, loop: 2 });
    expect((await sharp(out).stats()).isOpaque).toBe(true);
    const [r, g, b] = await sharp(out).raw().toBuffer();
    expect(r).toBeGreaterThan(245);
    expect(Math.max(g, b)).toBeLessThan(12);
  });

  it('is a GIF that plays twice', async () => {
    const out = path.join(await makeFolder(), 'a.gif');
    const encoding = { ...DEFAULT_ENCODING, plays: 2 };
    await writeAnimation({ ...options, frames: clip(3, 16, 16), out, encoding, provenance: recipe });
    expect((await sharp(out).metadata()).loop).toBe(2);
  });
});
