import * as fs from 'node:fs';
import * as path from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { readProvenance } from '../../src/engine/node/encoders/recipe.ts';
import { temporaryFolder } from './command.ts';
import { json, refused, TIMEOUT } from './outcome.ts';
import { COUNT, SIDE, trainOnShapes } from './shapes.ts';

const folder = temporaryFolder();
const at = (...names: string[]): string => path.join(folder, ...names);
const pictures = at('pictures');
const project = at('shapes.morphloom');

beforeAll(() => trainOnShapes(folder));

const shape = (n: number): string => path.join(pictures, `shape-${String(n).padStart(5, '0')}.png`);

describe('morphloom outliers', () => {
  it('writes a sheet of the oddest and a table of all', TIMEOUT, async () => {
    const [out, table] = [at('odd.png'), at('odd.csv')];
    const said = await json('outliers', project, '--out', out, '--table', table, '--count', '3', '--planted', 'circle-red'); // prettier-ignore
    expect(said).toMatchObject({ out, table, pictures: COUNT });
    expect(said['oddest']).toHaveLength(3);
    for (const figure of Object.values(said['auroc'] as object)) {
      expect(figure).toBeGreaterThanOrEqual(0);
      expect(figure).toBeLessThanOrEqual(1);
    }
    const [head, ...rows] = fs.readFileSync(table, 'utf8').trim().split('\n');
    expect(head).toBe('rank,score,oddity,reconstruction,distance,label,source');
    expect(rows).toHaveLength(COUNT);
    const scores = rows.map((row) => Number(row.split(',')[1]));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(await readProvenance(out)).toMatchObject({ kind: 'outliers' });
  });

  it('scores pictures that are not of the project, and refuses what it cannot do', TIMEOUT, async () => {
    const said = await json(
      'outliers',
      project,
      '--out',
      at('o.png'),
      '--data',
      shape(1),
      '--data',
      shape(2),
    );
    expect(said).toMatchObject({ pictures: 2 });
    await refused(2, /can be no table/, 'outliers', project, '--out', at('o.png'), '--table', at('o.txt'));
    await refused(2, /pictures of "cat".*there are 0/, 'outliers', project, '--out', at('o.png'), '--planted', 'cat'); // prettier-ignore
  });
});

describe('morphloom complete', () => {
  it('fills in a rectangle, and says how well', TIMEOUT, async () => {
    const out = at('completed.png');
    const said = await json('complete', project, shape(1), shape(2), '--hole', '25,25,50,50', '--out', out);
    expect(said).toMatchObject({ out, pictures: 2 });
    for (const figure of Object.values(said['inside'] as object)) expect(figure).toBeGreaterThan(0);
    expect(await readProvenance(out)).toMatchObject({ kind: 'complete', holes: { kind: 'rectangle' } });
    // Two across; with the hole, completed, as it was.
    const { width, height } = await sharp(out).metadata();
    expect([Math.floor(width / (2 * SIDE)), Math.floor(height / (2 * SIDE))]).toEqual([2, 3]);
  });

  it('fills in what is transparent, or light in a mask; what can be seen stays', TIMEOUT, async () => {
    const side = 32;
    const half = Buffer.alloc(side * side, 255).fill(0, 0, (side * side) / 2);
    const grey = { raw: { width: side, height: side, channels: 1 as const } };
    const holed = at('holed.png');
    await sharp(await sharp(shape(3)).removeAlpha().raw().toBuffer(), { raw: { width: side, height: side, channels: 3 } }).joinChannel(half, grey).png().toFile(holed); // prettier-ignore
    const mask = at('mask.png');
    await sharp(half.map((value) => 255 - value), grey).png().toFile(mask); // prettier-ignore
    expect(await json('complete', project, holed, '--out', at('whole.png'))).toMatchObject({ pictures: 1, inside: null }); // prettier-ignore
    await json('complete', project, shape(3), '--mask', mask, '--out', at('masked.png'));
    const below = async (file: string): Promise<Buffer> =>
      sharp(file).resize(SIDE, SIDE).removeAlpha().extract({ left: 0, top: SIDE / 2 + 2, width: SIDE, height: SIDE / 2 - 2 }).raw().toBuffer(); // prettier-ignore
    // The same resizing twice; the command's own crops and resizes in one go.
    const truth = await below(shape(3));
    for (const made of ['whole.png', 'masked.png']) {
      expect(await sharp(at(made)).metadata()).toMatchObject({ width: SIDE, height: SIDE });
      (await below(at(made))).forEach((value, i) => expect(Math.abs(value - truth[i])).toBeLessThan(8));
    }
  });

  it('refuses where nothing is missing, or all, or a hole is none', TIMEOUT, async () => {
    await refused(2, /nothing of it is missing/, 'complete', project, shape(1), '--out', at('x.png'));
    await refused(2, /all of it is missing/, 'complete', project, shape(1), '--hole', '0,0,100,100', '--out', at('x.png')); // prettier-ignore
    await refused(
      2,
      /in percent/,
      'complete',
      project,
      shape(1),
      '--hole',
      '0,0,120,10',
      '--out',
      at('x.png'),
    );
  });
});

