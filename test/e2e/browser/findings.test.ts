import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { whyNoBrowser } from './chromium.ts';
import { openStudio, type OpenStudio } from './studio.ts';
import { trainedProject, type Trained } from './trained.ts';

/** Where to leave pictures of what is seen, for whoever wants to look. */
const LOOKS = process.env['MORPHLOOM_LOOKS'];

describe.skipIf(whyNoBrowser() !== null)('what the room Explore finds in pictures', () => {
  let trained: Trained;
  let studio: OpenStudio;
  beforeAll(async () => {
    trained = await trainedProject();
    studio = await openStudio({ project: trained.project });
    await studio.page.getByRole('navigation').getByText('Explore', { exact: true }).click();
  });
  afterAll(async () => {
    await studio?.close();
    await trained?.remove();
  });

  const here = (): Locator => studio.page.getByRole('complementary', { name: 'You are here' });
  const open = (view: string): Promise<void> =>
    studio.page.getByRole('radiogroup', { name: 'What to look at' }).getByText(view, { exact: true }).click();
  const shown = (of: Locator): Promise<string> =>
    of
      .locator('canvas')
      .first()
      .evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());
  const look = async (name: string): Promise<void> => {
    if (LOOKS !== undefined) await studio.page.screenshot({ path: path.join(LOOKS, `${name}.png`) });
  };

  it('shows the most unusual pictures beside what the model makes of them, and why', async () => {
    const { page } = studio;
    await open('Unusual');
    const list = page.getByRole('list', { name: 'Pictures, the most unusual first' });
    const pictures = list.getByRole('button', { name: /\. go there$/ });
    await expect.poll(() => pictures.count(), { timeout: 30_000 }).toBe(48);
    expect(await page.getByText(/of 60 pictures (stands?|stand) out/).count()).toBe(1);
    const scores = (await list.locator('.score').allTextContents()).map(Number);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    const [own, drawn] = await Promise.all(
      [0, 1].map((n) => pictures.first().locator('canvas').nth(n).screenshot()),
    );
    expect(own.equals(drawn)).toBe(false);
    const before = await shown(here());
    await pictures.nth(1).click();
    await expect.poll(() => shown(here())).not.toBe(before);
    await look('unusual');
    await expectAccessible(page);
  });

  it('tells pictures into groups, and makes piles of them', async () => {
    const { page } = studio;
    await open('Groups');
    await page.getByText('As many as there are', { exact: true }).click();
    await page.getByRole('option', { name: '3 groups' }).click();
    const groups = page.getByRole('button', { name: /^Group \d [\d,]+ pictures?$/ });
    await expect.poll(() => groups.count(), { timeout: 30_000 }).toBe(3);
    const sizes = (await groups.allTextContents()).map((text) => Number(/(\d+) pictures?/.exec(text)?.[1]));
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(60);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    await groups.nth(1).click();
    expect(await groups.nth(1).getAttribute('aria-pressed')).toBe('true');
    await look('groups');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Teach against the rest' }).click();
    const pile = (name: string): Locator => page.getByRole('region', { name, exact: true });
    await expect.poll(() => pile('Has it').getByRole('listitem').count()).toBe(sizes[1]);
    await expect.poll(() => pile('Has it not').getByRole('listitem').count()).toBe(60 - sizes[1]);
    await page.getByRole('navigation').getByText('Explore', { exact: true }).click();
    // What was found is kept.
    await expect.poll(() => groups.count(), { timeout: 2000 }).toBe(3);
  });

  it('gives up looking for groups when it is told to', async () => {
    const { page } = studio;
    await page.getByText('By directions', { exact: true }).click();
    await page.getByRole('option', { name: /By neighbours/ }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => page.getByRole('progressbar', { name: /Looking for groups/ }).count()).toBe(0);
    expect(await page.getByRole('button', { name: /^Group 3 \d+ pictures?$/ }).count()).toBe(1);
  });

  it('fills in what is painted over, in several ways, and goes to one of them', async () => {
    const { page } = studio;
    await open('Fill in');
    const fill = page.getByRole('button', { name: 'Fill in', exact: true });
    const painter = page.getByRole('img', { name: /^The picture, with what is missing hatched/ });
    await painter.waitFor();
    expect(await fill.isDisabled()).toBe(true);
    const before = await painter.screenshot();
    const area = await painter.boundingBox();
    if (area === null) throw new Error('There is nothing to paint on.');
    const [x, y] = [area.x + area.width / 2, area.y + area.height / 2];
    await page.mouse.move(x - 60, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y, { steps: 5 });
    await page.mouse.up();
    await look('painted');
    expect((await painter.screenshot()).equals(before)).toBe(false);
    await page.getByText('Rectangle', { exact: true }).click();
    await page.mouse.move(x - 80, y + 30);
    await page.mouse.down();
    await page.mouse.move(x + 80, y + 110, { steps: 3 });
    await page.mouse.up();
    await fill.click();
    await page.getByRole('progressbar', { name: /^Filling in/ }).waitFor();
    const ways = page
      .getByRole('region', { name: 'Ways to fill it in' })
      .getByRole('button', { name: /go there$/ });
    await expect.poll(() => ways.count(), { timeout: 60_000 }).toBe(6);
    const looks = new Set(await Promise.all([0, 1, 2, 3, 4, 5].map((n) => shown(ways.nth(n)))));
    expect(looks.size).toBe(6);
    await look('fill-in');
    await expectAccessible(page);
    await ways.nth(2).click();
    await expect.poll(() => here().getByText('Way 3').count()).toBe(1);
    await page.getByRole('button', { name: 'A part …' }).click();
    await page.getByRole('menuitem', { name: 'The lower half' }).click();
    const likeliest = await shown(ways.first());
    await fill.click();
    await expect.poll(() => shown(ways.first()), { timeout: 60_000 }).not.toBe(likeliest);
  });

  it('draws samples where pictures gather', async () => {
    const { page } = studio;
    await open('Samples');
    const samples = page.getByRole('button', { name: /^Sample \d+\.\d+: go there/ });
    await expect.poll(() => samples.count(), { timeout: 30_000 }).toBe(48);
    const before = await shown(samples.nth(3));
    await page.getByText('Where your pictures are', { exact: true }).click();
    await page.getByRole('option', { name: /Where they gather/ }).click();
    await expect.poll(() => shown(samples.nth(3)), { timeout: 30_000 }).not.toBe(before);
    expect(studio.troubles).toEqual([]);
  });
});
