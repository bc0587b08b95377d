import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../../src/contract/progress.ts';
import { writeSamples } from '../../../src/engine/node/samples.ts';
import { FACE_ATTRIBUTE_NAMES, faceParameters } from '../../../src/engine/samples/face-parameters.ts';

let folder: string;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-samples-'));
});
afterEach(async () => {
  await fs.rm(folder, { recursive: true, force: true });
});

const contents = async (into: string): Promise<Map<string, string>> => {
  const names = (await fs.readdir(into)).sort();
  const bytes = await Promise.all(names.map((name) => fs.readFile(path.join(into, name), 'base64')));
  return new Map(names.map((name, i) => [name, bytes[i]]));
};

describe('writeSamples', () => {
  it('writes faces and their exact attributes, the same bytes for the same seed', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => path.join(folder, name));
    const made = await writeSamples({ kind: 'faces', count: 12, sizePx: 64, seed: 5, into: a });
    await writeSamples({ kind: 'faces', count: 12, sizePx: 64, seed: 5, into: b });
    await writeSamples({ kind: 'faces', count: 12, sizePx: 64, seed: 6, into: c });
    expect(await contents(a)).toEqual(await contents(b));
    expect((await contents(a)).get('face-00003.png')).not.toBe((await contents(c)).get('face-00003.png'));

    const { width, height, channels, format } = await sharp(path.join(a, made.files[0])).metadata();
    expect({ width, height, channels, format }).toEqual({
      width: 64,
      height: 64,
      channels: 3,
      format: 'png',
    });
    const lines = (await fs.readFile(made.attributesFile, 'utf8')).trimEnd().split('\n');
    expect(lines[0]).toBe(['file', ...FACE_ATTRIBUTE_NAMES].join(','));
    expect(lines).toHaveLength(13);
    const [file, ...values] = lines[8].split(',');
    expect(file).toBe('face-00007.png');
    expect(values.map(Number)).toEqual(FACE_ATTRIBUTE_NAMES.map((name) => faceParameters(5, 7)[name]));
  });

  it('labels shapes, and reports its progress to the end', async () => {
    const seen: Progress[] = [];
    const { attributesFile } = await writeSamples({
      kind: 'shapes',
      count: 17,
      sizePx: 32,
      seed: 1,
      into: folder,
      onProgress: (progress) => seen.push(progress),
    });
    const lines = (await fs.readFile(attributesFile, 'utf8')).trimEnd().split('\n');
    expect(lines[0]).toBe('file,label,class,colour,x,y,size');
    expect(lines[1]).toMatch(/^shape-00000\.png,square-red,0,0,0\.\d+,0\.\d+,0\.\d+$/);
    expect(lines[6]).toMatch(/^shape-00005\.png,circle-blue,1,1,/);
    expect(seen.map(({ done }) => done)).toEqual(Array.from({ length: 17 }, (_, i) => i + 1));
    expect(seen.at(-1)).toMatchObject({ total: 17, unit: 'pictures' });
  });

  it('replaces an earlier set whole, but never mixes with other files', async () => {
    await writeSamples({ kind: 'shapes', count: 9, sizePx: 16, seed: 1, into: folder });
    await writeSamples({ kind: 'faces', count: 2, sizePx: 16, seed: 1, into: folder });
    expect(await fs.readdir(folder)).toHaveLength(3);
    await fs.writeFile(path.join(folder, 'mine.jpg'), 'precious');
    await expect(
      writeSamples({ kind: 'faces', count: 2, sizePx: 16, seed: 1, into: folder }),
    ).rejects.toMatchObject({ code: 'input', message: expect.stringContaining('mine.jpg') as string });
    expect(await fs.readdir(folder)).toHaveLength(4);
  });

  it('stops when asked, and leaves no table for the half of a set', async () => {
    const stop = new AbortController();
    await expect(
      writeSamples({
        kind: 'faces',
        count: 500,
        sizePx: 16,
        seed: 1,
        into: folder,
        onProgress: ({ done }) => {
          if (done === 5) stop.abort();
        },
        signal: stop.signal,
      }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    const names = await fs.readdir(folder);
    expect(names).not.toContain('attributes.csv');
    expect(names.length).toBeLessThan(20);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await fs.readdir(folder)).toHaveLength(names.length);
  });

  it('says what is wrong with a request', async () => {
    const ask = (change: object): Promise<unknown> =>
      writeSamples({ kind: 'faces', count: 1, sizePx: 64, seed: 1, into: folder, ...change });
    await expect(ask({ count: 0 })).rejects.toMatchObject({ code: 'usage' });
    await expect(ask({ sizePx: NaN })).rejects.toMatchObject({ code: 'usage' });
    await expect(ask({ seed: 1.5 })).rejects.toMatchObject({ code: 'usage' });
    await fs.writeFile(path.join(folder, 'file'), '');
    await expect(ask({ into: path.join(folder, 'file') })).rejects.toMatchObject({ code: 'input' });
  });
});
