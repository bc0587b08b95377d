import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoBrowser } from './chromium.ts';
import { openStudio, type OpenStudio } from './studio.ts';

const why = whyNoBrowser();
if (why !== null) process.stderr.write(`Tests in a browser are skipped: ${why}.\n`);

describe.skipIf(why !== null)('the studio in a browser', () => {
  let studio: OpenStudio;
  beforeAll(async () => {
    studio = await openStudio();
  });
  afterAll(() => studio.close());

  it('opens by its link, and shows itself', async () => {
    const { page } = studio;
    await expect.poll(() => page.locator('#app').innerText()).not.toBe('');
    expect(await page.title()).toContain('Morphloom');
    expect(studio.troubles).toEqual([]);
  });
});
