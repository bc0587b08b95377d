import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { RunFolder, type RunFacts } from '../../../src/engine/project/run-folder.ts';
import { parseRecipe, presetNamed } from '../../../src/engine/recipes/resolve.ts';
import type { State } from '../../../src/engine/train/task.ts';
import { temporaryFolder } from '../../cli/command.ts';

const folder = temporaryFolder();
let runs = '';
let serial = 0;
beforeEach(() => {
  runs = path.join(folder, String(serial++), 'runs');
});

const facts = (recipe = 'vae'): RunFacts => ({
  schema: 1,
  recipe: parseRecipe(presetNamed(recipe)),
  image: { width: 16, height: 16, channels: 3 },
  seed: 7,
  budget: { kind: 'minutes', minutes: 2.5 },
  dataset: 'abc',
});
const state = (value: number): State =>
  new Map([['w', { shape: [3], values: new Float32Array(3).fill(value) }]]);
const commit = (run: RunFolder, step: number, score: number | null = null): Promise<void> =>
  run.commit({ step, elapsedSeconds: step / 10, score, best: null }, state(step), state(-step));
const line = (step: number) => ({
  step,
  epoch: 1,
  progress: 0.5,
  loss: 1,
  terms: {},
  learningRate: 1e-3,
  elapsedSeconds: 1,
  imagesPerSecond: 1,
  etaSeconds: 1,
});
const append = (run: RunFolder, name: string, text: string): void =>
  fs.appendFileSync(path.join(run.folder, name), text);

describe('a run', () => {
  it('says when it is opened what it was begun with', async () => {
    const run = await RunFolder.create(runs, facts());
    expect(run.id).toBe('001-vae');
    expect((await RunFolder.open(runs, run.id)).facts).toEqual(facts());
    expect(await run.checkpoints()).toEqual([]);
    expect(await run.knots()).toEqual([]);
  });

  it('is numbered after all others, whatever was deleted, and the list is in that order', async () => {
    const made = [];
    for (const recipe of ['morph', 'vae']) made.push((await RunFolder.create(runs, facts(recipe))).id);
    fs.rmSync(path.join(runs, made[0]), { recursive: true });
    made.push((await RunFolder.create(runs, facts('ae'))).id);
    expect(made).toEqual(['001-morph', '002-vae', '003-ae']);
    fs.renameSync(path.join(runs, '003-ae'), path.join(runs, '999-ae'));
    made.push((await RunFolder.create(runs, facts('ae'))).id);
    expect(await RunFolder.list(runs)).toEqual(['002-vae', '999-ae', '1000-ae']);
  });

  it('that was killed while it was begun is not in the list', async () => {
    await RunFolder.create(runs, facts());
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    fs.mkdirSync(path.join(runs, `.002-vae.${pid}`, 'checkpoints'), { recursive: true });
    fs.mkdirSync(path.join(runs, `.003-vae.${process.pid}`, 'checkpoints'), { recursive: true });
    expect(await RunFolder.list(runs)).toEqual(['001-vae']);
    // The next one clears it away, but not what a living process has begun.
    await RunFolder.create(runs, facts());
    expect(fs.readdirSync(runs).sort()).toEqual([`.003-vae.${process.pid}`, '001-vae', '002-vae']);
  });

  it('of a newer Morphloom, or one that was edited, is refused by name', async () => {
    const run = await RunFolder.create(runs, facts());
    const file = path.join(run.folder, 'run.json');
    for (const [document, sentence] of [
      [{ ...facts(), schema: 2, more: true }, /newer Morphloom \(format 2\)/],
      [{ ...facts(), seed: -1 }, /not as expected at "seed"/],
      [null, /not as expected/],
    ] as const) {
      fs.writeFileSync(file, JSON.stringify(document));
      await expect(RunFolder.open(runs, run.id)).rejects.toMatchObject({
        code: 'corrupt',
        message: expect.stringMatching(sentence) as string,
      });
    }
    fs.writeFileSync(file, '{"schema": 1,');
    await expect(RunFolder.open(runs, run.id)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(file) as string,
    });
  });
});

