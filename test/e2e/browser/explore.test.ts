import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { whyNoBrowser } from './chromium.ts';
import { openStudio, type OpenStudio } from './studio.ts';
import { trainedProject, type Trained } from './trained.ts';

describe.skipIf(whyNoBrowser() !== null)('the rooms Explore and Attributes', () => {
  let trained: Trained;
  let studio: OpenStudio;
  beforeAll(async () => {
    trained = await trainedProject();
    studio = await openStudio({ project: trained.project });
  });
  afterAll(async () => {
    await studio?.close();
    await trained?.remove();
  });

  const go = (room: string): Promise<void> =>
    studio.page.getByRole('navigation').getByText(room, { exact: true }).click();
  const map = (): Locator => studio.page.getByRole('application', { name: /^Map of the pictures/ });
  const here = (): Locator => studio.page.getByRole('complementary', { name: 'You are here' });
  const kept = (): Locator => studio.page.getByRole('region', { name: 'Kept' });
  const keptPictures = (): Locator => kept().getByRole('button', { name: /Delete takes it away/ });
  /** What a canvas shows, as bytes. */
  const shown = (of: Locator): Promise<string> =>
    of
      .locator('canvas')
      .first()
      .evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());

  it('lays the pictures out on a map, and begins at one of them', async () => {
    await go('Explore');
    await map().waitFor({ timeout: 60_000 });
    await expect
      .poll(() => here().getByText('A picture, as the model draws it').count(), { timeout: 30_000 })
      .toBe(1);
    await expect
      .poll(() =>
        here()
          .getByRole('button', { name: /Nearest picture/ })
          .count(),
      )
      .toBe(12);
  });

  it('draws what lies between pictures when the map is clicked there, and keeps it', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: 'The whole map' }).click();
    const area = await map().boundingBox();
    if (area === null) throw new Error('There is no map.');
    // A corner is empty: the map is wider than it is high.
    await page.mouse.click(area.x + 90, area.y + 90);
    await expect.poll(() => here().getByText('Spot 1').count()).toBe(1);
    const before = await shown(here());
    await page.mouse.click(area.x + area.width - 120, area.y + area.height / 2);
    await expect.poll(() => here().getByText('Spot 2').count()).toBe(1);
    await expect.poll(() => shown(here())).not.toBe(before);
    await page.keyboard.press('k');
    await expect.poll(() => keptPictures().count()).toBe(1);
  });

  it('goes from picture to picture by arrow keys, and zooms by keys', async () => {
    const { page } = studio;
    await map().focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => here().getByText('A picture, as the model draws it').count()).toBe(1);
    const before = await shown(map());
    for (let i = 0; i < 4; i++) await page.keyboard.press('+');
    await expect.poll(() => shown(map())).not.toBe(before);
  });

  it('turns the strongest directions, and the picture follows', async () => {
    const { page } = studio;
    const first = here().getByRole('slider').first();
    const before = await shown(here());
    await first.fill('2.5');
    await expect.poll(() => shown(here())).not.toBe(before);
    expect(await first.getAttribute('aria-valuetext')).toBe('+2.5 σ');
    await expect.poll(() => here().getByText('On your own way').count()).toBe(1);
    await here().getByRole('button', { name: 'Back to where you came from' }).click();
    await expect.poll(() => shown(here())).toBe(before);
    await expectAccessible(page);
  });

  it('draws samples, which can be dragged aside', async () => {
    const { page } = studio;
    await page.getByText('Samples', { exact: true }).click();
    const samples = page.getByRole('button', { name: /^Sample \d+\.\d+: go there/ });
    await expect.poll(() => samples.count(), { timeout: 30_000 }).toBe(48);
    const before = await shown(samples.nth(3));
    await page.getByRole('button', { name: 'New samples' }).click();
    await expect.poll(() => samples.nth(3).getAttribute('aria-label')).toContain('Sample 2.4');
    await expect.poll(() => shown(samples.nth(3))).not.toBe(before);
    await samples.nth(5).dragTo(kept());
    await expect.poll(() => keptPictures().count()).toBe(2);
    await expectAccessible(page);
  });

  it('shows what the model keeps of a picture', async () => {
    const { page } = studio;
    await page.getByText('Compare', { exact: true }).click();
    const line = page.getByRole('slider', { name: /^Line between/ });
    await line.waitFor({ timeout: 20_000 });
    await line.focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowLeft');
    expect(await line.getAttribute('aria-valuenow')).toBe('40');
    await expectAccessible(page);
  });

  it('learns an attribute from two piles that pictures are dragged onto', async () => {
    const { page } = studio;
    await go('Attributes');
    const tray = page.getByRole('listbox', { name: 'Pictures to sort' }).getByRole('option');
    const pile = (name: string): Locator => page.getByRole('region', { name, exact: true });
    const learn = page.getByRole('button', { name: 'Learn', exact: true });
    await tray.nth(0).dragTo(pile('Has it'));
    await tray.nth(1).dragTo(pile('Has it'));
    await expect.poll(() => pile('Has it').getByRole('listitem').count()).toBe(2);
    expect(await learn.isDisabled()).toBe(true);
    await tray.nth(4).click();
    await tray.nth(7).click({ modifiers: ['Shift'] });
    const chosen = page.locator('[aria-selected=true]');
    await expect.poll(() => chosen.count()).toBe(4);
    await page.keyboard.press('2');
    await expect.poll(() => pile('Has it not').getByRole('listitem').count()).toBe(4);
    await page.keyboard.press('Control+z');
    await expect.poll(() => pile('Has it not').getByRole('listitem').count()).toBe(0);
    await page.keyboard.press('Control+Shift+z');
    await page.getByRole('textbox', { name: 'Name' }).fill('warm');
    await expectAccessible(page);
    await learn.click();
    await expect.poll(() => page.getByRole('heading', { name: 'warm' }).count(), { timeout: 60_000 }).toBe(1);
  });

  it('learns one from a column of the table, and says how well it tells pictures apart', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: 'New attribute' }).click();
    await page.getByText('A column of numbers').click();
    await page.locator('[aria-haspopup=listbox]').filter({ visible: true }).last().click();
    await page.getByRole('option', { name: 'age', exact: true }).click();
    await page.getByRole('button', { name: 'Learn', exact: true }).click();
    await expect.poll(() => page.getByRole('heading', { name: 'age' }).count(), { timeout: 60_000 }).toBe(1);
    expect(await page.getByText(/tells which is which \d+ times in 100/).count()).toBe(1);
  });

  it('turns it up and down on a picture, and takes it to the timeline', async () => {
    const { page } = studio;
    const result = page.getByRole('img', { name: 'The picture at this strength' });
    await result.waitFor({ timeout: 20_000 });
    const bytes = (): Promise<string> =>
      result.evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());
    const before = await bytes();
    await page.getByRole('slider', { name: /Strength/ }).fill('-3');
    await expect.poll(bytes).not.toBe(before);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Use in Morph' }).click();
    const points = page.getByRole('slider', { name: /^Point \d of age/ });
    await expect.poll(() => points.count(), { timeout: 30_000 }).toBe(2);
    await points.nth(1).focus();
    await page.keyboard.press('ArrowUp');
    expect(await points.nth(1).getAttribute('aria-valuenow')).toBe('2.1');
    await page.getByRole('button', { name: 'Add a point at the playhead' }).click();
    await expect.poll(() => points.count()).toBe(3);
    await page.keyboard.press('Delete');
    await expect.poll(() => points.count()).toBe(2);
  });

  it('finds in Morph what was kept, and puts it on the timeline', async () => {
    const { page } = studio;
    await page.getByText('Kept', { exact: true }).click();
    const place = page.getByRole('button', { name: /Add to the timeline/ });
    expect(await place.count()).toBe(2);
    await place.first().click();
    await expect.poll(() => page.getByRole('button', { name: /^Picture 5 of 5/ }).count()).toBe(1);
    expect(studio.troubles).toEqual([]);
  });
});
