import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../../cli/command.ts';
import { expectAccessible } from './accessible.ts';
import { whyNoBrowser } from './chromium.ts';
import { dropFiles } from './drop.ts';
import { openStudio, type OpenStudio } from './studio.ts';

const COUNT = 40;

// One story: each chapter begins where the one before ended.
describe.skipIf(whyNoBrowser() !== null)('a first visit, from dropped pictures to a morph', () => {
  let studio: OpenStudio;
  let folder: string;
  let names: string[];
  const page = (): Page => studio.page;
  const grid = () => page().getByRole('listbox', { name: 'Pictures of the project' });
  const palette = () => page().getByRole('combobox', { name: 'What would you like to do?' });
  const count = () => page().getByRole('toolbar').getByRole('status').innerText();
  const room = (name: string) =>
    page().getByRole('navigation', { name: 'Rooms' }).getByText(name, { exact: true });

  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-faces-'));
    const drawn = start([
      'samples',
      'faces',
      '--out',
      path.join(folder, 'faces'),
      '--count',
      String(COUNT),
      '--size',
      '32',
    ]);
    expect((await drawn.finished).code).toBe(0);
    const all = await fs.readdir(path.join(folder, 'faces'));
    names = all.filter((name) => name.endsWith('.png'));
    studio = await openStudio();
    studio.page.setDefaultTimeout(20_000);
  });
  afterAll(async () => {
    await studio?.close();
    await fs.rm(folder, { recursive: true, force: true });
  });

  it('welcomes, with nothing that axe finds', async () => {
    await page().getByRole('heading', { name: 'Morphloom' }).waitFor();
    await expectAccessible(page());
  });

  it('takes dropped pictures in, and says why it did not take one', async () => {
    const files = await Promise.all(
      names.map(async (name) => ({ name, bytes: await fs.readFile(path.join(folder, 'faces', name)) })),
    );
    await dropFiles(page(), [...files, { name: 'broken.png', bytes: Buffer.from('no picture at all') }]);
    await grid().waitFor({ timeout: 60_000 });
    await expect.poll(count, { timeout: 60_000 }).toBe(`${COUNT} pictures`);
    await page().getByRole('button', { name: '1 set aside' }).click();
    const panel = page().getByRole('complementary', { name: 'Set aside' });
    await expect.poll(() => panel.innerText()).toContain('broken.png');
    await expectAccessible(page());
    await panel.getByRole('button', { name: 'Close' }).click();
  });

  it('shows thumbnails of what was dropped', async () => {
    await expect.poll(() => grid().locator('img').count(), { timeout: 30_000 }).toBeGreaterThan(10);
    const width = await grid()
      .locator('img')
      .first()
      .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);
    expect(width).toBeGreaterThanOrEqual(32);
  });

  it('sets pictures aside and takes them back, by the keyboard alone', async () => {
    await grid().focus();
    await page().keyboard.press('Home');
    await page().keyboard.press('Shift+ArrowRight');
    await page().keyboard.press('Shift+ArrowRight');
    await expect.poll(() => grid().getByRole('option', { selected: true }).count()).toBe(3);
    await page().keyboard.press('Delete');
    await expect.poll(count, { timeout: 30_000 }).toBe(`${COUNT - 3} pictures`);
    await page().keyboard.press('Control+z');
    await expect.poll(count, { timeout: 30_000 }).toBe(`${COUNT} pictures`);
    await page().keyboard.press('Control+Shift+z');
    await expect.poll(count, { timeout: 30_000 }).toBe(`${COUNT - 3} pictures`);
    await page().keyboard.press('Control+z');
    await expect.poll(count, { timeout: 30_000 }).toBe(`${COUNT} pictures`);
  });

  it('labels pictures, finds them by it, and takes that back', async () => {
    await grid().getByRole('option').nth(1).click();
    await grid()
      .getByRole('option')
      .nth(4)
      .click({ modifiers: ['Shift'] });
    await page().getByRole('button', { name: 'Label', exact: true }).click();
    await page().getByRole('menuitem', { name: 'New label' }).click();
    await page().getByRole('textbox', { name: 'Name' }).fill('friends');
    await page().keyboard.press('Enter');
    await page().getByRole('combobox', { name: 'Label All labels' }).click({ timeout: 30_000 });
    await page().getByRole('option', { name: 'friends' }).click();
    await expect.poll(count, { timeout: 30_000 }).toBe(`4 of ${COUNT} pictures`);
    await page().keyboard.press('Escape');
    await page()
      .getByRole('button', { name: /^Undo labelling/ })
      .click();
    await expect
      .poll(
        () =>
          page()
            .getByRole('button', { name: /^Redo labelling/ })
            .isEnabled(),
        { timeout: 30_000 },
      )
      .toBe(true);
  });

  it('crops a picture by the keyboard', async () => {
    // The label that was filtered by is gone with the labels: all are shown again.
    await expect.poll(count, { timeout: 30_000 }).toBe(`${COUNT} pictures`);
    await grid().getByRole('option').nth(2).dblclick({ timeout: 30_000 });
    const frame = page().getByRole('application', { name: 'The part that is kept' });
    await frame.focus({ timeout: 30_000 });
    for (let i = 0; i < 5; i++) await page().keyboard.press('Shift+ArrowLeft');
    await page().keyboard.press('ArrowRight');
    await expectAccessible(page());
    await page().getByRole('button', { name: 'Crop', exact: true }).last().click();
    await expect
      .poll(() => page().getByRole('button', { name: 'Undo cropping a picture' }).isEnabled(), {
        timeout: 30_000,
      })
      .toBe(true);
  });

  it('trains: the numbers move, pictures appear, and it can be paused', async () => {
    await room('Train').click();
    await page().getByText('Other', { exact: true }).click();
    await page().getByRole('combobox', { name: 'Unit minutes' }).click();
    await page().getByRole('option', { name: 'steps' }).click();
    await page().getByRole('textbox', { name: 'Length' }).fill('220');
    await page().keyboard.press('Tab');
    await expectAccessible(page());
    await page().getByRole('button', { name: 'Train', exact: true }).last().click();
    const steps = async () =>
      Number(
        (await page().locator('dl div', { hasText: 'Steps' }).locator('dd').innerText()).replace(/\D/g, ''),
      );
    await expect.poll(steps, { timeout: 90_000 }).toBeGreaterThan(0);
    const before = await steps();
    await expect.poll(steps, { timeout: 60_000 }).toBeGreaterThan(before);
    await page().getByRole('button', { name: 'Pause', exact: true }).click();
    await page().getByText('Paused', { exact: true }).first().waitFor();
    await page().getByRole('img', { name: 'Picture 8: The model' }).waitFor();
    await page()
      .getByRole('img', { name: /directions carry something/ })
      .waitFor();
    await page().getByRole('img', { name: /^Loss/ }).waitFor();
    await expectAccessible(page());
    await page().getByRole('button', { name: 'Go on', exact: true }).click();
  });

  it('opens the morph room with a morph that plays, once the first model is there', async () => {
    const playhead = page().getByRole('slider', { name: 'Playhead' });
    await playhead.waitFor({ timeout: 120_000 });
    const at = await playhead.getAttribute('aria-valuenow');
    await expect.poll(() => playhead.getAttribute('aria-valuenow'), { timeout: 30_000 }).not.toBe(at);
  });

  it('exports the morph, plays it, and hands it over as a file', async () => {
    await page().getByRole('button', { name: 'Export …' }).click();
    await page().getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
    await page().getByRole('dialog').getByRole('progressbar').waitFor();
    await page().keyboard.press('Escape');
    await room('Exports').click();
    const card = page().getByRole('article');
    await card.locator('img').waitFor({ timeout: 120_000 });
    await expectAccessible(page());
    const [download] = await Promise.all([
      page().waitForEvent('download'),
      card.getByRole('button', { name: 'Download' }).click(),
    ]);
    const file = path.join(folder, download.suggestedFilename());
    await download.saveAs(file);
    const { format, pages = 1, width } = await sharp(file).metadata();
    expect([format, width]).toEqual(['gif', 384]);
    expect(pages).toBeGreaterThan(10);
  });

  it('deletes an export, after asking', async () => {
    await page().getByRole('article').getByRole('button', { name: 'Delete' }).click();
    await page().getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page().getByText('Nothing was exported yet').waitFor();
  });

  it('comes back to the same room after a reload', async () => {
    await room('Exports').click();
    await page().reload();
    await page().getByText('Nothing was exported yet').waitFor();
    await expectAccessible(page());
  });

  it('reaches everything by the command palette', async () => {
    await page().keyboard.press('Control+k');
    await palette().fill('theme light');
    await expectAccessible(page());
    await page().keyboard.press('Enter');
    await expect.poll(() => page().locator('html').getAttribute('data-theme')).toBe('light');
    await page().keyboard.press('Control+k');
    await palette().fill('home');
    await page().keyboard.press('Enter');
    await page().getByText('Your projects').waitFor();
    await expectAccessible(page());
  });

  it('had no trouble on the way', () => {
    expect(studio.troubles).toEqual([]);
  });
});
