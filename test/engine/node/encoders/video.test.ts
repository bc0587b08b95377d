import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ENCODING } from '../../../../src/contract/encoding.ts';
import { writeAnimation } from '../../../../src/engine/node/encoders/animation.ts';
import { findFfmpeg, whyNoVideo } from '../../../../src/engine/node/encoders/ffmpeg.ts';
import { readProvenance } from '../../../../src/engine/node/encoders/recipe.ts';
import { clip, compare, makeFolder, recipe } from './clips.ts';
import { decodeFilm, probe, whyNoFilm } from './media.ts';

const why = await whyNoFilm();
if (why !== null) process.stdout.write(`Film is not tested: ${why}.\n`);

const options = { framesPerSecond: 30, loop: true, provenance: recipe };

describe.skipIf(why !== null)('film', () => {
  it.each([
    ['mp4', 'h264'],
    ['webm', 'vp9'],
  ])('writes a .%s that is true to its frames, time, colours and recipe', async (ending, codec) => {
    const out = path.join(await makeFolder(), `morph 🌙.${ending}`);
    const frames = clip(31, 96, 64);
    const done: number[] = [];
    const written = await writeAnimation({ ...options, frames, out, onProgress: (p) => done.push(p.done) });
    expect(written).toMatchObject({ frames: 31, width: 96, height: 64, notes: [] });
    expect(written.bytes).toBe((await fs.stat(out)).size);
    expect(done.at(-1)).toBe(31);

    const { streams, format } = probe(out);
    expect(streams).toHaveLength(1);
    expect(streams[0]).toMatchObject({
      codec_name: codec,
      width: 96,
      height: 64,
      pix_fmt: 'yuv420p',
      color_range: 'tv',
      color_space: 'bt709',
      color_primaries: 'bt709',
      color_transfer: 'bt709',
      avg_frame_rate: '30/1',
      nb_read_frames: '31',
    });
    expect(Number(format.duration)).toBeCloseTo(31 / 30, 2);
    expect(compare(frames, decodeFilm(out)).psnr).toBeGreaterThan(34);
    expect(await readProvenance(out)).toEqual(recipe);

    const before = await fs.readFile(out);
    await writeAnimation({ ...options, frames, out });
    expect((await fs.readFile(out)).equals(before)).toBe(true);
  });

  it('can be played while it is still being loaded', async () => {
    const out = path.join(await makeFolder(), 'a.mp4');
    await writeAnimation({ ...options, frames: clip(5, 32, 32), out });
    const text = (await fs.readFile(out)).toString('latin1');
    expect(text.indexOf('moov')).toBeLessThan(text.indexOf('mdat'));
  });

  it('keeps pure colours: red, green, blue and greys come back as they were', async () => {
    const colours = [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [0, 0, 0],
      [128, 128, 128],
      [255, 255, 255],
    ];
    const data = new Uint8Array(96 * 64 * 3);
    for (let p = 0; p < 96 * 64; p++) data.set(colours[Math.floor((p % 96) / 16)], 3 * p);
    const frames = Array.from({ length: 3 }, () => ({ width: 96, height: 64, channels: 3 as const, data }));
    for (const ending of ['mp4', 'webm']) {
      const out = path.join(await makeFolder(), `colours.${ending}`);
      await writeAnimation({ ...options, frames, out });
      const decoded = decodeFilm(out);
      colours.forEach((colour, i) => {
        const at = (32 * 96 + i * 16 + 8) * 4;
        colour.forEach((value, c) => expect(Math.abs(decoded[at + c] - value)).toBeLessThanOrEqual(6));
      });
    }
  });

  it('carries recipes that no command line would take', async () => {
    const long = { ...recipe, pictures: Array.from({ length: 9000 }, (_, i) => `a=b;c#d\\${i} "é".png`) };
    for (const ending of ['mp4', 'webm']) {
      const out = path.join(await makeFolder(), `long.${ending}`);
      await writeAnimation({ ...options, frames: clip(3, 16, 16), out, provenance: long });
      expect(await readProvenance(out)).toEqual(long);
    }
  });

  it('lays transparent frames on a colour in an MP4 and keeps them transparent in a WebM', async () => {
    const folder = await makeFolder();
    const frames = clip(8, 64, 64, 4);
    // Faster, the ball would go round so often that a warning is due.
    const slow = { ...options, framesPerSecond: 10 };
    const [mp4, webm, blue] = ['a.mp4', 'a.webm', 'b.mp4'].map((name) => path.join(folder, name));
    const { notes } = await writeAnimation({ ...slow, frames, out: mp4 });
    expect(notes.join()).toContain('it lies on white');
    expect([...decodeFilm(mp4).subarray(0, 3)].every((value) => value > 250)).toBe(true);

    const encoding = { ...DEFAULT_ENCODING, background: '#2040c0' };
    expect((await writeAnimation({ ...slow, frames, out: blue, encoding })).notes).toEqual([]);
    const [r, g, b] = decodeFilm(blue);
    for (const [value, wanted] of [
      [r, 0x20],
      [g, 0x40],
      [b, 0xc0],
    ])
      expect(Math.abs(value - wanted)).toBeLessThanOrEqual(6);

    await writeAnimation({ ...slow, frames, out: webm });
    const decoded = decodeFilm(webm, 'libvpx-vp9');
    let off = 0;
    frames.forEach(({ data }, f) => {
      for (let p = 0; p < 64 * 64; p++) off += Math.abs(decoded[(f * 64 * 64 + p) * 4 + 3] - data[4 * p + 3]);
    });
    expect(off / (8 * 64 * 64)).toBeLessThan(4);
  });

  it('grows odd sides by a pixel in an MP4, and plays as often as it is asked to', async () => {
    const out = path.join(await makeFolder(), 'odd.mp4');
    const encoding = { ...DEFAULT_ENCODING, plays: 3 };
    const written = await writeAnimation({ ...options, frames: clip(6, 33, 21), out, encoding });
    expect(written).toMatchObject({ width: 34, height: 22, frames: 18, seconds: 18 / 30 });
    expect(probe(out).streams[0]).toMatchObject({ width: 34, height: 22, nb_read_frames: '18' });
  });

  it('stops when asked, leaving nothing, and no program running', async () => {
    const folder = await makeFolder();
    const abort = new AbortController();
    async function* endless() {
      for (let i = 0; ; i++) {
        if (i === 40) abort.abort();
        yield await Promise.resolve(clip(1, 64, 64)[0]);
      }
    }
    const stopped = writeAnimation({
      ...options,
      frames: endless(),
      out: path.join(folder, 'x.webm'),
      signal: abort.signal,
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(await fs.readdir(folder)).toEqual([]);
  });

  it('says what the program said when it fails', async () => {
    const folder = await makeFolder();
    const before = process.env['FFMPEG'];
    const broken = path.join(folder, 'ffmpeg');
    const real = (await findFfmpeg())?.file;
    // Answers the questions as the real one does, and fails when it is to work.
    const script = `#!/bin/sh\ncase "$*" in *-version*|*-encoders*) exec ${real} "$@";; esac\necho 'no such luck' >&2\nexit 3\n`;
    await fs.writeFile(broken, script, { mode: 0o755 });
    process.env['FFMPEG'] = broken;
    try {
      const out = path.join(folder, 'x.mp4');
      await expect(writeAnimation({ ...options, frames: clip(60, 64, 64), out })).rejects.toMatchObject({
        code: 'environment',
        message:
          'ffmpeg did not write the .mp4 (no such luck); choose another format, or another build of ffmpeg.',
      });
      expect(await fs.readdir(folder)).toEqual(['ffmpeg']);
    } finally {
      if (before === undefined) delete process.env['FFMPEG'];
      else process.env['FFMPEG'] = before;
    }
  });
});

describe('ffmpeg', () => {
  it('is missed in one sentence that says what works without it', async () => {
    const nothing = await findFfmpeg({ PATH: await makeFolder() });
    expect(nothing).toBeNull();
    expect(whyNoVideo('mp4', nothing)).toBe(
      '.mp4 is encoded by ffmpeg, and there is none on the PATH; install it (or set FFMPEG to its path) and try again; GIF, WebP, APNG, PNG frames and sheets need none.',
    );
    const found = { file: '/x/ffmpeg', version: '6.1', encoders: { mp4: null, webm: 'libvpx-vp9' } };
    expect(whyNoVideo('webm', found)).toBeNull();
    expect(whyNoVideo('mp4', found)).toContain('without an encoder for H.264');
    expect(whyNoVideo('webm', { ...found, version: '3.4.2' })).toContain('needs 4.4 or newer');
    expect(whyNoVideo('webm', { ...found, version: 'N-117-gabc' })).toBeNull();
  });
});