describe('checkpoints', () => {
  it('come back as they were committed', async () => {
    const run = await RunFolder.create(runs, facts());
    const given = { step: 12, elapsedSeconds: 3.5, score: -21.5, best: { score: -22, step: 9 } };
    await run.commit(given, state(0.1), state(0.2));
    expect(await run.load(12)).toEqual({ facts: given, inference: state(0.1), training: state(0.2) });
    expect((await run.weights(12)).state).toEqual(state(0.1));
  });

  it('stay: the newest two, and of the older ones the best', async () => {
    const run = await RunFolder.create(runs, facts());
    const scores = [null, -10, -30, -20, -20, -15, -12];
    const kept: number[][] = [];
    for (const [i, score] of scores.entries()) {
      await commit(run, 10 * (i + 1), score);
      kept.push(await run.checkpoints());
    }
    expect(kept).toEqual([[10], [10, 20], [20, 30], [20, 30, 40], [30, 40, 50], [30, 50, 60], [30, 60, 70]]);
  });

  it('do not pile up where many share one validation', async () => {
    const run = await RunFolder.create(runs, facts());
    for (let step = 1; step <= 9; step++) await commit(run, step, -20);
    // The first of them is the one that was validated.
    expect(await run.checkpoints()).toEqual([1, 8, 9]);
  });

  it('that are half written are passed over, and do not stand in the way', async () => {
    const run = await RunFolder.create(runs, facts());
    await commit(run, 5);
    const half = path.join(run.folder, 'checkpoints', '.6.tmp');
    // That of a step that is not met again.
    const other = path.join(run.folder, 'checkpoints', '.4.tmp');
    fs.mkdirSync(half);
    fs.mkdirSync(other);
    fs.writeFileSync(path.join(half, 'weights.safetensors'), 'half');
    const opened = await RunFolder.open(runs, run.id);
    expect(await opened.checkpoints()).toEqual([5]);
    await commit(opened, 6);
    expect((await opened.load(6)).inference).toEqual(state(6));
    expect([fs.existsSync(half), fs.existsSync(other)]).toEqual([false, false]);
  });

  it('are not made of what is not finite, and the last good one stays', async () => {
    const run = await RunFolder.create(runs, facts());
    await commit(run, 5);
    for (const bad of [NaN, Infinity, -Infinity]) {
      const broken: State = new Map([['w', { shape: [3], values: Float32Array.of(1, bad, 2) }]]);
      await expect(
        run.commit({ step: 6, elapsedSeconds: 1, score: null, best: null }, broken, state(1)),
      ).rejects.toMatchObject({
        code: 'training',
        message: expect.stringMatching(/step 6.*"w"/) as string,
      });
    }
    expect(await run.checkpoints()).toEqual([5]);
  });

  it('that are damaged are refused by name', async () => {
    const run = await RunFolder.create(runs, facts());
    await commit(run, 5);
    const file = path.join(run.checkpointFolder(5), 'weights.safetensors');
    fs.truncateSync(file, 20);
    await expect(run.load(5)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(file) as string,
    });
    fs.rmSync(file);
    await expect(run.weights(5)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(file) as string,
    });
  });
});

describe('the plan and the figures on disk', () => {
  const knot = (step: number) => ({ step, progress: step / 100, lastStep: 100, elapsedSeconds: step });

  it('knots come back in order', async () => {
    const run = await RunFolder.create(runs, facts());
    for (const step of [0, 8, 20]) await run.addKnot(knot(step));
    expect(await (await RunFolder.open(runs, run.id)).knots()).toEqual([0, 8, 20].map(knot));
  });

  it('a line that a crash cut short is as if it had never been written, for what is written after it too', async () => {
    const run = await RunFolder.create(runs, facts());
    await run.addKnot(knot(8));
    append(run, 'plan.jsonl', '{"step":20,"progr');
    const opened = await RunFolder.open(runs, run.id);
    expect(await opened.knots()).toEqual([knot(8)]);
    await opened.addKnot(knot(30));
    expect(await opened.knots()).toEqual([knot(8), knot(30)]);
  });

  it.each(['nonsense\n', '{"step":"x"}\n', 'null\n'])(
    'a plan with the line %j is refused by name',
    async (text) => {
      const run = await RunFolder.create(runs, facts());
      append(run, 'plan.jsonl', text);
      await expect(run.knots()).rejects.toMatchObject({
        code: 'corrupt',
        message: expect.stringContaining('plan.jsonl') as string,
      });
    },
  );

  it('figures of steps that will be taken again are forgotten', async () => {
    const run = await RunFolder.create(runs, facts());
    for (const step of [1, 2, 3, 4]) run.addLine(line(step));
    append(run, 'metrics.jsonl', '{"step":5,"lo');
    await run.rewindLines(2);
    expect(await run.lines()).toEqual([line(1), line(2)]);
    run.addLine(line(3));
    expect((await run.lines()).map(({ step }) => step)).toEqual([1, 2, 3]);
  });
});
