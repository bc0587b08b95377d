import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { start } from '../../cli/command.ts';
import { expectAccessible } from './accessible.ts';
import { whyNoBrowser } from './chromium.ts';
import { openStudio, type OpenStudio } from './studio.ts';

const PHOTO = path.join(import.meta.dirname, '..', '..', 'fixtures', 'astronaut.jpg');
/** Where the cat's eyes are drawn, in parts of its picture; its head is held askew. */
const EYES = [
  { x: 0.34, y: 0.47 },
  { x: 0.59, y: 0.55 },
] as const;
const WIDTH = 400;
const HEIGHT = 300;

/** A cat as one draws it: no finder of human faces knows it. */
function cat(): string {
  const at = ({ x, y }: { x: number; y: number }): string => `${x * WIDTH} ${y * HEIGHT}`;
  const eye = (place: (typeof EYES)[number]): string =>
    `<g transform="translate(${at(place)})"><ellipse rx="20" ry="13" fill="#e8d44d"/><ellipse rx="4" ry="13"/></g>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">
    <rect width="100%" height="100%" fill="#7f9a8b"/>
    <g transform="rotate(13 186 160)" fill="#3a3f4a">
      <path d="M98 120 90 20l70 46zM274 120l8-100-70 46z"/><ellipse cx="186" cy="160" rx="104" ry="88"/>
    </g>${EYES.map(eye).join('')}</svg>`;
}

const indexSchema = z.object({
  labels: z.string().optional(),
  entries: z.array(z.object({ source: z.string(), crop: z.unknown() })),
});
const eyesSchema = z.object({ eyes: z.array(z.object({ x: z.number(), y: z.number() })) });

