import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { start } from '../../cli/command.ts';
import { draw, save } from '../../engine/dataset/fixtures.ts';
import { expectAccessible } from './accessible.ts';
import { whyNoBrowser } from './chromium.ts';
import { openStudio, type OpenStudio } from './studio.ts';

const indexSchema = z.object({
  labels: z.string().optional(),
  entries: z.array(z.object({ label: z.string().nullable() })),
});

describe.skipIf(whyNoBrowser() !== null)('a table that lies among the pictures', () => {
  let folder: string;
  let project: string;
  let studio: OpenStudio;
  let told = '';
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-table-'));
    project = path.join(folder, 'Table.morphloom');
    const pictures = path.join(folder, 'pictures');
    for (const seed of [1, 2, 3]) await save(path.join(pictures, `${seed}.png`), draw(seed).png());
    await fs.writeFile(path.join(pictures, 'kinds.csv'), 'file,label\n1.png,odd\n2.png,even\n3.png,odd\n');
    const { code, stderr, stdout } = await start(['import', pictures, '--project', project]).finished;
    expect(code).toBe(0);
    told = stdout + stderr;
    studio = await openStudio({ project });
    studio.page.setDefaultTimeout(30_000);
  });
  afterAll(async () => {
    await studio?.close();
    await fs.rm(folder, { recursive: true, force: true });
  });

  it('is named by the command with its flag, and by the studio with its button', async () => {
    expect(told).toMatch(/kinds\.csv is a table, not a picture/);
    expect(told).toMatch(/given with --labels/);
    const { page } = studio;
    await page.getByRole('button', { name: '1 set aside' }).click();
    const panel = page.getByRole('complementary', { name: 'Set aside' });
    await panel.getByText('kinds.csv').waitFor();
    expect(await panel.innerText()).not.toContain('--labels');
    await expectAccessible(page);
    await panel.getByRole('button', { name: 'Take labels from it: kinds.csv' }).click();
    await panel.getByText('kinds.csv').waitFor({ state: 'detached' });
    const index = indexSchema.parse(
      JSON.parse(await fs.readFile(path.join(project, 'dataset', 'index.json'), 'utf8')),
    );
    expect(index.entries.map(({ label }) => label)).toEqual(['odd', 'even', 'odd']);
    expect(studio.troubles).toEqual([]);
  });
});
