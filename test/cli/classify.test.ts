import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './command.ts';
import { json, refused, TIMEOUT } from './outcome.ts';
import { applyEdits, changeEdits, openDataset } from '../../src/engine/dataset/index.ts';
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

  it('tells what pictures without a label are by those with one, in a table', TIMEOUT, async () => {
    const dataset = path.join(project, 'dataset');
    const opened = await openDataset(dataset);
    const { entries } = opened;
    opened.close();
    const labelled = entries.slice(0, 30);
    await changeEdits(dataset, { label: { ids: entries.map(({ id }) => id), label: null } });
    for (const [colour, label] of ['red', 'yellow', 'green', 'blue'].entries()) {
      const ids = labelled.flatMap(({ id, attributes }) => (attributes?.['colour'] === colour ? [id] : []));
      await changeEdits(dataset, { label: { ids, label } });
    }
    await applyEdits(dataset);
    const table = path.join(folder, 'told.csv');
    const said = await json('classify', project, '--tell', table);
    const told = COUNT - labelled.length;
    expect(said).toMatchObject({ kinds: ['blue', 'green', 'red', 'yellow'], labelled: 30, told, table });
    const trust = said['trust'] as Record<string, number>;
    expect(trust['asked']).toBe(30);
    expect(trust['right']).toBeLessThanOrEqual(30);
    const [head, ...rows] = fs.readFileSync(table, 'utf8').trim().split('\n');
    expect(head).toBe('file,told,sureness,label,verdict');
    expect(rows).toHaveLength(told + (said['doubted'] as number));
    expect(rows.filter((row) => row.endsWith(',sure'))).toHaveLength(said['sure'] as number);
    const known = new Set(labelled.map(({ source }) => source));
    for (const row of rows) {
      const [file, kind, sureness, label] = row.split(',');
      expect(known.has(file)).toBe(label !== '');
      expect(['red', 'yellow', 'green', 'blue']).toContain(kind);
      expect(Number(sureness)).toBeGreaterThan(0.25);
    }
    await refused(2, /"smile".*tells 0 kinds/, 'classify', project, '--tell', table, '--column', 'smile');
    await refused(2, /cannot be used with/, 'classify', project, '--tell', table, '--compression');
  });

  it('refuses what are no kinds, and kinds too rare', TIMEOUT, async () => {
    await refused(2, /"smile".*tells 0 kinds/, 'classify', project, '--column', 'smile');
    await refused(2, /The rarest kind has \d+ pictures/, 'classify', project, '--column', 'colour', '--labels', '60'); // prettier-ignore
    await refused(2, /whole numbers from 1 on/, 'classify', project, '--labels', '5,x');
  });
});
