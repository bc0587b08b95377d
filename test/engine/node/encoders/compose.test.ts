import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import * as fs from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../../src/engine/export/frame.ts';
import { report, sheet } from '../../../../src/engine/node/encoders/compose.ts';
import { makeFolder } from './clips.ts';

const root = path.resolve(import.meta.dirname, '../../../..');

function plain(side: number, ...colour: number[]): Frame {
  const channels = colour.length as 3 | 4;
  const data = Uint8Array.from({ length: side * side * channels }, (_, i) => colour[i % channels]);
  return { width: side, height: side, channels, data };
}

function pixel({ data, width, channels }: Frame, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * channels).subarray(0, 3)];
}

/** How many pixels of an area differ from what is in its corner. */
function marked(frame: Frame, left: number, top: number, right: number, bottom: number): number {
  const ground = pixel(frame, left, top).join();
  let count = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) if (pixel(frame, x, y).join() !== ground) count++;
  }
  return count;
}

describe('sheet', () => {
  it('is the bare grid when no words are asked for', async () => {
    const page = await sheet({
      rows: [[plain(10, 255, 0, 0), plain(10, 0, 255, 0)], [plain(6, 0, 0, 255)]],
      gap: 4,
      background: '#102030',
    });
    expect(page).toMatchObject({ width: 4 + 10 + 4 + 10 + 4, height: 4 + 10 + 4 + 10 + 4, channels: 3 });
    expect(pixel(page, 4, 4)).toEqual([255, 0, 0]);
    expect(pixel(page, 27, 13)).toEqual([0, 255, 0]);
    expect(pixel(page, 0, 0)).toEqual([0x10, 0x20, 0x30]);
    // The smaller picture is in the middle of its cell.
    expect(pixel(page, 4 + 2, 18 + 2)).toEqual([0, 0, 255]);
    expect(pixel(page, 4 + 1, 18 + 2)).toEqual([0x10, 0x20, 0x30]);
    expect(pixel(page, 20, 20)).toEqual([0x10, 0x20, 0x30]);
  });

  it('lets the ground be seen through alpha', async () => {
    const page = await sheet({ rows: [[plain(4, 255, 255, 255, 128)]], gap: 0, background: '#000000' });
    expect(page).toMatchObject({ width: 4, height: 4 });
    expect(pixel(page, 2, 2)).toEqual([128, 128, 128]);
  });

  it('writes a title, captions and row labels beside the pictures, none over them', async () => {
    const rows = [[plain(60, 9, 9, 9), plain(60, 9, 9, 9)]];
    const words = { title: 'Smile', captions: [['a', 'b']], rowLabels: ['first'] };
    const page = await sheet({ rows, gap: 8, background: '#ffffff', ...words });
    const [left, top] = [page.width - 32 - 128, page.height - 32 - 28 - 60];
    expect(marked(page, 20, 20, page.width, top)).toBeGreaterThan(100);
    expect(marked(page, 20, top, left, top + 60)).toBeGreaterThan(60);
    expect(marked(page, left, top + 60, left + 60, top + 88)).toBeGreaterThan(10);
    expect(marked(page, left, top, left + 60, top + 60)).toBe(0);
    expect(pixel(page, left, top)).toEqual([9, 9, 9]);
  });

  it('refuses an empty sheet, a colour that is none, and a size that is too large', async () => {
    await expect(sheet({ rows: [[]] })).rejects.toMatchObject({ code: 'input' });
    const rows = [[plain(4, 1, 2, 3)]];
    await expect(sheet({ rows, background: 'red' })).rejects.toThrow('write it as #rrggbb');
    await expect(sheet({ rows, scale: 1e4 })).rejects.toThrow('each side must be');
    await expect(sheet({ rows, scale: NaN })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('report', () => {
  const pictures = [plain(64, 200, 60, 60), plain(64, 60, 200, 60)];
  const curves = [
    {
      name: 'Loss',
      points: [
        [0, 900],
        [1, NaN],
        [2, 40],
        [3, 3],
      ] as [number, number][],
    },
  ];

  it('shows each original above its reconstruction, in tiles of whole multiples', async () => {
    const shades = pictures.map(({ data, ...size }) => ({ ...size, data: data.map((v) => v / 2) }));
    const page = await report({
      title: 'T',
      originals: pictures,
      reconstructions: shades,
      samples: [],
      curves: [],
    });
    expect(page.width).toBe(1520);
    const left = 72 + 236 + 44;
    const column = (x: number): string[] => {
      const seen = Array.from({ length: page.height }, (_, y) => pixel(page, x, y).join());
      return seen.filter((colour, y) => colour !== seen[y - 1] && !/^\d\d?,\d\d?,\d\d?$/.test(colour));
    };
    expect(column(left + 64)).toEqual(['200,60,60', '100,30,30']);
    expect(column(left + 128 + 10 + 64)).toEqual(['60,200,60', '30,100,30']);
    const rows = Array.from({ length: page.height }, (_, y) => pixel(page, left + 64, y).join());
    expect(rows.filter((colour) => colour === '200,60,60')).toHaveLength(128);
  });

  it('grows by the sections that it has, and refuses pairs that do not match and curves of nothing', async () => {
    const none = { title: 'T', originals: [], reconstructions: [], samples: [], curves: [] };
    const heights = [
      (await report(none)).height,
      (await report({ ...none, samples: pictures })).height,
      (await report({ ...none, samples: pictures, curves })).height,
    ] as [number, number, number];
    expect(heights[1]).toBeGreaterThan(heights[0]);
    expect(heights[2]).toBeGreaterThan(heights[1] + 400);
    await expect(report({ ...none, originals: pictures })).rejects.toThrow(RangeError);
    const empty = [{ name: 'Loss', points: [[0, NaN]] as [number, number][] }];
    await expect(report({ ...none, curves: empty })).rejects.toMatchObject({ code: 'input' });
  });

  it('is the same to the byte on a machine without fonts', async () => {
    const script = path.join(root, 'build', `words-${process.pid}.cjs`);
    await build({
      entryPoints: [path.join(import.meta.dirname, 'words.ts')],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      packages: 'external',
      define: { 'import.meta.dirname': '__dirname' },
      logLevel: 'error',
    });
    const folder = await makeFolder();
    const run = async (env: NodeJS.ProcessEnv): Promise<string> =>
      (await promisify(execFile)(process.execPath, [script], { env: { ...process.env, ...env } })).stdout;
    const bare = {
      FONTCONFIG_FILE: '/dev/null',
      FONTCONFIG_PATH: folder,
      HOME: folder,
      XDG_DATA_HOME: folder,
    };
    const [usual, without] = [await run({}), await run(bare)];
    await fs.rm(script);
    expect(usual).toMatch(/^[0-9a-f]{64} \d{4,}$/);
    expect(without).toBe(usual);
  });
});
