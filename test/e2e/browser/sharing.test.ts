import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../../cli/command.ts';
import { expectAccessible } from './accessible.ts';
import { whyNoBrowser } from './chromium.ts';
import { openStudio, type OpenStudio } from './studio.ts';
import { trainedProject, type Trained } from './trained.ts';

describe.skipIf(whyNoBrowser() !== null)('attributes that are handed on', () => {
  let trained: Trained;
  let studio: OpenStudio;
  let file: string;
  const page = (): Page => studio.page;
  const list = () => page().getByRole('complementary', { name: 'Attributes of this project' });
  const names = () => list().getByRole('listitem').locator('.name').allInnerTexts();
  const add = (chosen: string) => page().getByLabel('Add from file …').last().setInputFiles(chosen);

  beforeAll(async () => {
    trained = await trainedProject();
    const learned = start(['attribute', 'learn', trained.project, 'glasses', '--column', 'glasses']);
    const { code, stderr } = await learned.finished;
    expect(code, stderr).toBe(0);
    studio = await openStudio({ project: trained.project });
    page().setDefaultTimeout(30_000);
    await page().getByRole('navigation').getByText('Attributes', { exact: true }).click();
    file = path.join(path.dirname(trained.project), 'glasses.safetensors');
  });
  afterAll(async () => {
    await studio?.close();
    await trained?.remove();
  });

  it('are saved to a file, the very one that the command saves', async () => {
    const [download] = await Promise.all([
      page().waitForEvent('download'),
      page().getByRole('button', { name: 'Save to file …' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('glasses.safetensors');
    await download.saveAs(file);
    const other = path.join(path.dirname(file), 'by-command.safetensors');
    const saved = start(['attribute', 'save', trained.project, 'glasses', '--out', other]);
    expect((await saved.finished).code).toBe(0);
    expect((await fs.readFile(file)).equals(await fs.readFile(other))).toBe(true);
  });

  it('are added from it, beside the one of the same name', async () => {
    await add(file);
    await page().getByText('“glasses 2” is an attribute of this project now.').waitFor();
    expect((await names()).sort()).toEqual(['glasses', 'glasses 2']);
    expect(await page().getByRole('heading', { level: 2 }).first().innerText()).toBe('glasses 2');
    await page().getByRole('slider', { name: 'Strength' }).waitFor();
    await expectAccessible(page());
  });

  it('of another model, and other files, are refused with a sentence', async () => {
    const text = await fs.readFile(file, 'latin1');
    const hash = /"hash\\?":\\?"([0-9a-f]+)/.exec(text)?.[1] ?? '';
    expect(hash).not.toBe('');
    const stranger = path.join(path.dirname(file), 'stranger.safetensors');
    await fs.writeFile(stranger, text.replace(hash, hash.replace(/[0-9a-f]/g, 'a')), 'latin1');
    await add(stranger);
    await page()
      .getByText(/"stranger.safetensors" belongs to another model/)
      .waitFor();
    const letter = path.join(path.dirname(file), 'letter.safetensors');
    await fs.writeFile(letter, 'Dear artist');
    await add(letter);
    await page()
      .getByText(/"letter.safetensors"/)
      .waitFor();
    expect((await names()).sort()).toEqual(['glasses', 'glasses 2']);
    expect(studio.troubles).toEqual([]);
  });
});
