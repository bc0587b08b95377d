import * as fs from 'node:fs';
import * as path from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { readProvenance } from '../../src/engine/node/encoders/recipe.ts';
import { jsonLines, morphloom, temporaryFolder, type Finished } from './command.ts';

const folder = temporaryFolder();
const at = (...names: string[]): string => path.join(folder, ...names);
const pictures = at('pictures');
const table = at('pictures', 'attributes.csv');
const project = at('shapes.morphloom');
const COUNT = 80;
const SIDE = 16;

const TIMEOUT = { timeout: 60_000 };

async function done(...args: string[]): Promise<Finished> {
  const finished = await morphloom(...args);
  expect(finished.stderr).not.toMatch(/defect|\n\s+at /);
  expect(finished.code, finished.stderr).toBe(0);
  return finished;
}

/** The one JSON document that a verb prints under --json; anything else on stdout fails. */
async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await done(...args, '--json');
  expect(stdout.split('\n').filter((line) => line !== '')).toHaveLength(1);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Fails with this code and one clear sentence, and prints nothing on stdout. */
async function refused(code: number, sentence: RegExp, ...args: string[]): Promise<void> {
  const finished = await morphloom(...args);
  expect(finished.code, finished.stderr).toBe(code);
  expect(finished.stderr).toMatch(sentence);
  expect(finished.stderr).not.toMatch(/defect|\n\s+at /);
  expect(finished.stdout).toBe('');
}

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

beforeAll(async () => {
  await done('samples', 'shapes', '--out', pictures, '--count', String(COUNT), '--size', '32', '--seed', '3');
  await done(
    ...['train', pictures, '--out', project, '--size', String(SIDE), '--labels', table, '--steps', '80'],
    ...[
      '--keep-duplicates',
      '--set',
      'latent.size=8',
      '--set',
      'optimiser.batch=16',
      '--set',
      'schedules.beta.to=0.2',
    ],
  );
});

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

