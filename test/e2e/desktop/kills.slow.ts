import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../../src/contract/studio/state.ts';
import { createRng } from '../../../src/core/rng.ts';
import {
  describe as sentence,
  ended,
  jobOf,
  killInExport,
  killInTraining,
  KILLS,
  longExport,
  shares,
  sleep,
  smallProject,
  trainingWish,
  type Victim,
} from '../kills.ts';
import { hasEnded, launchApp, type RunningApp } from './app.ts';
import { build, electron, missing } from './available.ts';
import { type Ask, crowding, eventually, inPage, openLine } from './page.ts';

const WITHIN_MS = 3000;

/** The desktop's engine and its page, killed at random moments. */
describe.skipIf(missing !== null)(`the desktop, ended ${KILLS} times`, () => {
  let root: string;
  let app: RunningApp;
  let ask: Ask;
  let victim: Victim;
  let project: string;
  let ids: readonly string[];

  /**
   * The engine of the test runtime (Electron 22) now and then ends with a trap of its own allocator while
   * TensorFlow computes: that is counted, and gone on from.
   */
  let deaths = 0;
  const lineToNewest = (): Promise<Ask> =>
    eventually(async () => {
      const line = await openLine(app.electron);
      await line('engine.hello');
      return line;
    }, 60_000);

  beforeAll(async () => {
    build();
    root = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-desktop-kills-'));
    app = await launchApp(electron, { folder: path.join(root, 'user') });
    // Whoever crashes so often is asked whether to go on: always.
    await app.electron.evaluate(({ dialog }) => {
      dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false });
    });
    ask = await openLine(app.electron);
    victim = {
      isFrail: true,
      ask: (method, input) =>
        ask<never>(method, input).catch(async (error: unknown) => {
          if (!String(error).includes('the engine ended')) throw error;
          deaths += 1;
          ask = await lineToNewest();
          return ask<never>(method, input);
        }),
      killEngine: async () => {
        const before = await app.enginePid();
        process.kill(before, 'SIGKILL');
        await eventually(() => hasEnded(before), 10_000);
        await eventually(async () => (await app.enginePid()) !== before, 60_000);
        ask = await lineToNewest();
      },
    };
    ({ folder: project, ids } = await smallProject(victim, root));
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stdout.write(`${(await app.log()).slice(-4000)}\n`);
  });
  afterAll(async () => {
    process.stdout.write(`The engine ended ${deaths} times by itself.\n`);
    await app?.close();
    await fs.rm(root, { recursive: true, force: true });
  });

  it('its engine in training', async () => {
    const report = await killInTraining(victim, project, KILLS);
    process.stdout.write(sentence('training on the desktop', report));
    expect(report.hits).toBe(KILLS);
  });

  it('its engine in export', async () => {
    const report = await killInExport(victim, project, ids, KILLS);
    process.stdout.write(sentence('export on the desktop', report));
    expect(report.hits).toBe(KILLS);
    expect(await app.log()).not.toMatch(/defect/i);
  });

  /** Crashes the page, and gives how long it took until it showed the job again. */
  async function crash(title: string): Promise<number> {
    const started = performance.now();
    await app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    );
    const shows = `[...document.querySelectorAll('[role=progressbar]')].some((bar) => (bar.ariaLabel ?? '').includes(${JSON.stringify(title)}))`;
    await eventually(() => inPage<boolean>(app.electron, shows), 60_000, 1000);
    return performance.now() - started;
  }

  async function crashPages(room: string, title: string, begin: () => Promise<Job>): Promise<void> {
    const rng = createRng(31);
    // The window has the project open, and comes back to it by its address.
    const fields = new URLSearchParams({ room, project });
    await inPage(app.electron, `location.hash = ${JSON.stringify(fields.toString())}, null`);
    await app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.reload(),
    );
    ask = await lineToNewest();
    // The page is the one that writes, once it is back.
    const own = (): Promise<unknown> => victim.ask('projects.takeOver', { project });
    await own();
    let job = await begin();
    const taken: number[] = [];
    for (let i = 0; i < KILLS; i++) {
      const now = await jobOf(victim, job.id);
      const part = now.progress?.total ? now.progress.done / now.progress.total : 0;
      if (now.state === 'done' || part > 0.8) {
        await ended(victim, job);
        await own();
        job = await begin();
      }
      await sleep(rng.uniform() * 1500);
      taken.push(await crash(title));
      ask = await lineToNewest();
      expect(['running', 'done']).toContain((await jobOf(victim, job.id)).state);
    }
    process.stdout.write(`${title}: shown again after crashes of the page ${shares(taken)}\n`);
    const sorted = taken.sort((a, b) => a - b);
    expect(sorted[Math.floor(0.95 * sorted.length)]).toBeLessThan(WITHIN_MS * crowding());
    await own();
    await victim.ask('jobs.stop', { job: job.id });
  }

  it('its page in training', async () => {
    const budget = { kind: 'minutes', minutes: 60 };
    await crashPages('train', 'Training', () =>
      victim.ask<Job>('training.start', { ...trainingWish(project), budget }),
    );
  });

  it('its page in export', async () => {
    let number = 0;
    await crashPages('exports', 'Exporting', () =>
      victim.ask<Job>('exports.start', longExport(project, ids, `long-${++number}`, 100)),
    );
  });
});
