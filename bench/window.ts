import * as os from 'node:os';
import type { CDPSession, Page } from 'playwright-core';
import { whyNoBrowser } from '../test/e2e/browser/chromium.ts';
import { startServe } from '../test/e2e/browser/serve.ts';
import { openStudio } from '../test/e2e/browser/studio.ts';
import { withFolder } from './support.ts';
import { byScrollBar, byWheel } from './window/grid.ts';
import { replayHour } from './window/hour.ts';
import { railOf, type RoomName, useAllRooms } from './window/inputs.ts';
import { play, watchPlayback } from './window/playback.ts';
import { holding, installProbe, watch } from './window/probe.ts';
import { facesProject, largeProject } from './window/projects.ts';
import { openRelay, type Relay, type Told } from './window/relay.ts';
import * as report from './window/report.ts';

/**
 * How the studio feels in a real Chromium, through the real `serve`: once left in peace, once with a training
 * beside it that takes all cores. `npm run bench -- window [inputs] [playback] [grid] [hour] [--count 50000]`.
 */
const PARTS = ['inputs', 'playback', 'grid', 'hour'] as const;
type Part = (typeof PARTS)[number];

const args = process.argv.slice(2);
const named = PARTS.filter((part) => args.includes(part));
const parts = new Set<Part>(named.length === 0 ? PARTS : named);
const COUNT = args.includes('--count') ? Number(args[args.indexOf('--count') + 1]) : 50_000;
const PLAYBACK_SECONDS = 20;
const RECORD_SECONDS = 30;

interface Window {
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly relay: Relay;
}

const load = (): string => `load ${os.loadavg()[0]?.toFixed(1)} on ${os.cpus().length} cores`;
const go = (page: Page, room: RoomName): Promise<void> => railOf(page, room).click();

/** Opens a project as its address says; a reload, as the window knows it. */
async function openProject(page: Page, project: string): Promise<void> {
  await page.evaluate(
    (hash) => {
      location.hash = hash;
    },
    new URLSearchParams({ room: 'pictures', project }).toString(),
  );
  await page.reload();
  await page.getByRole('listbox').getByRole('option').first().waitFor({ timeout: 60_000 });
}

/** Starts a training that goes on until it is stopped. */
async function train(page: Page): Promise<void> {
  await go(page, 'Train');
  await page.getByRole('button', { name: 'New training' }).click();
  await page.getByText('Other', { exact: true }).click();
  await page.getByRole('textbox', { name: 'Length' }).fill('600');
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Train', exact: true }).last().click();
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor({ timeout: 120_000 });
  await page.getByRole('img', { name: /^Loss/ }).waitFor({ timeout: 120_000 });
}

async function stopTraining(page: Page): Promise<void> {
  await go(page, 'Train');
  await page.getByRole('button', { name: 'Stop and keep', exact: true }).click();
  await page
    .getByRole('button', { name: 'Pause', exact: true })
    .waitFor({ state: 'detached', timeout: 60_000 });
}

async function feel({ page, cdp }: Window, beside: string): Promise<void> {
  if (parts.has('inputs')) {
    const { seen, thread } = await watch(page, cdp, () => useAllRooms(page));
    report.inputs(`inputs, ${beside} (${load()})`, seen, thread);
  }
  if (parts.has('playback')) {
    await go(page, 'Morph');
    await play(page);
    let played = { due: 0, drawn: 0, starved: 0, framesPerSecond: 0 };
    const watched = await watch(page, cdp, async () => {
      played = await watchPlayback(page, PLAYBACK_SECONDS);
    });
    report.playback(`playback, ${beside} (${load()})`, played, watched);
  }
}

async function scroll({ page, cdp }: Window, project: string, beside: string): Promise<void> {
  await openProject(page, project);
  const before = await holding(cdp);
  const wheel = await watch(page, cdp, async () => {
    report.scrolled('wheel', [await byWheel(page)]);
  });
  report.smoothness(`grid of ${COUNT} by the wheel, ${beside} (${load()})`, wheel);
  const bar = await watch(page, cdp, async () => {
    report.scrolled('scroll bar', await byScrollBar(page));
  });
  report.smoothness(`grid of ${COUNT} by the scroll bar, ${beside} (${load()})`, bar);
  report.held(before, await holding(cdp));
}

async function record({ page, relay }: Window): Promise<readonly Told[]> {
  await go(page, 'Train');
  const from = relay.told.length;
  await page.waitForTimeout(RECORD_SECONDS * 1000);
  return relay.told.slice(from);
}

async function main(): Promise<void> {
  const missing = whyNoBrowser();
  if (missing !== null) throw new Error(`The window cannot be measured: ${missing}.`);
  await withFolder(async (home) => {
    const faces = await facesProject(home);
    const large = parts.has('grid') ? await largeProject(home, COUNT) : null;
    const serve = await startServe({ home, args: [faces] });
    const relay = await openRelay(serve.origin);
    const link = serve.link.replace(serve.origin, relay.origin);
    const studio = await openStudio({
      serve: { ...serve, link, origin: relay.origin },
      scrollbars: true,
      before: installProbe,
    });
    try {
      const { page, context } = studio;
      const cdp = await context.newCDPSession(page);
      await cdp.send('Performance.enable');
      const window = { page, cdp, relay };
      await page.getByRole('listbox').getByRole('option').first().waitFor({ timeout: 60_000 });
      await feel(window, 'at rest');
      if (large !== null) await scroll(window, large, 'at rest');
      await openProject(page, faces);
      await train(page);
      await feel(window, 'with a training beside');
      const told = parts.has('hour') ? await record(window) : [];
      if (large !== null) {
        await scroll(window, large, 'with a training beside');
        await openProject(page, faces);
      }
      await stopTraining(page);
      if (parts.has('hour')) report.hour(await replayHour(page, cdp, relay, told));
      for (const trouble of studio.troubles) process.stdout.write(`trouble: ${trouble}\n`);
    } finally {
      await studio.close();
      relay.close();
      await serve.stop();
    }
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
