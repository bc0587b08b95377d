import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { whyNoBrowser } from './chromium.ts';
import { openStudio, type OpenStudio } from './studio.ts';
import { trainedProject, type Trained } from './trained.ts';

/** Where to leave pictures of what is seen, for whoever wants to look. */
const LOOKS = process.env['MORPHLOOM_LOOKS'];

describe.skipIf(whyNoBrowser() !== null)('samples of a model that knows tags', () => {
  let trained: Trained;
  let studio: OpenStudio;
  beforeAll(async () => {
    trained = await trainedProject('multimodal');
    studio = await openStudio({ project: trained.project });
    await studio.page.getByRole('navigation').getByText('Explore', { exact: true }).click();
    await studio.page.getByText('Samples', { exact: true }).click();
  }, 180_000);
  afterAll(async () => {
    await studio?.close();
    await trained?.remove();
  });

  const samples = (): Locator => studio.page.getByRole('button', { name: /^Sample \d+\.\d+: go there/ });
  const shown = (): Promise<string> =>
    samples()
      .nth(3)
      .locator('canvas')
      .evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());

  it('show what is asked for, and anything again', async () => {
    const { page } = studio;
    await expect.poll(() => samples().count(), { timeout: 30_000 }).toBe(48);
    const asking = page.getByRole('region', { name: 'Ask for' });
    const smile = asking.getByLabel(/^smile/);
    await expect.poll(() => smile.textContent()).toContain('Anything');
    const anything = await shown();
    const choose = async (value: string): Promise<void> => {
      await smile.click();
      await page.getByRole('option', { name: value }).click();
    };
    await choose('Much');
    await expect.poll(shown).not.toBe(anything);
    expect(await page.getByLabel(/^Drawn from/).isDisabled()).toBe(true);
    const smiling = await shown();
    await choose('Little');
    await expect.poll(shown).not.toBe(smiling);
    if (LOOKS !== undefined) await page.screenshot({ path: path.join(LOOKS, 'tags.png') });
    await expectAccessible(page);
    await choose('Anything');
    await expect.poll(shown).toBe(anything);
    expect(await page.getByLabel(/^Drawn from/).isEnabled()).toBe(true);
    expect(studio.troubles).toEqual([]);
  }, 120_000);
});