describe('morphloom cluster', () => {
  it('writes a table and a sheet for each group', TIMEOUT, async () => {
    const out = at('groups');
    const said = await json('cluster', project, '--out', out, '--groups', '3', '--restarts', '2');
    expect(said).toMatchObject({ out, pictures: COUNT, groups: 3 });
    expect((said['sizes'] as number[]).reduce((a, b) => a + b, 0)).toBe(COUNT);
    expect(Object.keys(said['agreement'] as object)).toEqual(
      expect.arrayContaining(['label', 'class', 'colour']),
    );
    expect(fs.readdirSync(out).sort()).toEqual([
      'group-01.png',
      'group-02.png',
      'group-03.png',
      'groups.csv',
    ]);
    const [head, ...rows] = fs.readFileSync(path.join(out, 'groups.csv'), 'utf8').trim().split('\n');
    expect(head).toBe('group,label,source');
    expect(rows).toHaveLength(COUNT);
    const again = await json('cluster', project, '--out', out, '--groups', '3', '--restarts', '2');
    expect(again).toEqual(said);
    await json('cluster', project, '--out', out, '--groups', '2', '--restarts', '1');
    expect(fs.readdirSync(out).sort()).toEqual(['group-01.png', 'group-02.png', 'groups.csv']);
  });

  it('chooses how many, and refuses more groups than pictures', TIMEOUT, async () => {
    const said = await json(
      'cluster',
      project,
      '--out',
      at('auto'),
      '--restarts',
      '1',
      '--covariance',
      'diagonal',
    );
    expect(said['groups']).toBeGreaterThanOrEqual(1);
    const shown = await json('cluster', project, '--out', at('shown'), '--by', 'content', '--groups', '4', '--restarts', '1'); // prettier-ignore
    expect(shown).toMatchObject({ pictures: COUNT });
    await refused(2, /cannot be told into 500/, 'cluster', project, '--out', at('auto'), '--groups', '500');
  });
});

describe('morphloom disentanglement', () => {
  it('measures every column of the table, or those that are named', TIMEOUT, async () => {
    const said = await json('disentanglement', project);
    expect(said).toMatchObject({ pictures: COUNT });
    const kinds = (said['factors'] as { name: string; kind: string }[]).map(({ name, kind }) => [name, kind]);
    expect(Object.fromEntries(kinds)).toEqual({ class: 'category', colour: 'category', x: 'number', y: 'number', size: 'number' }); // prettier-ignore
    for (const figure of [
      said['mig'],
      said['sap'],
      ...Object.values(said['dci'] as Record<string, number>),
    ]) {
      expect(figure).toBeGreaterThanOrEqual(0);
      expect(figure).toBeLessThanOrEqual(1);
    }
    const one = await json('disentanglement', project, '--column', 'x');
    expect(one['factors']).toHaveLength(1);
    await refused(2, /"smile" is no known factor/, 'disentanglement', project, '--column', 'smile');
  });
});
