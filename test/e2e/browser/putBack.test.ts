import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../../cli/command.ts';
import { expectAccessible } from './accessible.ts';
import { whyNoBrowser } from './chromium.ts';
import { openStudio, type OpenStudio } from './studio.ts';

const PHOTO = path.join(import.meta.dirname, '..', '..', 'fixtures', 'astronaut.jpg');
const SIDE = 256;
/** Where her face is, from ear to ear and from the hair to the chin, in pixels. */
const FACE = { left: 80, right: 185, top: 45, bottom: 165 } as const;

describe.skipIf(whyNoBrowser() !== null)('a face that is put back onto its photo', () => {
  let folder: string;
  let project: string;
  let studio: OpenStudio;
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-put-back-'));
    project = path.join(folder, 'faces.morphloom');
    const pictures = path.join(folder, 'pictures');
    await fs.mkdir(pictures);
    await fs.copyFile(PHOTO, path.join(pictures, 'astronaut.jpg'));
    const others = [
      sharp(PHOTO).flop(),
      sharp(PHOTO).tint('#6a8cff'),
      sharp(PHOTO).modulate({ brightness: 0.7 }),
    ];
    for (const [i, other] of others.entries()) await other.toFile(path.join(pictures, `other-${i}.png`));
    const small = ['--recipe', 'sketch', '--size', '32', '--steps', '40', '--keep-duplicates'];
    const { code, stderr } = await start(['train', pictures, '--out', project, '--faces', 'align', ...small])
      .finished;
    expect(code, stderr).toBe(0);
    studio = await openStudio({ project });
    studio.page.setDefaultTimeout(60_000);
    await studio.page.getByRole('navigation').getByText('Morph', { exact: true }).click();
  });
  afterAll(async () => {
    await studio?.close();
    await fs.rm(folder, { recursive: true, force: true });
  });

  it('moves, and every pixel around it stays that of the photo', async () => {
    const { page } = studio;
    // The first loop comes by itself, as long as nothing was changed.
    await page
      .getByRole('button', { name: /^Picture \d+ of/ })
      .first()
      .waitFor();
    const rate = page.getByLabel('Frames per second');
    await rate.fill('5');
    await rate.press('Enter');
    await page.getByRole('button', { name: 'Export …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'PNG frames', exact: true }).check();
    await dialog.getByRole('switch', { name: 'Put the face back on the photo' }).check();
    await dialog.getByRole('radio', { name: 'astronaut.jpg' }).check({ force: true });
    await dialog.getByRole('slider', { name: 'Size of the face' }).fill('16');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('back');
    await dialog.getByText(`The photo is ${SIDE} × ${SIDE}.`).waitFor();
    await expectAccessible(page);
    await dialog.getByRole('textbox', { name: 'Name' }).press('Enter');
    await dialog.getByText('back is ready.').waitFor({ timeout: 120_000 });

    const photo = await sharp(PHOTO).raw().toBuffer();
    const exported = path.join(project, 'exports', 'back');
    const names = (await fs.readdir(exported)).filter((name) => name.endsWith('.png')).sort();
    const frames = await Promise.all(
      names.map((name) => sharp(path.join(exported, name)).removeAlpha().raw().toBuffer()),
    );
    expect(frames.length).toBeGreaterThan(5);
    let [left, top, right, bottom] = [SIDE, SIDE, -1, -1];
    for (const frame of frames) {
      expect(frame.length).toBe(photo.length);
      for (let at = 0; at < photo.length; at++) {
        if (frame[at] === photo[at]) continue;
        const [x, y] = [Math.floor(at / 3) % SIDE, Math.floor(at / (3 * SIDE))];
        [left, right] = [Math.min(left, x), Math.max(right, x)];
        [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      }
    }
    // What differs from the photo is her face, and nothing else.
    expect(left).toBeGreaterThan(FACE.left);
    expect(right).toBeLessThan(FACE.right);
    expect(top).toBeGreaterThan(FACE.top);
    expect(bottom).toBeLessThan(FACE.bottom);
    // It does move.
    expect(right - left).toBeGreaterThan(40);
    expect(studio.troubles).toEqual([]);
  });
});
