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
const project = at('shapes.morphloom');

beforeAll(() => trainOnShapes(folder));

describe('morphloom eval', () => {
  const FIGURES = ['distortion', 'elbo', 'pictures', 'psnr', 'psnrOfMeanError', 'rate', 'ssim'];

  it('measures known and held-out pictures', TIMEOUT, async () => {
    const report = await json('eval', project);
    const [train, heldout] = [report['train'], report['heldout']] as Record<string, number>[];
    expect(Object.keys(train).sort()).toEqual(FIGURES);
    expect(Object.keys(heldout).sort()).toEqual(FIGURES);
    expect(train['pictures'] + heldout['pictures']).toBe(COUNT);
    for (const value of [...Object.values(train), ...Object.values(heldout)])
      expect(value).toSatisfy(Number.isFinite);
    expect(train['psnr']).toBeGreaterThan(8);
    expect(train['ssim']).toBeLessThanOrEqual(1);
    expect(report).toMatchObject({
      run: '001-morph',
      step: 80,
      recipe: 'morph',
      latentSize: 8,
      rate: train['rate'],
    });
    expect(report['activeUnits']).toBeTypeOf('number');
    expect(report['ratePerDimension']).toHaveLength(8);
    expect(report['advice']).toBeTypeOf('string');
  });

  it(
    'measures only what is asked, in any order, and pictures of a folder instead of those held out',
    TIMEOUT,
    async () => {
      const strangers = at('strangers');
      await done('samples', 'shapes', '--out', strangers, '--count', '9', '--size', '40', '--seed', '8');
      const report = await json('eval', project, '--data', strangers, '--metrics', 'ssim, psnr');
      expect(Object.keys(report['train'] as object).sort()).toEqual(['pictures', 'psnr', 'ssim']);
      expect(report['heldout']).toMatchObject({ pictures: 9 });
      const { stdout } = await done('eval', project, '--metrics', 'ssim');
      expect(stdout).toMatch(/known \(\d+ pictures\): ssim/);
      expect(stdout).not.toMatch(/psnr/);
    },
  );

  it('refuses an unknown metric, and a folder that has no pictures', TIMEOUT, async () => {
    await refused(2, /no metric "sharpness"; there are psnr/, 'eval', project, '--metrics', 'psnr,sharpness');
    fs.mkdirSync(at('empty'));
    await refused(1, /empty/, 'eval', project, '--data', at('empty'));
    await refused(1, /nowhere/, 'eval', project, '--data', at('nowhere'));
  });
});

describe('morphloom reconstruct', () => {
  const some = (): string[] => fs.readdirSync(pictures).filter((name) => name.endsWith('.png')).sort().slice(0, 3).map((name) => path.join(pictures, name)); // prettier-ignore

  it('lays pictures above what the model makes of them', TIMEOUT, async () => {
    const out = at('pairs.png');
    expect(await json('reconstruct', project, ...some(), '--out', out, '--scale', '1')).toEqual({
      out,
      pictures: 3,
    });
    const { width, height } = await sharp(out).metadata();
    // Three across and two down, of 16 px, with gaps between.
    expect(width).toBeGreaterThanOrEqual(3 * SIDE);
    expect(width).toBeLessThan(3 * SIDE + 4 * 8);
    expect(height).toBeGreaterThanOrEqual(2 * SIDE);
    expect(height).toBeLessThan(2 * SIDE + 3 * 8);
    expect(await readProvenance(out)).toMatchObject({ kind: 'reconstruct', pictures: some() });
  });

  it('writes a folder of pictures, one each, as large as the model’s', TIMEOUT, async () => {
    const out = at('copies');
    expect(await json('reconstruct', project, pictures, '--out', out)).toEqual({ out, pictures: COUNT });
    const files = fs.readdirSync(out);
    expect(files).toHaveLength(COUNT);
    expect(await sharp(path.join(out, files[0])).metadata()).toMatchObject({
      width: SIDE,
      height: SIDE,
      format: 'png',
    });
  });

  it('passes over broken files in a folder, but not one that is named', TIMEOUT, async () => {
    const mixed = at('mixed');
    fs.mkdirSync(mixed);
    fs.copyFileSync(some()[0], path.join(mixed, 'good.png'));
    const whole = fs.readFileSync(some()[0]);
    fs.writeFileSync(path.join(mixed, 'bad.png'), whole.subarray(0, whole.length / 2));
    expect(await json('reconstruct', project, mixed, '--out', at('mixed.png'))).toMatchObject({
      pictures: 1,
    });
    await refused(1, /bad\.png/, 'reconstruct', project, path.join(mixed, 'bad.png'), '--out', at('bad.png'));
    await refused(1, /nowhere\.png/, 'reconstruct', project, at('nowhere.png'), '--out', at('bad.png'));
    expect(fs.existsSync(at('bad.png'))).toBe(false);
  });
});

describe('morphloom sample', () => {
  const sample = async (name: string, ...more: string[]): Promise<Buffer> => {
    await done('sample', project, '--out', at(name), '--grid', '3x2', ...more);
    return fs.readFileSync(at(name));
  };

  it(
    'draws the same bytes for the same seed, and others for another seed, warmth or source',
    TIMEOUT,
    async () => {
      const first = await sample('a.png');
      expect(await readProvenance(at('a.png'))).toMatchObject({
        kind: 'sample',
        seed: 1,
        temperature: 1,
        from: 'pictures',
        count: 6,
      });
      expect((await sample('b.png', '--seed', '1')).equals(first)).toBe(true);
      for (const other of [
        ['--seed', '2'],
        ['--temperature', '0.3'],
        ['--from', 'prior'],
        ['--from', 'mixture'],
      ]) {
        expect((await sample('c.png', ...other)).equals(first), other.join(' ')).toBe(false);
      }
    },
  );

  it('says as JSON what it drew', TIMEOUT, async () => {
    expect(await json('sample', project, '--out', at('d.webp'), '--grid', '2x2', '--seed', '4')).toEqual({
      out: at('d.webp'),
      count: 4,
      temperature: 1,
      from: 'pictures',
      seed: 4,
    });
  });

  it('refuses what makes no sheet', TIMEOUT, async () => {
    await refused(2, /columns x rows/, 'sample', project, '--out', at('e.png'), '--grid', '0x3');
    await refused(2, /whole number/, 'sample', project, '--out', at('e.png'), '--seed', '-1');
    await refused(2, /\.png or \.webp/, 'sample', project, '--out', at('e.jpg'));
    await refused(2, /no run "nope".*001-morph/, 'sample', project, '--out', at('e.png'), '--run', 'nope');
  });
});

describe('morphloom map', () => {
  it('writes where the pictures lie, as places and as a picture', TIMEOUT, async () => {
    const out = at('map.json');
    expect(await json('map', project, '--out', out)).toMatchObject({ out, method: 'pca', pictures: COUNT });
    const map = JSON.parse(fs.readFileSync(out, 'utf8')) as {
      pictures: { x: number; y: number; id: string }[];
    };
    expect(map.pictures).toHaveLength(COUNT);
    for (const { x, y } of map.pictures) {
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(Math.max(x, y)).toBeLessThanOrEqual(1);
    }
    const page = at('map.webp');
    await done('map', project, '--out', page, '--method', 'umap', '--most', '20');
    expect(await sharp(page).metadata()).toMatchObject({ width: 2048, height: 2048, format: 'webp' });
    expect(await readProvenance(page)).toMatchObject({ kind: 'map', method: 'umap', most: 20 });
    await refused(2, /map\.txt/, 'map', project, '--out', at('map.txt'));
  });
});
