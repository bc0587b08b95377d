import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Page } from 'playwright-core';
import { dropFiles } from '../test/e2e/browser/drop.ts';
import { whyNoBrowser } from '../test/e2e/browser/chromium.ts';
import { openStudio } from '../test/e2e/browser/studio.ts';
import { morphloom, withFolder } from './support.ts';

/**
 * How long a first visit takes until a morph plays and is exported, all settings as they are offered: by the
 * studio's own sample, and by dropping pictures. A person adds their own pauses.
 */
const PICTURES = 300;
const PATIENCE = 600_000;

const room = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Rooms' }).getByText(name, { exact: true });

async function toExportedMorph(page: Page, said: (what: string) => void): Promise<void> {
  await page.getByRole('listbox', { name: 'Pictures of the project' }).waitFor({ timeout: PATIENCE });
  said('pictures are there');
  await room(page, 'Train').click();
  await page.getByRole('button', { name: 'Train', exact: true }).last().click();
  const playhead = page.getByRole('slider', { name: 'Playhead' });
  await playhead.waitFor({ timeout: PATIENCE });
  const at = await playhead.getAttribute('aria-valuenow');
  while ((await playhead.getAttribute('aria-valuenow')) === at) await page.waitForTimeout(50);
  said('a morph plays');
  await page.getByRole('button', { name: 'Export …' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByRole('dialog').getByRole('progressbar').waitFor();
  await page.keyboard.press('Escape');
  await room(page, 'Exports').click();
  await page.getByRole('article').locator('img').waitFor({ timeout: PATIENCE });
  said('it is exported');
}

async function visit(title: string, limit: number, begin: (page: Page) => Promise<void>): Promise<void> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  console.log(`\n${title}`);
  const studio = await openStudio();
  const { page } = studio;
  try {
    await page.getByRole('heading', { name: 'Morphloom' }).waitFor();
    const said = (what: string): void => console.log(`  ${seconds().toFixed(0).padStart(4)} s  ${what}`);
    said('the studio is open');
    await begin(page);
    await toExportedMorph(page, said);
    const holds = seconds() <= limit;
    console.log(`  asked: ${limit} s with a person's pauses: ${holds ? 'holds' : 'MISSED'}`);
    if (!holds) process.exitCode = 1;
  } finally {
    await studio.close();
  }
}

async function main(): Promise<void> {
  const why = whyNoBrowser();
  if (why !== null) throw new Error(why);
  await visit('The sample of faces', 120, async (page) => {
    await page.getByRole('button', { name: /^Faces/ }).click();
  });
  await withFolder(async (folder) => {
    const drawn = ['--out', folder, '--count', String(PICTURES), '--size', '240', '--seed', '7'];
    await morphloom('samples', 'faces', ...drawn);
    const names = (await fs.readdir(folder)).filter((name) => name.endsWith('.png'));
    const files = await Promise.all(
      names.map(async (name) => ({ name, bytes: await fs.readFile(path.join(folder, name)) })),
    );
    await visit(`${PICTURES} pictures dropped`, 300, (page) => dropFiles(page, files));
  });
}

void main();
