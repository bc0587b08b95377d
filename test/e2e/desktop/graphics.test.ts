import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { build as bundle } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineState, Job, ProjectState } from '../../../src/contract/studio/state.ts';
import type { TrainingLine } from '../../../src/contract/training.ts';
import { draw, save } from '../../engine/dataset/fixtures.ts';
import { hasEnded, launchApp, type RunningApp } from './app.ts';
import { build, electron, IMITATED_CARD, missing } from './available.ts';
import { eventually, inPage, openLine, type Ask } from './page.ts';

/** The card that the processor imitates, as it calls itself. */
const CARD = 'google swiftshader';

const DIST = path.join(import.meta.dirname, '..', '..', '..', 'dist');

const SETTINGS = {
  'encoder.widths': [8, 16],
  'decoder.widths': [8, 16],
  'latent.size': 8,
  'optimiser.batch': 4,
};

describe.skipIf(missing !== null)('a graphics card on the desktop', () => {
  let folder: string;
  let project: string;
  let app: RunningApp;
  let ask: Ask;
  beforeAll(async () => {
    build();
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-graphics-'));
    project = path.join(folder, 'work.morphloom');
    for (let seed = 0; seed < 8; seed++)
      await save(path.join(folder, 'pictures', `${seed}.png`), draw(seed).toFormat('png'));
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stdout.write(`${await app.log()}\n`);
    await app.close();
  });
  afterAll(() => fs.rm(folder, { recursive: true, force: true }));

  const launch = async (backend: string, more: { engine?: string } = {}): Promise<void> => {
    const env = { MORPHLOOM_BACKEND: backend };
    app = await launchApp(electron, { folder: path.join(folder, 'user'), args: IMITATED_CARD, env, ...more });
    if (more.engine === undefined) ask = await openLine(app.electron);
  };
  const ended = (job: Job): Promise<Job> =>
    eventually(async () => {
      const now = (await ask<Job[]>('jobs.list')).find(({ id }) => id === job.id);
      return now !== undefined && now.endedAt !== null && now;
    }, 120_000);
  const train = (steps: number): Promise<Job> => {
    const budget = { kind: 'steps', steps };
    return ask('training.start', { project, recipe: 'sketch', settings: SETTINGS, budget, seed: 5 });
  };
  const windows = (): Promise<{ url: string; visible: boolean }[]> =>
    app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => ({
        url: window.webContents.getURL(),
        visible: window.isVisible(),
      })),
    );
  const hidden = <T>(code: string): Promise<T> =>
    app.electron.evaluate(
      ({ BrowserWindow }, expression) =>
        BrowserWindow.getAllWindows()
          .find(({ webContents }) => webContents.getURL().startsWith('file:'))
          ?.webContents.executeJavaScript(expression) as Promise<T>,
      code,
    );
  const crashWindow = (): Promise<void> =>
    app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find(({ webContents }) => webContents.getURL().startsWith('file:'))
        ?.webContents.forcefullyCrashRenderer(),
    );
  const killGpuProcess = async (): Promise<void> => {
    const pid = await app.electron.evaluate(
      ({ app: electronApp }) => electronApp.getAppMetrics().find(({ type }) => type === 'GPU')?.pid,
    );
    process.kill(pid ?? 0, 'SIGKILL');
  };
  /** Has the engine ready its backend, and tells which. */
  const warmed = async (): Promise<EngineState> => {
    ask = await openLine(app.electron);
    return ask<EngineState>('engine.warmUp');
  };

  it("trains by Chromium's own WebGPU, with TensorFlow's figures", async () => {
    const figures: Map<number, number>[] = [];
    for (const backend of ['webgpu', 'tensorflow']) {
      await launch(backend);
      if (backend === 'webgpu') {
        await ask('projects.create', { name: 'work', folder: project });
        const sources = [path.join(folder, 'pictures')];
        const format = { width: 16, height: 16, channels: 3 };
        const imported = await ended(await ask<Job>('pictures.import', { project, sources, format }));
        expect(imported).toMatchObject({ state: 'done', error: null });
      } else await ask('projects.open', { project });
      const job = await ended(await train(3));
      expect(job).toMatchObject({ state: 'done', error: null });
      const lines = await ask<TrainingLine[]>('runs.lines', { project, run: job.run });
      figures.push(new Map(lines.map(({ step, loss }) => [step, loss])));
      const { backend: used } = await ask<EngineState>('engine.hello');
      expect(used).toMatchObject({ name: backend, why: 'it was asked for' });
      if (backend === 'webgpu') {
        expect(used?.version).toMatch(/^tfjs-backend-webgpu 4\.22\.0 on Chromium 108\./);
        expect(used?.notes).toEqual([expect.stringContaining(`"${CARD}" is imitated by the processor`)]);
        await app.close();
      }
    }
    const [ours, theirs] = figures;
    expect(ours?.has(3)).toBe(true);
    for (const step of [1, 3])
      expect(Math.abs((ours?.get(step) ?? 0) / (theirs?.get(step) ?? 0) - 1)).toBeLessThan(1e-4);
  });

  it('computes in a window that nobody sees, that goes nowhere, and that the app closes with', async () => {
    await launch('webgpu');
    expect(await inPage(app.electron, 'typeof navigator.gpu')).toBe('undefined');
    expect((await warmed()).backend).toMatchObject({ name: 'webgpu' });
    expect(await windows()).toEqual([
      { url: expect.stringMatching(/dist\/graphics\/graphics\.html$/) as string, visible: false },
      { url: 'app://morphloom/index.html', visible: true },
    ]);
    const names = `['require', 'process', 'module', 'Buffer', 'morphloom'].map((name) => typeof globalThis[name])`;
    expect(new Set(await hidden<string[]>(names))).toEqual(new Set(['undefined']));
    const tries = `Promise.all([
      fetch('app://morphloom/index.html').then(() => 'read', () => 'refused'),
      fetch('file:///etc/passwd').then(() => 'read', () => 'refused'),
      fetch('http://127.0.0.1:9/').then(() => 'reached', () => 'refused'),
      Promise.resolve(String(window.open('file:///etc/passwd'))),
    ])`;
    expect(await hidden(tries)).toEqual(['refused', 'refused', 'refused', 'null']);
    const before = (await windows())[0]?.url;
    await hidden(`location.href = 'file:///etc/hostname', null`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await windows())[0]?.url).toBe(before);

    const engine = await app.enginePid();
    const gone = new Promise((resolve) => app.main.once('exit', resolve));
    await app.electron
      .evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()
          .find((window) => window.isVisible())
          ?.close(),
      )
      .catch(() => undefined);
    expect(await gone).toBe(0);
    expect(await hasEnded(engine)).toBe(true);
    expect(await app.log()).not.toContain('is killed');
  });

  it('is started again when its card is lost, and after three times computes by the processor', async () => {
    await launch('webgpu');
    let { session } = await warmed();
    const opened = await ask<ProjectState>('projects.open', { project });
    expect(opened.pictures?.count).toBe(8);
    const job = await train(100_000);
    await eventually(
      async () => {
        const now = (await ask<Job[]>('jobs.list')).find(({ id }) => id === job.id);
        return (now?.progress?.done ?? 0) > 0;
      },
      120_000,
      60_000,
    );
    for (const lose of [crashWindow, killGpuProcess, crashWindow]) {
      await lose();
      const next = await eventually(
        async () => {
          const now = await warmed();
          return now.session !== session && now;
        },
        60_000,
        30_000,
      );
      ({ session } = next);
    }
    const { backend } = await warmed();
    expect(backend).toMatchObject({ name: 'tensorflow', why: 'the graphics card was lost again and again' });
    expect(backend).toMatchObject({
      notes: [
        'The graphics card was lost 3 times in a row, so the processor computes instead; start Morphloom anew to try it again.',
      ],
    });
    const interrupted = (await ask<Job[]>('jobs.list')).find(({ id }) => id === job.id);
    expect(interrupted?.state).toBe('interrupted');
    expect((await app.log()).match(/the engine ended with code 86/g)?.length).toBe(3);
  });

  it('is found and timed as the choice of a backend does it', async () => {
    // Below the checkout, whose packages it loads.
    const engine = path.join(DIST, 'test', 'trial-engine.cjs');
    await bundle({
      entryPoints: [path.join(import.meta.dirname, 'trial-engine.ts')],
      outfile: engine,
      ...{ bundle: true, platform: 'node', format: 'cjs', packages: 'external' },
      define: { 'import.meta.dirname': '__dirname' },
    });
    await launch('', { engine });
    const [, said] = await eventually(async () => /TRIED (.*)/.exec(await app.log()), 120_000);
    const { adapter, speeds } = JSON.parse(said ?? '') as { adapter: object; speeds: unknown[] };
    expect(adapter).toMatchObject({
      name: CARD,
      software: true,
      by: expect.stringMatching(/^Chromium 108\./) as string,
    });
    expect(speeds.map((speed) => typeof speed === 'number' && speed > 0)).toEqual([true, true]);
    await eventually(async () => (await windows()).length === 1, 10_000);
  });
});
