import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { done, json, refused } from './outcome.ts';

const TIMEOUT = 60_000;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'morphloom-tags-'));
const at = (name: string): string => path.join(folder, name);
const project = at('p.morphloom');

beforeAll(async () => {
  await done('samples', 'shapes', '--out', at('shapes'), '--count', '40', '--size', '32', '--seed', '3');
  await done(
    ...['train', at('shapes'), '--out', project, '--recipe', 'multimodal', '--steps', '10', '--size', '16'],
    ...['--labels', at('shapes/attributes.csv'), '--keep-duplicates', '--set', 'latent.size=4'],
  );
}, 120_000);
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('morphloom tags', () => {
  it(
    'tells label and attributes of a picture, within what the model knows',
    { timeout: TIMEOUT },
    async () => {
      const told = await json('tags', project, at('shapes/shape-00001.png'));
      const { label, attributes } = told as { label: string; attributes: Record<string, number> };
      expect(label).toMatch(/^\w+-\w+$/);
      expect([0, 1, 2, 3]).toContain(attributes['colour']);
      expect(attributes['size']).toBeGreaterThan(0);
    },
  );

  it(
    'sample --tags draws others for other tags, and refuses what it does not know',
    { timeout: TIMEOUT },
    async () => {
      const draw = async (name: string, tags: string): Promise<Buffer> => {
        await done('sample', project, '--out', at(name), '--grid', '2x1', '--tags', tags);
        return fs.readFileSync(at(name));
      };
      expect((await draw('a.png', 'colour=1, class=2')).equals(await draw('b.png', 'colour=2'))).toBe(false);
      await refused(
        2,
        /colour=9.*colour \(0, 1, 2, 3\)/,
        'sample',
        project,
        '--out',
        at('c.png'),
        '--tags',
        'colour=9',
      );
    },
  );
});

describe('morphloom sample --label', () => {
  const told = at('told.morphloom');
  beforeAll(async () => {
    await done(
      ...['train', at('shapes'), '--out', told, '--recipe', 'cvae', '--steps', '10', '--size', '16'],
      ...['--labels', at('shapes/attributes.csv'), '--keep-duplicates', '--set', 'latent.size=4'],
    );
  }, TIMEOUT);
  const draw = async (name: string, ...more: string[]): Promise<Buffer> => {
    await done('sample', told, '--out', at(name), '--grid', '2x1', ...more);
    return fs.readFileSync(at(name));
  };

  it(
    'draws others for another label, from the pictures and from the prior',
    { timeout: TIMEOUT },
    async () => {
      for (const from of ['pictures', 'prior']) {
        const red = await draw('red.png', '--label', 'square-red', '--from', from);
        expect(red.equals(await draw('blue.png', '--label', 'circle-blue', '--from', from))).toBe(false);
        expect(red.equals(await draw('red.png', '--label', 'square-red', '--from', from))).toBe(true);
      }
    },
  );

  it('refuses what the model does not know', { timeout: TIMEOUT }, async () => {
    const sample = (of: string, ...more: string[]): string[] => ['sample', of, '--out', at('c.png'), ...more];
    await refused(2, /label "cat"; it knows .*square-red/, ...sample(told, '--label', 'cat'));
    await refused(2, /"multimodal" is not told the label.*--recipe cvae/, ...sample(project, '--label', 'square-red')); // prettier-ignore
    await refused(2, /cannot be used with/, ...sample(told, '--label', 'square-red', '--tags', 'colour=1'));
    expect(fs.existsSync(at('c.png'))).toBe(false);
  });
});
