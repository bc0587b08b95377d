import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetEntry } from '../../../src/contract/dataset.ts';
import { applyEdits, changeEdits, openDataset } from '../../../src/engine/dataset/index.ts';
import { start } from '../../cli/command.ts';
import { expectAccessible } from './accessible.ts';
import { whyNoBrowser } from './chromium.ts';
import { openStudio, type OpenStudio } from './studio.ts';

/** Where to leave pictures of what is seen, for whoever wants to look. */
const LOOKS = process.env['MORPHLOOM_LOOKS'];
const EACH = 40;
const LABELLED = 14;
const OTHERS = 2 * (EACH - LABELLED);

async function succeed(...args: string[]): Promise<void> {
  const { code, stderr } = await start(args).finished;
  expect(code, `morphloom ${args.join(' ')}\n${stderr}`).toBe(0);
}

describe.skipIf(whyNoBrowser() !== null)('kinds that a few labels tell', () => {
  let root: string;
  let dataset: string;
  let studio: OpenStudio;
  const entriesNow = async (): Promise<readonly DatasetEntry[]> => {
    const opened = await openDataset(dataset);
    opened.close();
    return opened.entries;
  };
  const labels = async (): Promise<Map<string, string | null>> => {
    return new Map((await entriesNow()).map(({ source, label }) => [path.relative(root, source), label]));
  };
  beforeAll(async () => {
    root = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-kinds-'));
    const [pictures, project] = [path.join(root, 'pictures'), path.join(root, 'kinds.morphloom')];
    for (const kind of ['faces', 'shapes']) {
      const into = path.join(pictures, kind);
      await succeed('samples', kind, '--out', into, '--count', String(EACH), '--size', '32', '--seed', '3');
      // Labels come from the folders.
      await fs.rm(path.join(into, 'attributes.csv'));
    }
    const training = ['--recipe', 'sketch', '--size', '32', '--steps', '80', '--set', 'latent.size=8'];
    await succeed('train', pictures, '--out', project, '--keep-duplicates', ...training);
    dataset = path.join(project, 'dataset');
    const entries = await entriesNow();
    const of = (kind: string): string[] => entries.flatMap(({ id, label }) => (label === kind ? [id] : []));
    const [faces, shapes] = [of('faces'), of('shapes')];
    await changeEdits(dataset, { label: { ids: [...faces.slice(LABELLED), ...shapes.slice(LABELLED)], label: null } }); // prettier-ignore
    await changeEdits(dataset, { label: { ids: faces.slice(0, 1), label: 'shapes' } });
    await applyEdits(dataset);
    studio = await openStudio({ project });
    await studio.page.getByRole('navigation').getByText('Explore', { exact: true }).click();
  });
  afterAll(async () => {
    await studio?.close();
    await fs.rm(root, { recursive: true, force: true });
  });

  const row = (name: string): Locator => studio.page.getByRole('region', { name, exact: true });
  const picturesOf = (name: string): Locator =>
    row(name).getByRole('button', { name: new RegExp(`^\\w+ \\d+, [\\d.]+ % sure: go there`) });
  const accept = (name: string): Locator => row(name).getByRole('button', { name: /^Label \d+ as “/ });
  const counted = async (name: string): Promise<number> =>
    Number(/(\d+) pictures?/.exec((await row(name).locator('.head').textContent()) ?? '')?.[1] ?? 0);
  const unlabelled = async (): Promise<number> =>
    [...(await labels()).values()].filter((label) => label === null).length;
  const look = async (name: string): Promise<void> => {
    if (LOOKS !== undefined) await studio.page.screenshot({ path: path.join(LOOKS, `${name}.png`) });
  };

  it('shows what the others are told to be, how far to trust it, and a label that is wrong', async () => {
    const { page } = studio;
    await page
      .getByRole('radiogroup', { name: 'What to look at' })
      .getByText('Kinds', { exact: true })
      .click();
    await accept('faces').waitFor({ timeout: 60_000 });
    expect(await page.getByText(/^Of 28 labelled pictures that were kept aside, \d+ were told right \(by bare pixels \d+\)\.$/).count()).toBe(1); // prettier-ignore
    const told = (await counted('faces')) + (await counted('shapes')) + (await row('Not sure').count() ? await counted('Not sure') : 0); // prettier-ignore
    expect(told).toBe(OTHERS);
    const doubted = row('Perhaps mislabelled').getByRole('listitem');
    expect(await doubted.allTextContents()).toContainEqual(expect.stringMatching(/Labelled “shapes”, told “faces”/)); // prettier-ignore
    await look('kinds');
    await expectAccessible(page);
  });

  it('goes to a picture, and leaves pictures out by a click and by a key', async () => {
    const { page } = studio;
    const here = page.getByRole('complementary', { name: 'You are here' });
    const seen = (): Promise<string> => here.locator('canvas').first().evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL()); // prettier-ignore
    const count = await counted('faces');
    const before = await seen();
    await picturesOf('faces').nth(2).click();
    await expect.poll(seen).not.toBe(before);
    expect(await accept('faces').textContent()).toContain(`Label ${count} as “faces”`);
    const tick = row('faces').getByRole('button', { name: /Label it too$/ });
    await tick.first().click();
    expect(await tick.first().getAttribute('aria-pressed')).toBe('false');
    await picturesOf('faces').nth(1).focus();
    await page.keyboard.press('Delete');
    expect(await tick.nth(1).getAttribute('aria-pressed')).toBe('false');
    expect(await accept('faces').textContent()).toContain(`Label ${count - 2} as “faces”`);
    await look('kinds-left-out');
    await expectAccessible(page);
    await picturesOf('faces').nth(1).focus();
    await page.keyboard.press('Delete');
    expect(await tick.nth(1).getAttribute('aria-pressed')).toBe('true');
  });

  it('labels the others of a row, asks anew, and takes it back', async () => {
    const { page } = studio;
    const count = await counted('faces');
    await accept('faces').click();
    await expect.poll(unlabelled, { timeout: 30_000 }).toBe(OTHERS - (count - 1));
    for (const [file, label] of await labels()) {
      if (label !== null) expect(['faces', 'shapes'], file).toContain(label);
    }
    // Told anew, by more labels.
    await expect.poll(() => page.getByText(new RegExp(`^Of ${28 + count - 1} labelled`)).count(), { timeout: 30_000 }).toBe(1); // prettier-ignore
    await page.getByRole('button', { name: 'Undo', exact: true }).first().click();
    await expect.poll(unlabelled, { timeout: 30_000 }).toBe(OTHERS);
    await expect.poll(() => page.getByText(/^Of 28 labelled/).count(), { timeout: 30_000 }).toBe(1);
    // And forth again, by the bar.
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(unlabelled, { timeout: 30_000 }).toBe(OTHERS - (count - 1));
  });

  it('takes what is chosen of the unsure for what it is said to be', async () => {
    const { page } = studio;
    const unsure = row('Not sure');
    const before = await unlabelled();
    await unsure
      .getByRole('button', { name: /Label it too$/ })
      .first()
      .click();
    await unsure.getByRole('button', { name: 'Label 1 as …' }).click();
    await page.getByRole('menuitem', { name: 'shapes', exact: true }).click();
    await expect.poll(unlabelled, { timeout: 30_000 }).toBe(before - 1);
    await page.keyboard.press('Control+z');
    await expect.poll(unlabelled, { timeout: 30_000 }).toBe(before);
  });

  it('mends a label that is wrong', async () => {
    const { page } = studio;
    const wrong = async (): Promise<number> =>
      [...(await labels())].filter(([file, label]) => file.includes('faces') && label === 'shapes').length;
    const before = await wrong();
    const mend = row('Perhaps mislabelled').getByRole('listitem').filter({ hasText: /Labelled “shapes”, told “faces”/ }); // prettier-ignore
    await mend.first().getByRole('button', { name: 'Make it “faces”' }).click();
    await expect.poll(wrong, { timeout: 30_000 }).toBe(before - 1);
    await expect.poll(() => page.getByRole('progressbar', { name: /Telling kinds/ }).count()).toBe(0);
    expect(studio.troubles).toEqual([]);
  });

  it('says what to do where only one kind is known', async () => {
    const { page } = studio;
    const shapes = [...(await labels())].filter(([, label]) => label === 'shapes').length;
    expect(shapes).toBeGreaterThan(0);
    const entries = await entriesNow();
    const ids = entries.flatMap(({ id, label }) => (label === 'shapes' ? [id] : []));
    await changeEdits(dataset, { label: { ids, label: null } });
    await applyEdits(dataset);
    await page.reload();
    await page.getByRole('navigation').getByText('Explore', { exact: true }).click();
    await page
      .getByRole('radiogroup', { name: 'What to look at' })
      .getByText('Kinds', { exact: true })
      .click();
    await page.getByText('Label a few pictures first').waitFor();
    await page.getByText(/“faces” is the only label so far/).waitFor();
    await look('kinds-none');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Go to Pictures' }).click();
    await page.getByRole('listbox', { name: 'Pictures of the project' }).waitFor();
  });
});
