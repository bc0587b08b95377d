import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { whyNoBrowser } from './chromium.ts';
import { openStudio, type OpenStudio } from './studio.ts';
import { trainedProject, type Trained } from './trained.ts';

/** Where to leave pictures of what is seen, for whoever wants to look. */
const LOOKS = process.env['MORPHLOOM_LOOKS'];

describe.skipIf(whyNoBrowser() !== null)('what the room Explore shows of what was learned', () => {
  let trained: Trained;
  let studio: OpenStudio;
  beforeAll(async () => {
    trained = await trainedProject();
    studio = await openStudio({ project: trained.project });
    const { page } = studio;
    await page.getByRole('navigation').getByText('Explore', { exact: true }).click();
    await page
      .getByRole('radiogroup', { name: 'What to look at' })
      .getByText('Learned', { exact: true })
      .click();
  });
  afterAll(async () => {
    await studio?.close();
    await trained?.remove();
  });

  const shown = (of: Locator): Promise<string> =>
    of
      .locator('canvas')
      .first()
      .evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());

  it('the way along the direction that says most of each thing, to go to', async () => {
    const { page } = studio;
    const ways = page.getByRole('list', { name: 'What single directions mean' });
    const first = ways.getByRole('listitem').first();
    const steps = first.getByRole('button', { name: /, \d: go there$/ });
    await expect.poll(() => steps.count(), { timeout: 30_000 }).toBe(7);
    expect(await shown(steps.first())).not.toBe(await shown(steps.last()));
    const name = await first.locator('strong').textContent();
    const here = page.getByRole('complementary', { name: 'You are here' });
    const before = await shown(here);
    await steps.last().click();
    await expect.poll(() => shown(here)).not.toBe(before);
    expect(await here.getByText(`${name}, 7`).count()).toBe(1);
  });

  it('what pictures cost by the model and by well-known formats, and which cost most', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: 'Measure', exact: true }).click();
    const cheapest = page.getByRole('list', { name: 'The cheapest: what it knows best' });
    await expect.poll(() => cheapest.getByRole('button').count(), { timeout: 60_000 }).toBe(24);
    const costs = await page.locator('dd .numbers').allTextContents();
    expect(costs).toHaveLength(4);
    for (const cost of costs) expect(cost).toMatch(/^\d+\.\d\d bits$/);
    if (LOOKS !== undefined) await page.screenshot({ path: path.join(LOOKS, 'learned.png') });
    await expectAccessible(page);
    expect(studio.troubles).toEqual([]);
  });
});
