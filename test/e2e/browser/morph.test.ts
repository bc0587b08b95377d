import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Timeline } from '../../../src/contract/timeline.ts';
import { expectAccessible } from './accessible.ts';
import { whyNoBrowser } from './chromium.ts';
import { openStudio, type OpenStudio } from './studio.ts';
import { trainedProject, type Trained } from './trained.ts';

describe.skipIf(whyNoBrowser() !== null)('the room Morph', () => {
  let trained: Trained;
  let studio: OpenStudio;
  beforeAll(async () => {
    trained = await trainedProject();
    studio = await openStudio({ project: trained.project });
    await studio.page.getByRole('navigation').getByText('Morph', { exact: true }).click();
  });
  afterAll(async () => {
    await studio?.close();
    await trained?.remove();
  });

  const pictures = (): Locator => studio.page.getByRole('button', { name: /^Picture \d+ of \d+/ });
  const ways = (): Locator => studio.page.getByRole('button', { name: /^Way from picture/ });
  const playhead = (): Locator => studio.page.getByRole('slider', { name: 'Playhead' });
  const frame = async (): Promise<number> => Number(await playhead().getAttribute('aria-valuenow'));
  const lastFrame = async (): Promise<number> => Number(await playhead().getAttribute('aria-valuemax'));
  const keys = (): Promise<(string | null)[]> =>
    pictures().evaluateAll((all) => all.map((one) => one.getAttribute('data-item')));
  const box = async (of: Locator): Promise<{ x: number; y: number; width: number; height: number }> => {
    const found = await of.boundingBox();
    if (found === null) throw new Error('It is not on screen.');
    return found;
  };
  /** Waits until what was changed last is on screen in its final form. */
  const finished = async (): Promise<void> => {
    await studio.page.waitForTimeout(600);
    await expect
      .poll(() => studio.page.getByRole('progressbar', { name: /Refining/ }).getAttribute('aria-valuenow'), {
        timeout: 60_000,
      })
      .toBe('100');
  };
  const saved = async (): Promise<Timeline[]> => {
    const folder = path.join(trained.project, 'morphs');
    const names = await fs.readdir(folder).catch(() => []);
    return Promise.all(
      names
        .filter((name) => name.endsWith('.json'))
        .map(async (name) => JSON.parse(await fs.readFile(path.join(folder, name), 'utf8')) as Timeline),
    );
  };

  it('opens with a morph of four pictures that plays already, and writes nothing yet', async () => {
    await expect.poll(() => pictures().count(), { timeout: 30_000 }).toBe(4);
    await expect.poll(() => playhead().count(), { timeout: 30_000 }).toBe(1);
    const before = await frame();
    await expect.poll(frame).not.toBe(before);
    expect(await saved()).toEqual([]);
  });

  it('draws a frame of the 30 a second whenever the browser paints', async () => {
    const { page } = studio;
    await finished();
    // When the browser painted, and when we drew.
    const { painted, drawn } = await page.evaluate<{
      painted: number[];
      drawn: number[];
    }>(`new Promise((resolve) => {
      const draw = CanvasRenderingContext2D.prototype.drawImage;
      const [drawn, painted] = [[], []];
      CanvasRenderingContext2D.prototype.drawImage = function (...args) {
        if (this.canvas.closest('.stage')) drawn.push(performance.now());
        return draw.apply(this, args);
      };
      const paint = () => {
        painted.push(performance.now());
        if (painted[painted.length - 1] - painted[0] < 5000) return requestAnimationFrame(paint);
        CanvasRenderingContext2D.prototype.drawImage = draw;
        resolve({ painted, drawn });
      };
      requestAnimationFrame(paint);
    })`);
    const FRAME = 1000 / 30;
    const due = (painted[painted.length - 1] - painted[0]) / FRAME;
    // What a busy machine gave the browser no time for is not the player's fault.
    const lost = painted.slice(1).reduce((sum, at, i) => sum + Math.max(0, (at - painted[i]) / FRAME - 1), 0);
    expect(due - lost).toBeGreaterThan(30);
    expect(drawn.length / (due - lost)).toBeGreaterThan(0.98);
  });

  it('takes in a picture that is dragged onto the timeline, where it is dropped', async () => {
    const { page } = studio;
    const [first] = await keys();
    const target = await box(pictures().nth(1));
    await page
      .getByRole('listbox', { name: 'Pictures' })
      .getByRole('option')
      .nth(5)
      .dragTo(page.getByRole('toolbar', { name: 'Timeline' }), {
        targetPosition: {
          x: target.x - (await box(page.getByRole('toolbar', { name: 'Timeline' }))).x - 20,
          y: 30,
        },
      });
    await expect.poll(() => pictures().count()).toBe(5);
    const now = await keys();
    expect([now[0], now[1]]).toEqual([first, 'keyframe-k5']);
  });

  it('saves by itself within two seconds', async () => {
    await expect
      .poll(async () => (await saved()).map(({ keyframes }) => keyframes.length), { timeout: 2500 })
      .toEqual([5]);
  });

  it('reorders by dragging, and by keys', async () => {
    const { page } = studio;
    // The timeline is laid out anew once it is known how far the new picture is from the others.
    await finished();
    const before = await keys();
    const [from, to] = [await box(pictures().nth(0)), await box(pictures().nth(2))];
    await page.mouse.move(from.x + 30, from.y + 30);
    await page.mouse.down();
    await page.mouse.move(to.x + 60, to.y + 30, { steps: 8 });
    await page.mouse.up();
    await expect.poll(keys).toEqual([before[1], before[2], before[0], before[3], before[4]]);
    await pictures().nth(2).focus();
    await page.keyboard.press('Alt+ArrowLeft');
    await page.keyboard.press('Alt+ArrowLeft');
    await expect.poll(keys).toEqual(before);
  });

  it('gives a way another movement and a time of its own, and takes both back', async () => {
    const { page } = studio;
    const way = ways().nth(1);
    // Without the time, which is measured anew with every change.
    const label = async (): Promise<string> =>
      (await way.getAttribute('aria-label'))?.replace(/: [\d.]+ s/, '') ?? '';
    const before = await label();
    await way.click();
    await page.getByRole('radio', { name: 'Stops early' }).check();
    await expect.poll(label).toContain('Stops early');
    const grip = page.getByRole('slider', { name: 'End of the way after picture 2' });
    const seconds = async (): Promise<number> => Number(await grip.getAttribute('aria-valuenow'));
    // The ways are measured anew with the new movement, and the grips move with them: once they rest.
    let short = -1;
    const rests = async (): Promise<boolean> => {
      const before = short;
      short = await seconds();
      return short === before;
    };
    await expect.poll(rests, { interval: 1000, timeout: 15_000 }).toBe(true);
    const at = await box(grip);
    await page.mouse.move(at.x + 5, at.y + 30);
    await page.mouse.down();
    await page.mouse.move(at.x + 85, at.y + 30, { steps: 6 });
    await page.mouse.up();
    await expect.poll(seconds).toBeGreaterThan(short * 1.2);
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await expect.poll(label).toBe(before);
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(label).toContain('Stops early');
  });

  it('scrubs, and goes frame by frame', async () => {
    const { page } = studio;
    const stage = page.getByRole('img', { name: 'The morph as it plays' });
    await stage.click();
    await expect.poll(() => page.getByRole('button', { name: 'Play', exact: true }).count()).toBe(1);
    const [from, to] = [await box(pictures().nth(1)), await box(pictures().nth(3))];
    await page.mouse.move(from.x + 32, from.y - 20);
    await page.mouse.down();
    const begun = await frame();
    await page.mouse.move(to.x + 32, from.y - 20, { steps: 5 });
    await page.mouse.up();
    const end = await frame();
    expect(end).toBeGreaterThan(begun + 10);
    await page.keyboard.press('.');
    expect(await frame()).toBe(end + 1);
    await page.keyboard.press('Home');
    expect(await frame()).toBe(0);
    await page.keyboard.press(' ');
    await expect.poll(frame).toBeGreaterThan(0);
  });

  it('shows a change within a moment of a drag', async () => {
    const { page } = studio;
    const detail = page.getByRole('slider', { name: /Your own detail/ });
    await detail.focus();
    await page.keyboard.press('Home');
    await expect.poll(async () => (await saved())[0].detail, { timeout: 4000 }).toBe(0);
    await page.keyboard.press('Control+z');
    await expect.poll(async () => (await saved())[0].detail, { timeout: 4000 }).toBe(1);
  });

  it('exports what it shows, and offers it at once', async () => {
    const { page } = studio;
    await page
      .getByRole('button', { name: 'There and back' })
      .or(page.getByText('There and back'))
      .first()
      .click();
    await finished();
    const frames = (await lastFrame()) + 1;
    await page.getByRole('button', { name: 'Export …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('My loop');
    await dialog.getByRole('slider', { name: /Size/ }).fill('2');
    await expectAccessible(page);
    await dialog.getByText(/^About .* to /).waitFor();
    await dialog.getByRole('textbox', { name: 'Name' }).press('Enter');
    const link = dialog.getByRole('link', { name: 'Download' });
    await link.waitFor({ timeout: 120_000 });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toBe('My loop.gif');
    const { format, pages, delay, width } = await sharp(await download.path(), { animated: true }).metadata();
    expect({ format, pages, width }).toEqual({ format: 'gif', pages: frames, width: 64 });
    expect(new Set(delay)).toEqual(new Set([30, 40]));
    await dialog.getByRole('button', { name: 'Done' }).click();
  });

  it('keeps several morphs, and brings a deleted one back', async () => {
    const { page } = studio;
    const menu = page.getByRole('button', { name: 'First loop', exact: true });
    await menu.click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    await expect.poll(async () => (await saved()).length).toBe(2);
    await page.getByRole('button', { name: 'First loop copy' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await expect.poll(async () => (await saved()).length).toBe(1);
    await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Undo' }).click();
    await expect
      .poll(async () => (await saved()).map(({ name }) => name).sort())
      .toEqual(['First loop', 'First loop copy']);
  });

  it('can be used by everyone', async () => {
    await pictures().first().click();
    await expectAccessible(studio.page);
    expect(studio.troubles).toEqual([]);
  });
});
