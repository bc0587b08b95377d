import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job, ProjectState } from '../../../src/contract/studio/state.ts';
import { readProvenance } from '../../../src/engine/node/encoders/recipe.ts';
import { compare } from '../../engine/node/encoders/clips.ts';
import { decodeFilm, probe, whyNoFilm } from '../../engine/node/encoders/media.ts';
import { trainedProject, type Trained } from '../browser/trained.ts';
import { launchApp, type RunningApp } from './app.ts';
import { build, electron, missing } from './available.ts';
import { type Ask, eventually, openLine } from './page.ts';

const why = missing ?? (await whyNoFilm());
const SIDE = 128;

describe.skipIf(why !== null)('films on the desktop, where there is no ffmpeg', () => {
  let trained: Trained;
  let app: RunningApp;
  let ask: Ask;
  let ids: readonly string[];
  beforeAll(async () => {
    build();
    trained = await trainedProject();
    app = await launchApp(electron, { env: { FFMPEG: path.join(os.tmpdir(), 'no-ffmpeg') } });
    ask = await openLine(app.electron);
    await ask<ProjectState>('projects.open', { project: trained.project });
    const page = { project: trained.project, from: 0, count: 2 };
    const { pictures } = await ask<{ pictures: { id: string }[] }>('pictures.list', page);
    ids = pictures.map(({ id }) => id);
  });
  afterAll(async () => {
    await app?.close();
    await trained?.remove();
  });

  async function exportAs(format: string): Promise<string> {
    const keyframes = ids.map((id, i) => ({
      ...{ key: `k${i}`, place: { kind: 'picture', id }, holdSeconds: 0 },
      ...{ seconds: null, ease: 'linear' },
    }));
    const timeline = { schema: 1, name: 'film', keyframes, loop: 'cycle', seconds: 1, framesPerSecond: 24 };
    const settings = { format, name: 'film', scale: SIDE / 32 };
    const job = await ask<Job>('exports.start', { project: trained.project, timeline, settings });
    const ended = await eventually(async () => {
      const now = (await ask<Job[]>('jobs.list')).find(({ id }) => id === job.id);
      return now?.endedAt !== null && now;
    }, 120_000);
    expect(ended.error).toBeNull();
    return ended.file ?? '';
  }

  it('the window encodes them, true to their frames', async () => {
    const folder = await exportAs('frames');
    const names = (await fs.readdir(folder)).filter((name) => name.endsWith('.png')).sort();
    const frames = await Promise.all(
      names.map(async (name) => ({
        ...{ width: SIDE, height: SIDE, channels: 3 as const },
        data: await sharp(path.join(folder, name)).removeAlpha().raw().toBuffer(),
      })),
    );
    const formats = await ask<{ format: string; why: string | null }[]>('exports.formats');
    const offered = formats.filter(({ why: lacks }) => lacks === null).map(({ format }) => format);
    expect(offered).toContain('webm');
    for (const [format, codec] of [
      ['webm', 'vp9'],
      ['mp4', 'h264'],
    ]) {
      // Not every build of Electron brings H.264.
      if (!offered.includes(format)) continue;
      const file = await exportAs(format);
      const { streams, format: container } = probe(file);
      expect(streams[0]).toMatchObject({
        ...{ codec_name: codec, width: SIDE, height: SIDE, nb_read_frames: String(frames.length) },
        ...{ color_range: 'tv', color_space: 'bt709' },
      });
      expect(Number(container.duration)).toBeCloseTo(frames.length / 24, 2);
      expect(compare(frames, decodeFilm(file)).psnr).toBeGreaterThan(31);
      expect(await readProvenance(file)).toMatchObject({ morphloom: 1, kind: 'timeline' });
    }
  });
});
