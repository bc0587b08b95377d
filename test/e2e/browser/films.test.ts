/// <reference lib="dom" />
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../../src/engine/export/frame.ts';
import { readProvenance } from '../../../src/engine/node/encoders/recipe.ts';
import { start } from '../../cli/command.ts';
import { compare } from '../../engine/node/encoders/clips.ts';
import { decodeFilm, probe, whyNoFilm } from '../../engine/node/encoders/media.ts';
import { expectAccessible } from './accessible.ts';
import { whyNoBrowser } from './chromium.ts';
import { openStudio, type OpenStudio } from './studio.ts';

const why = whyNoBrowser() ?? (await whyNoFilm());
if (why !== null) process.stderr.write(`Films by a window are not tested: ${why}.\n`);

/** The machine's own is hidden, so that the window has to encode; the test looks at films with it. */
const NO_FFMPEG = { FFMPEG: path.join(os.tmpdir(), 'no-ffmpeg') };
const [SIDE, SCALE] = [32, 4];

/** A window that has no codecs, and one that comes to a stop in the middle of a film. */
const MODES = `
  const mode = localStorage.getItem('codecs');
  if (mode === 'none') delete globalThis.VideoEncoder;
  if (mode === 'stall') {
    let encoded = 0;
    const encode = VideoEncoder.prototype.encode;
    VideoEncoder.prototype.encode = function (...args) {
      encoded += 1;
      if (encoded === 20) Object.defineProperty(this, 'encodeQueueSize', { value: Infinity });
      globalThis.encoded = encoded;
      return encode.apply(this, args);
    };
  }`;

