import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './command.ts';
import { json, refused, TIMEOUT } from './outcome.ts';
import { COUNT, trainOnShapes } from './shapes.ts';

const folder = temporaryFolder();
const project = path.join(folder, 'shapes.morphloom');

beforeAll(() => trainOnShapes(folder));

describe('morphloom classify', () => {
  it('tells colours by a few labelled shapes, better than by chance', TIMEOUT, async () => {
    const table = path.join(folder, 'kinds.csv');
    const asked = ['classify', project, '--column', 'colour', '--labels', '8,4', '--trials', '3', '--tests', '40']; // prettier-ignore
    const said = await json(...asked, '--compression', '--table', table);
    expect(said).toMatchObject({ pictures: COUNT, tests: 40, kinds: [0, 1, 2, 3], table });
    const rows = said['rows'] as { labels: number; classifier: string; accuracy: number }[];
    expect(rows.map(({ labels }) => labels)).toEqual([4, 4, 4, 4, 4, 8, 8, 8, 8, 8]);
    for (const { accuracy, labels, classifier } of rows) {
      expect(accuracy).toBeLessThanOrEqual(1);
      if (labels === 8 && classifier.endsWith('regression')) expect(accuracy).toBeGreaterThan(0.35);
    }
    expect(fs.readFileSync(table, 'utf8').split('\n')[0]).toBe('labels,classifier,accuracy,deviation');
    const without = await json(...asked);
    expect(without['rows']).toEqual(rows.filter(({ classifier }) => !classifier.startsWith('compressed')));
  });

  it('refuses what are no kinds, and kinds too rare', TIMEOUT, async () => {
    await refused(2, /"smile".*tells 0 kinds/, 'classify', project, '--column', 'smile');
    await refused(2, /The rarest kind has \d+ pictures/, 'classify', project, '--column', 'colour', '--labels', '60'); // prettier-ignore
    await refused(2, /whole numbers from 1 on/, 'classify', project, '--labels', '5,x');
  });
});
