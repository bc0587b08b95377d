/// <reference lib="dom" />
import * as fs from 'node:fs/promises';
import * as http from 'node:http';
import * as os from 'node:os';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../../src/engine/export/frame.ts';
import { writeAnimation } from '../../../src/engine/node/encoders/animation.ts';
import { clip, recipe } from '../../engine/node/encoders/clips.ts';
import { whyNoFilm } from '../../engine/node/encoders/media.ts';
import { CHROMIUM_FLAGS, findChromium, whyNoBrowser } from './chromium.ts';

const why = whyNoBrowser();
const whyFilm = await whyNoFilm();
if (why !== null) process.stderr.write(`Exports are not played in a browser: ${why}.\n`);
else if (whyFilm !== null) process.stderr.write(`Film is not played in a browser: ${whyFilm}.\n`);

const TYPES: Readonly<Record<string, string>> = {
  gif: 'image/gif',
  webp: 'image/webp',
  apng: 'image/png',
  mp4: 'video/mp4',
  webm: 'video/webm',
};
const [COUNT, WIDTH, HEIGHT, RATE] = [30, 96, 64, 20];

/** Decoders are free in how they treat the last bits; film halves its colours' resolution. */
const OFF: Readonly<Record<string, number>> = { gif: 4, webp: 4, apng: 0, mp4: 5, webm: 5 };

describe.skipIf(why !== null)('exports in a browser', () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  let server: http.Server;
  let frames: Frame[];

  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-played-'));
    frames = clip(COUNT, WIDTH, HEIGHT);
    server = http.createServer((request, response) => {
      const name = path.basename(request.url ?? '');
      const type = TYPES[path.extname(name).slice(1)];
      if (type === undefined)
        return void response.setHeader('content-type', 'text/html').end('<h1>exports</h1>');
      void fs.readFile(path.join(folder, name)).then((bytes) => {
        // A video is asked for in ranges, so that it can be wound back.
        const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '');
        const from = Number(range?.[1] ?? 0);
        const to = Math.min(bytes.length - 1, Number(range?.[2] || bytes.length - 1));
        response.writeHead(range === null ? 200 : 206, {
          'content-type': type,
          'accept-ranges': 'bytes',
          'content-range': `bytes ${from}-${to}/${bytes.length}`,
        });
        response.end(bytes.subarray(from, to + 1));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({ executablePath: findChromium()!, args: CHROMIUM_FLAGS });
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await fs.rm(folder, { recursive: true, force: true });
  });

  const write = (ending: string) =>
    writeAnimation({
      frames,
      framesPerSecond: RATE,
      loop: true,
      out: path.join(folder, `a.${ending}`),
      provenance: recipe,
    });
  const expectNear = (rgba: readonly number[], frame: Frame, most: number): void => {
    let off = 0;
    for (let p = 0; p < WIDTH * HEIGHT; p++) {
      for (let c = 0; c < 3; c++) off += Math.abs(rgba[4 * p + c] - frame.data[3 * p + c]);
    }
    expect(off / (WIDTH * HEIGHT * 3)).toBeLessThanOrEqual(most);
  };

  it.each(['gif', 'webp', 'apng'])('a .%s is shown, and every frame of it in its time', async (ending) => {
    await write(ending);
    const seen = await page.evaluate(
      async ([url, type]) => {
        const image = new Image();
        image.src = url;
        await image.decode();
        const data = await (await fetch(url)).arrayBuffer();
        const decoder = new ImageDecoder({ data, type });
        await decoder.tracks.ready;
        await decoder.completed;
        const track = decoder.tracks.selectedTrack!;
        const shown: { seconds: number; rgba: number[] }[] = [];
        for (const frameIndex of [0, track.frameCount - 1]) {
          const { image: frame } = await decoder.decode({ frameIndex });
          const canvas = new OffscreenCanvas(frame.displayWidth, frame.displayHeight);
          const context = canvas.getContext('2d')!;
          context.drawImage(frame, 0, 0);
          const { data: rgba } = context.getImageData(0, 0, canvas.width, canvas.height);
          shown.push({ seconds: (frame.timestamp + (frame.duration ?? 0)) / 1e6, rgba: [...rgba] });
        }
        const { frameCount, repetitionCount } = track;
        return { width: image.naturalWidth, height: image.naturalHeight, frameCount, repetitionCount, shown };
      },
      [`/a.${ending}`, TYPES[ending]],
    );
    expect(seen).toMatchObject({ width: WIDTH, height: HEIGHT, frameCount: COUNT });
    // JSON has no infinity.
    expect(seen.repetitionCount === null || seen.repetitionCount === Infinity).toBe(true);
    expect(seen.shown[1].seconds).toBeCloseTo(COUNT / RATE, 2);
    expectNear(seen.shown[0].rgba, frames[0], OFF[ending]);
    expectNear(seen.shown[1].rgba, frames[COUNT - 1], OFF[ending]);
  });

  it.each(['webm', 'mp4'])('a .%s plays from its first frame to its last', async (ending) => {
    if (whyFilm !== null) return;
    await write(ending);
    const seen = await page.evaluate(async (url) => {
      const video = document.createElement('video');
      video.muted = true;
      video.src = url;
      const happens = (name: string): Promise<unknown> =>
        new Promise((resolve, reject) => {
          video.addEventListener(name, resolve, { once: true });
          video.addEventListener('error', () => reject(new Error(video.error?.message)), { once: true });
        });
      document.body.append(video);
      await happens('loadeddata');
      const ended = happens('ended');
      await video.play();
      await ended;
      const { currentTime } = video;
      // Wound back: what is drawn is what is on screen, and that is there once it was shown.
      const shown = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
      const soughtFor = happens('seeked');
      video.currentTime = 0;
      await Promise.all([shown, soughtFor]);
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
      const context = canvas.getContext('2d')!;
      context.drawImage(video, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const { videoWidth: width, videoHeight: height, duration } = video;
      return { width, height, duration, currentTime, rgba: [...data] };
    }, `/a.${ending}`);
    expect(seen).toMatchObject({ width: WIDTH, height: HEIGHT });
    expect(seen.duration).toBeCloseTo(COUNT / RATE, 1);
    expect(seen.currentTime).toBeCloseTo(COUNT / RATE, 1);
    expectNear(seen.rgba, frames[0], OFF[ending]);
  });
});
