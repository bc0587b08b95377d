import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Job, ProjectState } from '../../../src/contract/studio/state.ts';
import { draw, importFrom, packOf, save } from '../../engine/dataset/fixtures.ts';
import { hasEnded, launchApp, type RunningApp } from './app.ts';
import { build, electron, missing } from './available.ts';
import { eventually, inPage, openLine, type Ask } from './page.ts';

const FORMAT = { width: 32, height: 32, channels: 3 } as const;

describe.skipIf(missing !== null)('work on the desktop', () => {
  let folder: string;
  let pictures: string;
  let app: RunningApp;
  let ask: Ask;
  beforeAll(build);
  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-work-'));
    pictures = path.join(folder, 'pictures');
    for (let seed = 0; seed < 24; seed++) {
      const picture = draw(seed);
      const kind = (['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)[seed % 6] ?? 'png';
      await save(path.join(pictures, `${seed}.${kind}`), picture.toFormat(kind));
    }
    app = await launchApp(electron, { folder: path.join(folder, 'user') });
    ask = await openLine(app.electron);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stdout.write(`${await app.log()}\n`);
    await app.close();
    await fs.rm(folder, { recursive: true, force: true });
  });

  async function done(job: Job): Promise<Job> {
    return eventually(async () => {
      const jobs = await ask<Job[]>('jobs.list');
      const now = jobs.find(({ id }) => id === job.id);
      if (now?.state === 'failed') throw new Error(now.error?.message);
      return now?.state === 'done' && now;
    }, 60_000);
  }

  async function importAll(): Promise<ProjectState> {
    const { folder: project } = await ask<ProjectState>('projects.create', {
      name: 'work',
      folder: path.join(folder, 'work.morphloom'),
    });
    const job = await ask<Job>('pictures.import', {
      project,
      sources: [pictures],
      format: FORMAT,
    });
    await done(job);
    return ask<ProjectState>('projects.open', { project });
  }

  it('gives pictures the same pixels as every other door', async () => {
    const project = await importAll();
    expect(project.pictures?.count).toBe(24);
    const elsewhere = path.join(folder, 'elsewhere', 'dataset');
    await importFrom(pictures, elsewhere, { format: FORMAT });
    expect(await packOf(path.join(project.folder, 'dataset'))).toBe(await packOf(elsewhere));
    expect(await app.log()).not.toMatch(/GLib|SharpElectronLinux/);
  });

  it('commits a model that trains when the app is stopped, so that it can go on', async () => {
    const { folder: project } = await importAll();
    const job = await ask<Job>('training.start', {
      project,
      recipe: 'morph',
      budget: { kind: 'minutes', minutes: 30 },
    });
    await eventually(
      async () => {
        const [now] = await ask<Job[]>('jobs.list');
        if (now?.state === 'failed') throw new Error(now.error?.message);
        return now?.id === job.id && now.state === 'running' && (now.progress?.done ?? 0) > 0;
      },
      120_000,
      60_000,
    );
    const engine = await app.enginePid();
    await inPage(app.electron, `morphloom.setBusy({ training: true, exporting: false }), null`);
    const gone = new Promise((resolve) => app.main.once('exit', resolve));
    await app.electron.evaluate(({ dialog, BrowserWindow }) => {
      dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
      BrowserWindow.getAllWindows()[0]?.close();
    });
    await gone;
    expect(await hasEnded(engine)).toBe(true);
    const [run] = await fs.readdir(path.join(project, 'runs'));
    const checkpoints = await fs.readdir(path.join(project, 'runs', run ?? '', 'checkpoints'));
    expect(checkpoints.length).toBeGreaterThan(0);
    expect(await app.log()).not.toContain('is killed');
  });
});
