import * as fs from 'node:fs';
import * as path from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { readProvenance } from '../../src/engine/node/encoders/recipe.ts';
import { temporaryFolder } from './command.ts';
import { done, json, refused, TIMEOUT } from './outcome.ts';
import { COUNT, SIDE, trainOnShapes } from './shapes.ts';

const folder = temporaryFolder();
const at = (...names: string[]): string => path.join(folder, ...names);
const pictures = at('pictures');
const table = at('pictures', 'attributes.csv');
const project = at('shapes.morphloom');

/** Copies pictures whose row in the table has this in this column, into a folder. */
function select(into: string, keep: (row: Record<string, string>) => boolean): string {
  const [head, ...rows] = fs.readFileSync(table, 'utf8').trim().split('\n').map((line) => line.split(',')); // prettier-ignore
  fs.mkdirSync(at(into));
  for (const cells of rows) {
    const row = Object.fromEntries(head.map((name, i) => [name, cells[i]]));
    if (keep(row)) fs.copyFileSync(path.join(pictures, row['file']), at(into, row['file']));
  }
  return at(into);
}

beforeAll(() => trainOnShapes(folder));

describe('morphloom attribute', () => {
  it('learns from folders, lists, and applies', { timeout: 300_000 }, async () => {
    const [yes, no] = [select('large', (row) => Number(row['size']) > 0.2), select('small', (row) => Number(row['size']) <= 0.2)]; // prettier-ignore
    const [many, few] = [yes, no].map((side) => fs.readdirSync(side).length);
    const facts = await json('attribute', 'learn', project, 'large', '--with', yes, '--without', no);
    expect(facts).toMatchObject({ name: 'large', with: many, without: few, model: { run: '001-morph' } });
    expect(facts['heldOutAuc']).toBeGreaterThan(0.6);

    expect(facts).toMatchObject({ apart: [], balanced: [], axis: null });
    expect(await json('attribute', 'list', project)).toEqual([{ ...facts, leaks: [] }]);

    const image = path.join(yes, fs.readdirSync(yes)[0]);
    const still = at('larger.png');
    expect(await json('attribute', 'apply', project, image, 'large=2', '--out', still)).toEqual({
      out: still,
      moves: [{ name: 'large', amount: 2 }],
    });
    expect(await sharp(still).metadata()).toMatchObject({ width: SIDE, height: SIDE });
    await done('attribute', 'apply', project, image, 'large=0', '--out', at('same.png'));
    expect(fs.readFileSync(at('same.png')).equals(fs.readFileSync(still))).toBe(false);
    // Moved by nothing, and with all its own detail, a picture is itself.
    const own = await sharp(image).resize(SIDE, SIDE).raw().toBuffer();
    const same = await sharp(at('same.png')).removeAlpha().raw().toBuffer();
    expect(Math.max(...same.map((v, i) => Math.abs(v - own[i])))).toBeLessThan(24);

    await done('attribute', 'apply', project, image, 'large=-1.5', '--out', at('loop.gif'), '--frames', '6');
    expect((await sharp(at('loop.gif'), { animated: true }).metadata()).pages).toBe(6);
    expect(await readProvenance(at('loop.gif'))).toMatchObject({
      kind: 'timeline',
      timeline: { tracks: [{ attribute: 'large', points: [{ value: 0 }, { value: -1.5 }] }] },
    });
    const rebuilt = await json('morph', '--from', at('loop.gif'));
    expect(rebuilt).toMatchObject({ identical: true, frames: 6 });
    await refused(2, /by 10 at most/, 'attribute', 'apply', project, image, 'large=11', '--out', at('x.gif'));

    await refused(
      2,
      /no attribute "bold"; there are large/,
      'attribute',
      'apply',
      project,
      image,
      'bold=1',
      '--out',
      at('x.png'),
    );
    await refused(
      2,
      /"large" is no move/,
      'attribute',
      'apply',
      project,
      image,
      'large',
      '--out',
      at('x.png'),
    );
    await refused(
      2,
      /"large=" is no move/,
      'attribute',
      'apply',
      project,
      image,
      'large=',
      '--out',
      at('x.png'),
    );
    await refused(
      2,
      /from 0 to 1/,
      'attribute',
      'apply',
      project,
      image,
      'large=1',
      '--detail',
      '2',
      '--out',
      at('x.png'),
    );
  });

  it('learns from a column of the table', TIMEOUT, async () => {
    const facts = await json(
      'attribute',
      'learn',
      project,
      'bright ☀',
      '--column',
      'size',
      '--method',
      'mean',
    );
    expect(facts).toMatchObject({ name: 'bright ☀', method: 'mean' });
    expect(facts['with']).toBeGreaterThanOrEqual(COUNT / 4);
  });

  it('frees an attribute of another, and lists what comes along', TIMEOUT, async () => {
    const learn = ['attribute', 'learn', project, 'to the right', '--column', 'x', '--method', 'logistic'];
    const along = async (): Promise<number> => {
      const all = (await json('attribute', 'list', project)) as unknown as {
        name: string;
        leaks: { name: string; amount: number }[];
      }[];
      const { leaks } = all.find(({ name }) => name === 'to the right') as (typeof all)[number];
      return leaks.find(({ name }) => name === 'bright ☀')?.amount ?? NaN;
    };
    await done(...learn);
    expect(Math.abs(await along())).toBeGreaterThan(0.001);
    expect(await json(...learn, '--apart', 'bright ☀')).toMatchObject({ apart: ['bright ☀'] });
    expect(await along()).toBeCloseTo(0, 4);
    await refused(2, /no attribute "bold"/, ...learn, '--apart', 'bold');
    // The same, once it is there; and back.
    await done('attribute', 'free', project, 'to the right');
    expect(Math.abs(await along())).toBeGreaterThan(0.001);
    const freed = await json('attribute', 'free', project, 'to the right', '--of', 'bright ☀');
    expect(freed).toMatchObject({ apart: ['bright ☀'] });
    expect(await along()).toBeCloseTo(0, 4);
    expect(await json(...learn, '--balance', 'bright ☀')).toMatchObject({
      balanced: ['bright ☀'],
      apart: [],
    });
  });

  it('is handed on as a file, to the same model only', TIMEOUT, async () => {
    const file = at('large.safetensors');
    const facts = await json('attribute', 'save', project, 'large', '--out', file);
    expect(facts).toMatchObject({ name: 'large', out: file });
    const added = await json('attribute', 'add', project, file, '--name', 'big');
    const { out: _, ...same } = facts;
    expect(added).toEqual({ ...same, name: 'big' });
    const image = path.join(pictures, fs.readdirSync(pictures).filter((name) => name.endsWith('.png'))[0]);
    const moved = async (name: string): Promise<Buffer> => {
      const still = at(`by-${name}.png`);
      await done('attribute', 'apply', project, image, `${name}=2`, '--out', still);
      return sharp(still).raw().toBuffer();
    };
    expect((await moved('big')).equals(await moved('large'))).toBe(true);

    await refused(1, /no attribute that Morphloom saved/, 'attribute', 'add', project, image);
    const bytes = fs.readFileSync(file);
    const hash = (facts['model'] as { hash: string }).hash;
    const at0 = bytes.indexOf(hash);
    bytes.write(hash[0] === '0' ? '1' : '0', at0);
    fs.writeFileSync(at('other.safetensors'), bytes);
    await refused(1, /belongs to another model/, 'attribute', 'add', project, at('other.safetensors'));
  });

  it('keeps a direction that nobody taught, and moves pictures along it', TIMEOUT, async () => {
    const { shares } = (await json('attribute', 'directions', project, '--out', at('rows.png'), '--count', '3')) as { shares: number[] }; // prettier-ignore
    expect(shares).toHaveLength(3);
    expect(shares[0]).toBeGreaterThanOrEqual(shares[1]);
    expect((await sharp(at('rows.png')).metadata()).width).toBeGreaterThan(6 * 2 * SIDE);

    const keep = ['attribute', 'keep', project, 'turn', '--direction', '2'];
    const kept = await json(...keep);
    expect(kept).toMatchObject({ name: 'turn', method: 'axis', heldOutAuc: null, axis: { number: 2 } });
    expect((kept['axis'] as { share: number }).share).toBeCloseTo(shares[1], 5);
    const image = path.join(pictures, fs.readdirSync(pictures).filter((n) => n.endsWith('.png'))[0]);
    const apply = async (amount: number, out: string): Promise<Buffer> => {
      await done('attribute', 'apply', project, image, `turn=${amount}`, '--out', at(out));
      return sharp(at(out)).raw().toBuffer();
    };
    const up = await apply(2, 'up.png');
    expect(up.equals(await apply(-2, 'down.png'))).toBe(false);
    await json(...keep, '--reverse');
    expect((await apply(-2, 'turned.png')).equals(up)).toBe(true);
    await refused(2, /no direction 4000/, 'attribute', 'keep', project, 'x', '--direction', '4000');
  });

  it('refuses mistakes', TIMEOUT, async () => {
    const learn = ['attribute', 'learn', project, 'x'];
    await refused(2, /--with and --without/, ...learn);
    await refused(2, /--with and --without/, ...learn, '--with', pictures);
    await refused(2, /cannot be used with/, ...learn, '--with', pictures, '--column', 'size');
    await refused(2, /no column "mood"; there are .*size/, ...learn, '--column', 'mood');
    await refused(1, /at least two pictures/, ...learn, '--with', pictures, '--without', at('pictures', fs.readdirSync(pictures).find((n) => n.endsWith('.png')) as string)); // prettier-ignore
    await refused(2, /letter or digit/, 'attribute', 'learn', project, '…', '--column', 'size');
  });
});