/** A disc on nothing, of a colour and at a place of its own. */
const disc = (i: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">
    <rect x="${10 + (i % 4) * 6}" y="${12 + (i % 3) * 8}" width="28" height="24" rx="${i % 13}" fill="hsl(${i * 41} 70% 50%)"/></svg>`;

// One story: each chapter begins where the one before ended.
describe.skipIf(why !== null)('films by the window, where there is no ffmpeg', () => {
  let folder: string;
  let project: string;
  let studio: OpenStudio;
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-films-'));
    project = path.join(folder, 'discs.morphloom');
    const pictures = path.join(folder, 'discs');
    await fs.mkdir(pictures);
    for (let i = 0; i < 24; i++)
      await sharp(Buffer.from(disc(i))).toFile(path.join(pictures, `${String(i)}.png`));
    const small = ['--recipe', 'sketch', '--size', String(SIDE), '--steps', '60', '--alpha'];
    const trained = start(['train', pictures, '--out', project, ...small, '--keep-duplicates']);
    const { code, stderr } = await trained.finished;
    expect(code, stderr).toBe(0);
    studio = await openStudio({
      ...{ project, env: NO_FFMPEG },
      before: async (page) => void (await page.addInitScript(MODES)),
    });
    page().setDefaultTimeout(60_000);
    await page().getByRole('navigation').getByText('Morph', { exact: true }).click();
  });
  afterAll(async () => {
    await studio?.close();
    await fs.rm(folder, { recursive: true, force: true });
  });

  const page = (): Page => studio.page;
  const dialog = (): Locator => page().getByRole('dialog');
  const exported = (name: string): string => path.join(project, 'exports', name);
  async function begin(format: string, name: string): Promise<void> {
    await page().getByRole('button', { name: 'Export …' }).click();
    await dialog().getByRole('radio', { name: format, exact: true }).check();
    await dialog().getByRole('slider', { name: /Size/ }).fill(String(SCALE));
    await dialog().getByRole('textbox', { name: 'Name' }).fill(name);
  }
  async function exportAs(format: string, name: string): Promise<void> {
    await begin(format, name);
    await dialog().getByRole('textbox', { name: 'Name' }).press('Enter');
    await dialog().getByText('is ready').waitFor();
    if (format !== 'PNG frames') await expect.poll(() => shown(dialog())).toBeGreaterThan(0.2);
    await dialog().getByRole('button', { name: 'Done' }).click();
  }
  let drawn: readonly Frame[] = [];
  const read = async (): Promise<Frame[]> => {
    const names = await fs.readdir(exported('frames'));
    return Promise.all(
      names
        .filter((name) => name.endsWith('.png'))
        .sort()
        .map(async (name) => {
          const picture = sharp(path.join(exported('frames'), name))
            .ensureAlpha()
            .raw();
          const { data, info } = await picture.toBuffer({ resolveWithObject: true });
          return { width: info.width, height: info.height, channels: 4 as const, data };
        }),
    );
  };
  /** As an MP4 has them: on white. */
  const onWhite = ({ data, ...shape }: Frame): Frame => {
    const flat = new Uint8Array((data.length / 4) * 3);
    for (let p = 0; p < flat.length / 3; p++) {
      const alpha = data[4 * p + 3] / 255;
      for (let c = 0; c < 3; c++) flat[3 * p + c] = Math.round(255 + alpha * (data[4 * p + c] - 255));
    }
    return { ...shape, channels: 3, data: flat };
  };
  const withAlpha = (rgb: Uint8Array): Uint8Array =>
    Uint8Array.from({ length: (rgb.length / 3) * 4 }, (_, i) =>
      i % 4 === 3 ? 255 : rgb[3 * Math.floor(i / 4) + (i % 4)],
    );
  /** How far the film that is shown has played, in seconds. */
  const shown = (inside: Locator): Promise<number> =>
    inside.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime);
  const expectWhole = (file: string, codec: string): void => {
    const { streams, format } = probe(file);
    expect(streams).toHaveLength(1);
    expect(streams[0]).toMatchObject({
      ...{ codec_name: codec, width: SIDE * SCALE, height: SIDE * SCALE, avg_frame_rate: '30/1' },
      ...{ color_range: 'tv', color_space: 'bt709', color_primaries: 'bt709', color_transfer: 'bt709' },
      nb_read_frames: String(drawn.length),
    });
    expect(Number(format.duration)).toBeCloseTo(drawn.length / 30, 2);
  };
  const plays = (file: string): Promise<{ seconds: number; duration: number; middle: number[] }> =>
    fs.readFile(file, 'base64').then((text) =>
      page().evaluate(
        async ([bytes, type]) => {
          const video = document.createElement('video');
          video.muted = true;
          const blob = new Blob([Uint8Array.from(atob(bytes), (sign) => sign.charCodeAt(0))], { type });
          video.src = URL.createObjectURL(blob);
          await new Promise((resolve, reject) => {
            video.onended = resolve;
            video.onerror = () => reject(new Error(video.error?.message));
            void video.play();
          });
          const { currentTime } = video;
          // Wound back: what is drawn is what is on screen, and that is there once it was shown.
          const shown = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
          const sought = new Promise((resolve) => (video.onseeked = resolve));
          video.currentTime = 0;
          await Promise.all([shown, sought]);
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
          const context = canvas.getContext('2d')!;
          context.drawImage(video, 0, 0);
          const at = [canvas.width / 2, canvas.height / 2] as const;
          const middle = [...context.getImageData(...at, 1, 1).data];
          return { seconds: currentTime, duration: video.duration, middle };
        },
        [text, file.endsWith('.mp4') ? 'video/mp4' : 'video/webm'] as const,
      ),
    );

  it('draws the frames themselves, to compare with', async () => {
    await exportAs('PNG frames', 'frames');
    drawn = await read();
    expect(drawn.length).toBeGreaterThan(60);
  });

  it('says about how large a film will be', async () => {
    await begin('WebM', 'film');
    await dialog()
      .getByText(/^About .* to /)
      .waitFor();
    await dialog().getByRole('button', { name: 'Cancel' }).click();
  });

  it('writes an MP4 that is true to its frames, time, colours and recipe, and plays', async () => {
    await exportAs('MP4', 'film');
    const file = exported('film.mp4');
    expectWhole(file, 'h264');
    expect(compare(drawn.map(onWhite), decodeFilm(file)).psnr).toBeGreaterThan(33);
    expect(await readProvenance(file)).toMatchObject({ morphloom: 1, kind: 'timeline' });
    const text = await fs.readFile(file, 'latin1');
    expect(text.indexOf('moov')).toBeLessThan(text.indexOf('mdat'));
    const { seconds, duration, middle } = await plays(file);
    expect(duration).toBeCloseTo(drawn.length / 30, 2);
    expect(seconds).toBeCloseTo(duration, 1);
    const { data } = onWhite(drawn[0]);
    const at = 3 * ((SIDE * SCALE) / 2) * (SIDE * SCALE + 1);
    for (let c = 0; c < 3; c++) expect(Math.abs(middle[c] - data[at + c])).toBeLessThanOrEqual(8);
  });

  it('begins a film anew that a reload cut short, and says while no window can go on', async () => {
    const reload = async (mode: string): Promise<void> => {
      await page().evaluate((value) => localStorage.setItem('codecs', value), mode);
      await page().reload();
    };
    await reload('stall');
    await begin('WebM', 'film');
    await dialog().getByRole('textbox', { name: 'Name' }).press('Enter');
    await expect
      .poll(() => page().evaluate('globalThis.encoded ?? 0'), { timeout: 60_000 })
      .toBeGreaterThanOrEqual(20);
    await reload('none');
    await page().getByRole('navigation').getByText('Exports', { exact: true }).click();
    await page().getByText('Waiting for a window that can encode .webm').waitFor();
    expect((await fs.readdir(exported(''))).includes('film.webm')).toBe(false);
    await reload('');
    await page().getByText('film.webm', { exact: true }).first().waitFor();
    const card = page().getByRole('article').filter({ hasText: 'film.webm' });
    await expect.poll(() => shown(card)).toBeGreaterThan(0.2);
    await card.getByRole('button', { name: 'Play larger: film.webm' }).click();
    await expect.poll(() => shown(dialog())).toBeGreaterThan(0.2);
    await expectAccessible(page());
    await page().keyboard.press('Escape');
    const names = await fs.readdir(exported(''));
    expect(names.sort()).toEqual(['film.mp4', 'film.webm', 'frames']);
  });

  it('wrote a WebM that is transparent where its frames are', async () => {
    const file = exported('film.webm');
    expectWhole(file, 'vp9');
    expect(await readProvenance(file)).toMatchObject({ morphloom: 1, kind: 'timeline' });
    const decoded = decodeFilm(file, 'libvpx-vp9');
    const size = (SIDE * SCALE) ** 2;
    let off = 0;
    let soft = 0;
    const laid = drawn.map(({ data, ...shape }, f) => {
      for (let p = 0; p < size; p++) {
        off += Math.abs(decoded[4 * (f * size + p) + 3] - data[4 * p + 3]);
        if (data[4 * p + 3] > 0 && data[4 * p + 3] < 255) soft++;
      }
      return onWhite({ ...shape, data: decoded.subarray(4 * f * size, 4 * (f + 1) * size) });
    });
    expect(soft).toBeGreaterThan(0);
    expect(off / (drawn.length * size)).toBeLessThan(2);
    const onScreen = Buffer.concat(laid.map(({ data }) => withAlpha(data)));
    expect(compare(drawn.map(onWhite), onScreen).psnr).toBeGreaterThan(34);
    expect((await plays(file)).duration).toBeCloseTo(drawn.length / 30, 2);
  });

  it('had no trouble on the way', () => {
    expect(studio.troubles).toEqual([]);
  });
});
