import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ENCODING } from '../../../../src/contract/encoding.ts';
import { changedRectangle } from '../../../../src/engine/export/apng.ts';
import type { Frame } from '../../../../src/engine/export/frame.ts';
import { splitPng } from '../../../../src/engine/export/png.ts';
import { writeAnimation } from '../../../../src/engine/node/encoders/animation.ts';
import { readProvenance } from '../../../../src/engine/node/encoders/recipe.ts';
import { clip, compare, makeFolder, recipe } from './clips.ts';
import { decodeFilm, probe, whyNoFilm } from './media.ts';

const options = { framesPerSecond: 30, loop: true, provenance: recipe };
const why = await whyNoFilm();

describe('APNG', () => {
  it.each([3, 4] as const)(
    'keeps the first frame of %i channels exactly, for those who show no other',
    async (channels) => {
      const out = path.join(await makeFolder(), 'a 🌙.apng');
      const frames = clip(9, 40, 24, channels);
      const written = await writeAnimation({ ...options, framesPerSecond: 15, frames, out });
      expect(written).toMatchObject({ frames: 9, width: 40, height: 24, notes: [] });
      const { data, info } = await sharp(out).raw().toBuffer({ resolveWithObject: true });
      expect(info).toMatchObject({ width: 40, height: 24, channels });
      expect(data.equals(frames[0].data)).toBe(true);
      expect(await readProvenance(out)).toEqual(recipe);
    },
  );

  it('numbers its chunks in sequence, counts its frames, and says how often it plays', async () => {
    const out = path.join(await makeFolder(), 'a.apng');
    const encoding = { ...DEFAULT_ENCODING, plays: 3 };
    await writeAnimation({ ...options, frames: clip(5, 16, 16), out, encoding });
    const chunks = splitPng(await fs.readFile(out));
    const numbered = chunks.filter(({ type }) => type === 'fcTL' || type === 'fdAT');
    const word = (data: Uint8Array, at: number): number => Buffer.from(data).readUInt32BE(at);
    expect(numbered.map(({ data }) => word(data, 0))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const control = chunks.find(({ type }) => type === 'acTL');
    expect([word(control!.data, 0), word(control!.data, 4)]).toEqual([5, 3]);
    const delays = chunks.flatMap(({ type, data }) =>
      type === 'fcTL' ? [Buffer.from(data).readUInt16BE(20)] : [],
    );
    expect(delays).toEqual([33, 34, 33, 33, 34]);
    expect(chunks.at(-1)?.type).toBe('IEND');
  });

  it.skipIf(why !== null)(
    'plays every frame exactly, alpha and held ones too, in another decoder',
    async () => {
      const folder = await makeFolder();
      for (const channels of [3, 4] as const) {
        const out = path.join(folder, `a${channels}.apng`);
        const moving = clip(7, 33, 21, channels);
        const frames = [moving[0], moving[0], ...moving.slice(1), moving[6]];
        await writeAnimation({ ...options, frames, out });
        expect(probe(out).streams[0]).toMatchObject({ codec_name: 'apng', nb_read_frames: '9' });
        const { psnr, otherAlpha } = compare(frames, decodeFilm(out));
        expect([psnr, otherAlpha]).toEqual([Infinity, 0]);
      }
    },
  );

  it('rounds colours below quality 90, and is smaller for it', async () => {
    const folder = await makeFolder();
    const frames = clip(6, 64, 64);
    const sizes: number[] = [];
    for (const quality of [90, 60]) {
      const out = path.join(folder, `${quality}.apng`);
      const encoding = { ...DEFAULT_ENCODING, quality };
      sizes.push((await writeAnimation({ ...options, frames, out, encoding })).bytes);
    }
    expect(sizes[1]).toBeLessThan(0.8 * sizes[0]);
    const rough = await sharp(path.join(folder, '60.apng')).raw().toBuffer();
    rough.forEach((value, i) => expect(Math.abs(value - frames[0].data[i])).toBeLessThanOrEqual(2));
  });
});

describe('changedRectangle', () => {
  it('is the smallest that holds every pixel that differs', () => {
    const sizes = fc.record({
      width: fc.integer({ min: 1, max: 12 }),
      height: fc.integer({ min: 1, max: 12 }),
      channels: fc.constantFrom(3 as const, 4 as const),
    });
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(), { maxLength: 4 }), ({ width, height, channels }, places) => {
        const before = new Uint8Array(width * height * channels);
        const data = before.slice();
        const changed = places.map((place) => place % (width * height));
        for (const pixel of changed) data[pixel * channels + (pixel % channels)] = 9;
        const frame: Frame = { width, height, channels, data };
        const xs = changed.map((pixel) => pixel % width);
        const ys = changed.map((pixel) => Math.floor(pixel / width));
        const expected =
          changed.length === 0
            ? { left: 0, top: 0, width: 1, height: 1 }
            : {
                left: Math.min(...xs),
                top: Math.min(...ys),
                width: Math.max(...xs) - Math.min(...xs) + 1,
                height: Math.max(...ys) - Math.min(...ys) + 1,
              };
        expect(changedRectangle(frame, before)).toEqual(expected);
      }),
    );
  });
});