describe('morphloom attribute', () => {
  it('learns from folders, lists, and applies', { timeout: 120_000 }, async () => {
    const [yes, no] = [select('large', (row) => Number(row['size']) > 0.2), select('small', (row) => Number(row['size']) <= 0.2)]; // prettier-ignore
    const [many, few] = [yes, no].map((side) => fs.readdirSync(side).length);
    const facts = await json('attribute', 'learn', project, 'large', '--with', yes, '--without', no);
    expect(facts).toMatchObject({ name: 'large', with: many, without: few, model: { run: '001-morph' } });
    expect(facts['heldOutAuc']).toBeGreaterThan(0.6);

    expect(await json('attribute', 'list', project)).toEqual([facts]);

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
      kind: 'attribute',
      moves: [{ name: 'large', amount: -1.5 }],
    });

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

describe('morphloom samples', () => {
  it('draws so many, the same for the same seed, and moves into no other folder', TIMEOUT, async () => {
    const report = await json(
      'samples',
      'faces',
      '--out',
      at('faces'),
      '--count',
      '3',
      '--size',
      '24',
      '--seed',
      '5',
    );
    expect(report).toMatchObject({ kind: 'faces', count: 3, sizePx: 24, seed: 5, folder: at('faces') });
    await done('samples', 'faces', '--out', at('again'), '--count', '3', '--size', '24', '--seed', '5');
    for (const name of fs.readdirSync(at('faces'))) {
      expect(fs.readFileSync(at('again', name)).equals(fs.readFileSync(at('faces', name))), name).toBe(true);
    }
    await refused(2, /cats/, 'samples', 'cats', '--out', at('cats'));
    await refused(2, /whole number/, 'samples', 'faces', '--out', at('cats'), '--count', '0');
  });
});

describe('morphloom doctor', () => {
  it('says as one JSON document which backend works', TIMEOUT, async () => {
    const report = await json('doctor');
    expect(report).toMatchObject({ ok: true, problem: null, backend: { name: 'tensorflow' }, missing: [] });
    expect(report).toHaveProperty('memory.totalBytes');
    expect(await json('doctor', '--backend', 'wasm')).toMatchObject({ backend: { name: 'wasm' } });
    await refused(2, /no backend "cuda"/, 'doctor', '--backend', 'cuda');
  });
});

describe('every verb', () => {
  const VERBS = [
    ...['demo', 'doctor', 'samples', 'import', 'train', 'eval', 'morph', 'reconstruct', 'sample', 'attribute'].map((verb) => [verb]), // prettier-ignore
    ['attribute', 'learn'],
    ['attribute', 'list'],
    ['attribute', 'apply'],
  ];

  it('is listed, explains itself, and takes --json', TIMEOUT, async () => {
    const { stdout } = await done('--help');
    for (const verb of VERBS) {
      if (verb.length === 1) expect(stdout).toMatch(new RegExp(`^ {2}${verb[0]} `, 'm'));
      const help = (await done(...verb, '--help')).stdout;
      expect(help).toMatch(new RegExp(`^Usage: morphloom ${verb.join(' ')} `));
      // What only groups others has no work to speak of.
      if (!/\n {2}help \[command\]/.test(help)) expect(help, verb.join(' ')).toMatch(/--json/);
    }
  });

  it('prints nothing but JSON on stdout, where it speaks of its work too', TIMEOUT, async () => {
    const imported = await done('import', pictures, '--project', at('imported'), '--size', '16', '--json');
    expect(jsonLines(imported.stdout)).toHaveLength(1);
    const trained = await done(
      'train',
      at('imported'),
      '--steps',
      '2',
      '--set',
      'latent.size=4',
      '--set',
      'optimiser.batch=8',
      '--json',
    );
    expect(jsonLines(trained.stdout).at(-1)).toMatchObject({ done: true, step: 2 });
  });

  it('that imports takes grey, colour and alpha by either name, but not by two', TIMEOUT, async () => {
    for (const [flags, channels] of [
      [['--grey'], 1],
      [['--alpha'], 4],
      [['--channels', '3'], 3],
    ] as const) {
      const report = await json('import', pictures, '--project', at('channels'), '--size', '16', ...flags);
      expect(report, flags.join(' ')).toMatchObject({ format: { width: 16, height: 16, channels } });
    }
    const again = ['import', pictures, '--project', at('channels')];
    await refused(2, /cannot be used with/, ...again, '--grey', '--channels', '3');
    await refused(2, /cannot be used with/, ...again, '--grey', '--alpha');
  });

  it('refuses a folder that is no project, in one sentence', TIMEOUT, async () => {
    const none = [
      ['eval', pictures],
      ['reconstruct', pictures, pictures, '--out', at('n.png')],
      ['sample', pictures, '--out', at('n.png')],
      ['attribute', 'learn', pictures, 'x', '--column', 'size'],
      ['attribute', 'list', pictures],
      ['attribute', 'apply', pictures, pictures, 'x=1', '--out', at('n.png')],
    ];
    for (const args of none)
      await refused(1, /^morphloom: "[^\n]*" is not a Morphloom project [^\n]*\.\n$/, ...args);
  });

  it(
    'that there is not is bad usage, and so are arguments that are missing or too many',
    TIMEOUT,
    async () => {
      await refused(2, /unknown command 'melt'/, 'melt');
      await refused(2, /missing required argument/, 'eval');
      await refused(2, /too many arguments/, 'eval', project, project);
      await refused(2, /required option '--out/, 'sample', project);
      await refused(2, /unknown option '--colour'/, 'sample', project, '--out', at('n.png'), '--colour');
    },
  );

  it('says that a project has no model yet', TIMEOUT, async () => {
    await done('import', pictures, '--project', at('untrained'), '--size', '16');
    await refused(1, /no trained model yet; run: morphloom train/, 'eval', at('untrained'));
  });
});
