import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timelineSchema } from '../../src/contract/timeline.ts';
import { importPictures, openDataset } from '../../src/engine/dataset/index.ts';
import { initialValues } from '../../src/engine/model/weights.ts';
import { writeAnimation } from '../../src/engine/node/encoders/animation.ts';
import { readProvenance } from '../../src/engine/node/encoders/recipe.ts';
import { saveMorph } from '../../src/engine/project/morph-folder.ts';
import { Project } from '../../src/engine/project/project.ts';
import { RunFolder } from '../../src/engine/project/run-folder.ts';
import { composeModel } from '../../src/engine/recipes/compose.ts';
import { applySetting, parseRecipe, presetNamed } from '../../src/engine/recipes/resolve.ts';

const FORMAT = { width: 16, height: 16, channels: 3 } as const;
let root = '';
let project = '';
let pictures = '';

beforeAll(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-cli-morph-'));
  pictures = path.join(root, 'pictures');
  await draw(pictures, 'red.png', '#d02010', 10);
  await draw(pictures, 'blue.png', '#1030c0', 20);
  await draw(path.join(pictures, 'more'), 'green.png', '#109040', 30);
  await draw(path.join(pictures, 'more'), 'red.png', '#e05030', 26);
  project = path.join(root, 'a.morphloom');
  await writeProject(project, 1);
});
afterAll(() => fs.rm(root, { recursive: true, force: true }));

async function draw(folder: string, name: string, colour: string, side: number): Promise<void> {
  await fs.mkdir(folder, { recursive: true });
  const shape = `<svg width="64" height="64"><rect x="12" y="${side}" width="${side}" height="24" fill="${colour}"/></svg>`;
  await sharp(Buffer.from(shape)).flatten({ background: '#fff' }).png().toFile(path.join(folder, name));
}

/** A project with a run whose weights are those that training begins with: as good as any for finding the way. */
async function writeProject(folder: string, seed: number): Promise<void> {
  const opened = await (await Project.openOrCreate(folder)).withSources([pictures]);
  await importPictures({
    sources: [pictures],
    into: opened.dataset,
    format: FORMAT,
    crop: 'centre',
    keepDuplicates: true,
  });
  const document = presetNamed('morph');
  applySetting(document, 'latent.size=8');
  const recipe = parseRecipe(document);
  const run = await RunFolder.create(opened.runs, {
    schema: 1,
    recipe,
    image: FORMAT,
    seed,
    budget: { kind: 'steps', steps: 1 },
    dataset: 'none',
  });
  const weights = composeModel(recipe, FORMAT).weights.map(
    (spec, i) => [spec.name, { shape: spec.shape, values: initialValues(spec, seed, i) }] as const,
  );
  await run.commit({ step: 1, elapsedSeconds: 0, score: null, best: null }, new Map(weights), new Map());
}

function morph(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const all = ['bin/morphloom.cjs', 'morph', ...args];
  return spawnSync(process.execPath, all, {
    encoding: 'utf8',
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  });
}
const out = (name: string): string => path.join(root, name);

/** The furthest that a frame is from a picture at the model's size, in grey levels. */
async function apart(frame: string, picture: string): Promise<number> {
  const [a, b] = await Promise.all([
    sharp(frame).raw().toBuffer(),
    sharp(picture).resize(16, 16, { fit: 'cover' }).raw().toBuffer(),
  ]);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);
}