// One story: each chapter begins where the one before ended.
describe.skipIf(whyNoBrowser() !== null)('faces lined up by the eyes', () => {
  let studio: OpenStudio;
  let folder: string;
  let project: string;
  const page = (): Page => studio.page;
  const grid = () => page().getByRole('listbox', { name: 'Pictures of the project' });
  const settings = () => page().getByRole('complementary', { name: 'How pictures are read' });
  const aside = () => page().getByRole('complementary', { name: 'Set aside' });
  const editor = () => page().getByRole('dialog');
  const count = () => page().getByRole('toolbar').getByRole('status').innerText();
  const index = async () =>
    indexSchema.parse(JSON.parse(await fs.readFile(path.join(project, 'dataset', 'index.json'), 'utf8')));
  /** The eyes that the cat is aligned by; null where it is not, or not there. */
  const cats = async () => {
    const entry = (await index()).entries.find(({ source }) => source.endsWith('cat.png'));
    const aligned = eyesSchema.safeParse(entry?.crop);
    return aligned.success ? aligned.data.eyes : null;
  };
  async function expectCatsEyes(): Promise<void> {
    await expect.poll(cats, { timeout: 20_000 }).not.toBeNull();
    const eyes = await cats();
    for (const [i, { x, y }] of EYES.entries()) {
      expect(Math.abs((eyes?.[i]?.x ?? 0) - x)).toBeLessThan(0.01);
      expect(Math.abs((eyes?.[i]?.y ?? 0) - y)).toBeLessThan(0.01);
    }
  }
  /** Clicks a place of the picture in the editor, in parts of it. */
  async function click({ x, y }: { x: number; y: number }): Promise<void> {
    const stage = editor().getByRole('application');
    await stage.waitFor();
    const box = await stage.boundingBox();
    if (box === null) throw new Error('The picture is not shown.');
    await page().mouse.click(box.x + x * box.width, box.y + y * box.height);
  }

  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-eyes-'));
    const pictures = path.join(folder, 'pictures');
    project = path.join(folder, 'Eyes.morphloom');
    await fs.mkdir(pictures);
    await fs.copyFile(PHOTO, path.join(pictures, 'astronaut.jpg'));
    await sharp(Buffer.from(cat())).png().toFile(path.join(pictures, 'cat.png'));
    const table = path.join(folder, 'kinds.csv');
    await fs.writeFile(table, 'file,label\nastronaut.jpg,person\ncat.png,animal\n');
    const imported = start(['import', pictures, '--project', project, '--labels', table, '--json']);
    expect((await imported.finished).code).toBe(0);
    await fs.rm(table);
    studio = await openStudio({ project });
    studio.page.setDefaultTimeout(20_000);
  });
  afterAll(async () => {
    await studio?.close();
    await fs.rm(folder, { recursive: true, force: true });
  });

  it('imports without a table of labels that is gone', async () => {
    await grid().waitFor();
    await page().getByRole('button', { name: 'How they are read' }).click();
    await expect.poll(() => settings().innerText()).toContain('kinds.csv');
    await settings().getByRole('button', { name: 'Import without the table' }).click();
    await expect.poll(() => settings().innerText(), { timeout: 20_000 }).not.toContain('kinds.csv');
    expect((await index()).labels).toBeUndefined();
  });

  it('says how long looking takes, and sets the picture without a face aside', async () => {
    await settings().getByRole('switch', { name: 'Line up faces by the eyes' }).check();
    await expect.poll(() => settings().innerText()).toContain('2 pictures takes about 2 s if each shows one');
    await settings().getByRole('button', { name: 'Read them anew' }).click();
    await settings().getByRole('progressbar').waitFor();
    await expect.poll(count, { timeout: 60_000 }).toBe('1 picture');
    const rows = () => settings().locator('dl').innerText();
    await expect.poll(rows).toMatch(/by a face that was found\s+1/);
    expect(await rows()).toMatch(/Set aside without a face\s+1/);
    await expectAccessible(page());
    await settings().getByRole('button', { name: 'Set aside without a face' }).click();
    await expect.poll(() => aside().innerText()).toContain('cat.png');
  });

  it('takes two clicks to bring it back', async () => {
    await aside().getByRole('button', { name: 'Place the eyes …', exact: true }).click();
    await click(EYES[0]);
    await click(EYES[1]);
    await expectAccessible(page());
    await editor().getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(count, { timeout: 20_000 }).toBe('2 pictures');
    await expectCatsEyes();
  });

  it('takes that back, and does it again', async () => {
    await page().getByRole('button', { name: 'Undo placing the eyes of a picture' }).click();
    await expect.poll(count, { timeout: 20_000 }).toBe('1 picture');
    await page().getByRole('button', { name: 'Redo placing the eyes of a picture' }).click();
    await expect.poll(count, { timeout: 20_000 }).toBe('2 pictures');
    await expectCatsEyes();
  });

  it('gives a crop by hand up for eyes, which undoing brings back', async () => {
    const shape = async () => {
      const entry = (await index()).entries.find(({ source }) => source.endsWith('cat.png'));
      return Object.keys(entry?.crop as object).sort();
    };
    await grid().getByRole('option', { name: 'cat.png' }).click();
    await page().keyboard.press('c');
    await page().getByRole('application', { name: 'The part that is kept' }).waitFor();
    await editor().getByRole('button', { name: 'Crop', exact: true }).click();
    await expect.poll(shape, { timeout: 20_000 }).toEqual(['height', 'width', 'x', 'y']);
    await page().getByRole('button', { name: 'Undo cropping a picture' }).click();
    await expect.poll(shape, { timeout: 20_000 }).toEqual(['at', 'eyes']);
    await expectCatsEyes();
  });

  it('places and moves eyes by the keyboard alone', async () => {
    const before = await cats();
    await grid().focus();
    await page().keyboard.press('Home');
    for (let i = 0; i < 2 && !(await chosen('cat.png')); i++) await page().keyboard.press('ArrowRight');
    await page().keyboard.press('e');
    await editor().getByRole('application').waitFor();
    await editor().getByRole('button', { name: 'Start over' }).click();
    await editor().getByRole('application').focus();
    await page().keyboard.press('Enter');
    const left = editor().getByRole('button', { name: /^Eye on the left/ });
    await expect.poll(() => left.evaluate((mark) => mark === mark.ownerDocument.activeElement)).toBe(true);
    for (let i = 0; i < 3; i++) await page().keyboard.press('Shift+ArrowLeft');
    await page().keyboard.press('ArrowUp');
    await page().keyboard.press('Enter');
    await editor().waitFor({ state: 'detached' });
    await expect.poll(cats, { timeout: 20_000 }).not.toEqual(before);
    const [first, second] = (await cats()) ?? [];
    // The right one stays where a portrait's would be; the left one went 30 pixels of the screen farther, and one up.
    expect(second?.x).toBeCloseTo(0.5 + (0.15 * HEIGHT) / WIDTH, 3);
    expect(second?.y).toBeCloseTo(0.42, 3);
    expect(first?.x).toBeLessThan(0.5 - (0.15 * HEIGHT) / WIDTH - 0.02);
    expect(first?.y).toBeLessThan(second?.y ?? 0);
  });
  const chosen = async (name: string): Promise<boolean> =>
    (await grid().getByRole('option', { name }).getAttribute('aria-selected')) === 'true';

  it('had no trouble on the way', () => {
    expect(studio.troubles).toEqual([]);
  });
});
