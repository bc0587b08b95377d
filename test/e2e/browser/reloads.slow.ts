import * as fs from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job, ProjectState } from '../../../src/contract/studio/state.ts';
import { createRng, type Rng } from '../../../src/core/rng.ts';
import { ended, jobOf, KILLS, longExport, shares, sleep, smallProject, trainingWish } from '../kills.ts';
import { crowding } from '../desktop/page.ts';
import { whyNoBrowser } from './chromium.ts';
import { startServe, type Serve } from './serve.ts';
import { openStudio, type OpenStudio } from './studio.ts';
import { type ServedVictim, victimBehind } from './victim.ts';

/** Asked: a window shows again what runs within this time. */
const WITHIN_MS = 3000;

/** Pages that are reloaded, or whose process crashes, at random moments: each finds the job that runs. */
describe.skipIf(whyNoBrowser() !== null)(`a window that ends ${KILLS} times`, () => {
  let serve: Serve;
  let studio: OpenStudio;
  let page: Page;
  let victim: ServedVictim;
  let project: string;
  let ids: readonly string[];
  const rng: Rng = createRng(21);

  beforeAll(async () => {
    serve = await startServe();
    studio = await openStudio({ serve });
    ({ page } = studio);
    const [{ name, value }] = await studio.context.cookies();
    victim = await victimBehind(serve, `${name}=${value}`);
    ({ folder: project, ids } = await smallProject(victim, serve.home));
    await ended(victim, await victim.ask<Job>('training.start', trainingWish(project, 50)));
  });
  afterAll(async () => {
    victim?.close();
    await studio?.close();
    await serve?.stop();
  });

  /** The address of a room with the project open. */
  const at = (room: string): string => {
    const fields = new URLSearchParams({ room, project });
    return `${serve.origin}/#${fields.toString()}`;
  };

  /** Ends the page in one of two ways, and gives how long it took to show the job again. */
  async function again(room: string, title: RegExp): Promise<{ how: 'reload' | 'crash'; ms: number }> {
    const how = rng.uniform() < 0.5 ? 'reload' : 'crash';
    const shown = async (): Promise<void> => {
      await page.getByRole('progressbar', { name: title }).first().waitFor({ timeout: 60_000 });
    };
    const started = performance.now();
    if (how === 'reload') await page.reload({ waitUntil: 'commit' });
    else {
      // A tab whose process is gone is of no more use to Playwright: the user's next one takes its place.
      const crashed = new Promise((resolve) => page.once('crash', resolve));
      const devtools = await studio.context.newCDPSession(page);
      devtools.send('Page.crash').catch(() => undefined);
      await crashed;
      const next = await studio.context.newPage();
      await page.close().catch(() => undefined);
      page = next;
      await page.goto(at(room), { waitUntil: 'commit' });
    }
    await shown();
    return { how, ms: performance.now() - started };
  }

  async function endWindows(room: string, title: RegExp, begin: () => Promise<Job>): Promise<void> {
    await page.goto(at(room), { waitUntil: 'commit' });
    let job = await begin();
    let jobs = 1;
    const taken = { reload: [] as number[], crash: [] as number[] };
    for (let i = 0; i < KILLS; i++) {
      const now = await jobOf(victim, job.id);
      const part = now.progress?.total ? now.progress.done / now.progress.total : 0;
      if (now.state === 'done' || part > 0.8) {
        await ended(victim, job);
        job = await begin();
        jobs += 1;
      }
      await sleep(rng.uniform() * 1500);
      const { how, ms } = await again(room, title);
      taken[how].push(ms);
      // It went on all the while.
      expect(['running', 'done']).toContain((await jobOf(victim, job.id)).state);
    }
    process.stdout.write(
      `${room}: shown again after ${KILLS} ends of the page (${jobs} jobs); ` +
        `reloads ${shares(taken.reload)}; crashes ${shares(taken.crash)}\n`,
    );
    const all = [...taken.reload, ...taken.crash].sort((a, b) => a - b);
    expect(all[Math.floor(0.95 * all.length)]).toBeLessThan(WITHIN_MS * crowding());
    await victim.ask('jobs.stop', { job: job.id });
    const { runs } = await victim.ask<ProjectState>('projects.open', { project });
    expect(runs.length).toBeGreaterThan(0);
  }

  it('in training', async () => {
    await endWindows('train', /Training/, () =>
      victim.ask<Job>('training.start', {
        ...trainingWish(project),
        budget: { kind: 'minutes', minutes: 60 },
      }),
    );
  });

  it('in export', async () => {
    let number = 0;
    await endWindows('exports', /Exporting/, () =>
      victim.ask<Job>('exports.start', longExport(project, ids, `long-${++number}`, 100)),
    );
    const left = await fs.readdir(`${project}/exports`);
    expect(left.filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