describe('morphloom morph', () => {
  it('writes frames from the pictures themselves, by file or by name, and rebuilds them to the byte', async () => {
    const red = path.join(pictures, 'red.png');
    const made = morph(
      project,
      red,
      'blue',
      '--out',
      out('m.gif'),
      '--frames',
      '12',
      '--loop',
      'pingpong',
      '--json',
    );
    expect(made).toMatchObject({ status: 0 });
    expect(JSON.parse(made.stdout)).toMatchObject({ frames: 12, width: 16, settings: { path: 'slerp' } });
    expect(await readProvenance(out('m.gif'))).toMatchObject({
      kind: 'timeline',
      project: path.basename(project),
      model: { run: '001-morph' },
      pictures: [{ source: '../pictures/red.png' }, { source: '../pictures/blue.png' }],
      timeline: { keyframes: [{ place: { kind: 'picture' } }, {}], loop: 'pingpong', seconds: 0.2 },
      scale: 1,
    });

    // Exports are handed on: nobody reads in them where their maker keeps things.
    expect((await fs.readFile(out('m.gif'))).includes(path.dirname(pictures))).toBe(false);

    const moved = out('moved.morphloom');
    await fs.cp(project, moved, { recursive: true });
    const rebuilt = morph('--from', out('m.gif'), moved, '--json');
    expect(rebuilt).toMatchObject({ status: 0 });
    expect(JSON.parse(rebuilt.stdout)).toMatchObject({
      identical: true,
      path: out('m-rebuilt.gif'),
      project: moved,
    });
    expect(await fs.readFile(out('m-rebuilt.gif'))).toEqual(await fs.readFile(out('m.gif')));

    const frames = morph(
      project,
      red,
      'more/green.png',
      'blue',
      '--out',
      `${out('frames')}/`,
      '--frames',
      '9',
    );
    expect(frames).toMatchObject({ status: 0 });
    expect(await apart(out('frames/frame-0001.png'), red)).toBeLessThanOrEqual(1);
    expect(await apart(out('frames/frame-0009.png'), path.join(pictures, 'blue.png'))).toBeLessThanOrEqual(1);
  });

  it('rebuilds what was exported before there were timelines', async () => {
    const flags = ['--frames', '11', '--fps', '20', '--hold', '2', '--ease', 'ease-in', '--loop', 'cycle'];
    const made = morph(project, 'blue', 'green', ...flags, '--detail', '0.5', '--out', out('new.gif'));
    expect(made).toMatchObject({ status: 0 });
    const { timeline, scale, kind, ...rest } = await readProvenance(out('new.gif'));
    expect([timeline, scale, kind]).toMatchObject([{ detail: 0.5 }, 1, 'timeline']);
    const settings = {
      frames: 11,
      framesPerSecond: 20,
      path: 'slerp',
      ease: 'ease-in-sine',
      loop: 'cycle',
      detail: 0.5,
      scale: 1,
      hold: 2,
    };
    await writeAnimation({
      frames: [1, 2].map((i) => ({ width: 2, height: 1, channels: 3, data: new Uint8Array(6).fill(9 * i) })),
      framesPerSecond: 20,
      loop: true,
      out: out('old.gif'),
      provenance: { ...rest, kind: 'morph', settings },
    });
    const rebuilt = morph('--from', out('old.gif'), '--out', out('old-again.gif'), '--json');
    expect(rebuilt).toMatchObject({ status: 0 });
    expect(JSON.parse(rebuilt.stdout)).toMatchObject({ frames: 15, identical: false });
    const pixels = (name: string): Promise<Buffer> => sharp(out(name), { animated: true }).raw().toBuffer();
    expect(await pixels('old-again.gif')).toEqual(await pixels('new.gif'));
    expect(await readProvenance(out('old-again.gif'))).toEqual(await readProvenance(out('old.gif')));
  });

  it('fits a copy of the model to the pictures when asked to, and rebuilds what comes of it', async () => {
    const flags = ['--frames', '5', '--detail', '0', '--out'];
    expect(morph(project, 'blue', 'green', ...flags, out('plain.gif'))).toMatchObject({ status: 0 });
    const made = morph(project, 'blue', 'green', '--fit', ...flags, out('fit.gif'));
    expect(made).toMatchObject({ status: 0 });
    expect(await readProvenance(out('fit.gif'))).toMatchObject({ timeline: { fit: true } });
    const pixels = (file: string): Promise<Buffer> =>
      sharp(file).resize(16, 16).removeAlpha().raw().toBuffer();
    const blue = await pixels(path.join(pictures, 'blue.png'));
    const off = async (name: string): Promise<number> =>
      (await pixels(out(name))).reduce((sum, value, i) => sum + (value - blue[i]) ** 2, 0);
    expect(await off('fit.gif')).toBeLessThan(0.8 * (await off('plain.gif')));
    const rebuilt = morph('--from', out('fit.gif'), '--json');
    expect(JSON.parse(rebuilt.stdout)).toMatchObject({ identical: true });
  });

  it("plays the studio's timelines, and rebuilds them to the byte", async () => {
    const { entries } = await openDataset(path.join(project, 'dataset'));
    const id = (name: string): string => entries.find(({ source }) => source.endsWith(name))?.id ?? '';
    const timeline = timelineSchema.parse({
      schema: 1,
      name: 'Blue to green',
      keyframes: [
        { key: '1', place: { kind: 'picture', id: id('blue.png') }, holdSeconds: 0.1 },
        { key: '2', place: { kind: 'latent', values: [1, -1, 0.5, 0, 0, 1, 0, 2] }, seconds: 0.2 },
        { key: '3', place: { kind: 'picture', id: id('green.png') }, ease: 'linear' },
      ],
      loop: 'none',
      seconds: 0.3,
      framesPerSecond: 20,
    });
    const saved = await saveMorph(path.join(project, 'morphs'), null, timeline);
    expect(saved).toBe('blue-to-green');
    const made = morph(project, '--timeline', `morphs/${saved}.json`, '--out', out('t.webp'), '--json');
    expect(made).toMatchObject({ status: 0 });
    expect(JSON.parse(made.stdout)).toMatchObject({ frames: 12, seconds: 0.6, pictures: [{}, {}] });
    expect(await readProvenance(out('t.webp'))).toMatchObject({ kind: 'timeline', timeline });
    const rebuilt = morph('--from', out('t.webp'), '--json');
    expect(JSON.parse(rebuilt.stdout)).toMatchObject({ identical: true });

    const sheet = morph('--from', out('t.webp'), '--out', out('t.png'), '--json');
    expect(JSON.parse(sheet.stdout)).toMatchObject({
      frames: 12,
      width: 4 * 16 + 5 * 8,
      height: 3 * 16 + 4 * 8,
    });
    const again = morph('--from', out('t.png'), '--out', `${out('t')}/`);
    expect(again).toMatchObject({ status: 0 });
    expect(await apart(out('t/frame-0001.png'), path.join(pictures, 'blue.png'))).toBeLessThanOrEqual(1);
    expect(await apart(out('t/frame-0012.png'), path.join(pictures, 'more/green.png'))).toBeLessThanOrEqual(
      1,
    );
  });

  it('walks at random without pictures, the same way for the same seed, and rebuilds the walk', async () => {
    const walk = (seed: string, name: string): ReturnType<typeof morph> =>
      morph(project, '--walk', '4', '--seed', seed, '--frames', '12', '--out', out(name), '--json');
    const made = walk('3', 'w.gif');
    expect(made).toMatchObject({ status: 0 });
    expect(JSON.parse(made.stdout)).toMatchObject({ frames: 12, pictures: [] });
    const { timeline } = await readProvenance(out('w.gif'));
    expect(timeline).toMatchObject({ loop: 'cycle', path: 'spline', keyframes: { length: 4 } });
    expect(walk('3', 'w-again.gif').status).toBe(0);
    expect(walk('4', 'w-other.gif').status).toBe(0);
    const [first, again, other] = await Promise.all(
      ['w.gif', 'w-again.gif', 'w-other.gif'].map((name) => fs.readFile(out(name))),
    );
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(JSON.parse(morph('--from', out('w.gif'), '--json').stdout)).toMatchObject({ identical: true });
  });

  it('fails with one sentence and the right code', async () => {
    const x = ['--out', out('x.gif')];
    const strayed = path.join(pictures, '..', 'elsewhere', 'm.gif');
    await fs.mkdir(path.dirname(strayed));
    await fs.copyFile(out('m.gif'), strayed);
    const wrong: readonly [string[], number, RegExp][] = [
      [[project, 'blue', ...x], 2, /A morph goes between two pictures or more; only one was named/],
      [[project, 'blue', 'nobody', ...x], 1, /There is no picture "nobody"/],
      [[project, 'blue', 'red', ...x], 2, /"red" is the name of several pictures/],
      [[project, 'blue', 'green', '--ease', 'bounce', ...x], 2, /Choose one of linear, smoothstep/],
      [[project, 'blue', 'green', '--detail', '2', ...x], 2, /It is a number from 0 to 1/],
      [[project, 'blue', 'green', '--out', out('x.tiff')], 2, /no animation can be written as \.tiff/],
      [[project, 'blue', 'green', '--out', path.join(pictures, 'red.png', 'x.gif')], 1, /was not saved/],
      [[project, 'blue', 'green'], 2, /Say where to write the morph/],
      [['--from', path.join(pictures, 'red.png')], 1, /carries no Morphloom recipe/],
      [['--from', out('m.gif'), '--frames', '3'], 2, /the recipe decides --frames/],
      [['--from', out('m.gif'), '--timeline', 'x.json'], 2, /cannot be used with/],
      [
        ['--from', strayed],
        2,
        /made in the project "a\.morphloom", which is neither around it nor beside it/,
      ],
      [[project, '--timeline', 'nowhere.json', ...x], 1, /There is no timeline "nowhere.json"/],
      [[project, '--timeline', 'x.json', '--loop', 'cycle', ...x], 2, /the timeline decides --loop/],
      [[project, '--timeline', 'project.json', ...x], 1, /project\.json" is not as expected/],
      [[project, 'blue', '--walk', '4', ...x], 2, /the walk decides the pictures/],
      [[project, '--walk', '4', '--loop', 'none', ...x], 2, /the walk decides --loop/],
      [[project, '--walk', '2', ...x], 2, /It is a whole number from 3 to 256/],
      [[project, 'blue', 'green', '--frames', '100000', '--fps', '1', ...x], 2, /an hour at most/],
    ];
    for (const [args, status, sentence] of wrong) {
      const result = morph(...args);
      expect(result.stderr).toMatch(sentence);
      expect(result.stderr).not.toMatch(/defect/);
      expect(result).toMatchObject({ status, stdout: '' });
    }
    await expect(fs.access(out('x.gif'))).rejects.toThrow();
  });

  it('rebuilds nothing with another model, or when a picture has changed', async () => {
    const other = out('b.morphloom');
    await writeProject(other, 2);
    const model = morph('--from', out('m.gif'), other);
    expect(model).toMatchObject({ status: 1 });
    expect(model.stderr).toMatch(/was made with another model than run "001-morph"/);

    await draw(pictures, 'passing.png', '#803080', 22);
    const passing = path.join(pictures, 'passing.png');
    expect(morph(project, passing, 'blue', '--out', out('p.gif'), '--frames', '4')).toMatchObject({
      status: 0,
    });
    await draw(pictures, 'passing.png', '#803080', 23);
    expect(morph('--from', out('p.gif')).stderr).toMatch(
      /"[^"]*passing\.png" has changed since the morph was made/,
    );
    await fs.rm(passing);
    expect(morph('--from', out('p.gif')).stderr).toMatch(/"[^"]*passing\.png" is no longer there/);
  });
});
