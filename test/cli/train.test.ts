import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeSamples } from '../../src/engine/node/samples.ts';
import { decodeSafetensors } from '../../src/engine/project/safetensors.ts';
import { jsonLines, morphloom, start, temporaryFolder } from './command.ts';

/** A model small enough to train in seconds, with all that the default has. */
const SMALL = ['--size', '16', '--set', 'latent.size=8', '--set', 'optimiser.batch=16'];
const STEPS = 60;

const folder = temporaryFolder();
const pictures = path.join(folder, 'pictures');
const at = (name: string): string => path.join(folder, name);

beforeAll(async () => {
  await writeSamples({ kind: 'shapes', count: 96, sizePx: 32, seed: 3, into: pictures });
});

const train = (out: string, ...more: string[]): string[] => [
  'train',
  pictures,
  '--out',
  at(out),
  ...SMALL,
  ...more,
];

/** The bytes that a run's last checkpoint ended with. */
function lastCheckpoint(project: string): { folder: string; step: number; files: Record<string, Buffer> } {
  const runs = path.join(at(project), 'runs');
  const checkpoints = path.join(runs, fs.readdirSync(runs).sort().at(-1) as string, 'checkpoints');
  const step = fs
    .readdirSync(checkpoints)
    .filter((n) => /^\d+$/.test(n))
    .sort()
    .at(-1) as string;
  const read = (name: string): Buffer => fs.readFileSync(path.join(checkpoints, step, name));
  return {
    folder: path.join(checkpoints, step),
    step: Number(step),
    files: { weights: read('weights.safetensors'), optimizer: read('optimizer.safetensors') },
  };
}

describe('morphloom train', () => {
  it('trains, tells it in JSON Lines, and ends with done', { timeout: 300_000 }, async () => {
    const { code, stdout, stderr } = await morphloom(...train('first', '--steps', String(STEPS), '--json'));
    expect(stderr).not.toMatch(/defect/);
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    expect(lines[0]).toMatchObject({ imported: true, count: 96 });
    expect(lines[1]).toMatchObject({ begun: true, step: 0 });
    // The first step is not kept waiting for what makes the others faster.
    expect(lines[2]).toMatchObject({ step: 1 });
    const [compiled] = lines.splice(3, 1);
    expect(compiled).toEqual({
      compiled: { operations: expect.any(Number) as number, seconds: expect.any(Number) as number },
    });
    const last = lines.at(-1);
    expect(last).toMatchObject({ done: true, end: 'finished', step: STEPS });
    for (const line of lines.slice(2)) {
      for (const key of ['step', 'epoch', 'loss', 'imagesPerSecond', 'etaSeconds'])
        expect(line[key]).toBeTypeOf('number');
      expect(Object.keys(line['terms'] as object).sort()).toEqual(['distortion', 'rate', 'ssim']);
    }
    expect(lines.at(-2)?.['loss'] as number).toBeLessThan(lines[2]['loss'] as number);
  });

  it(
    'gives the same weights, bit for bit, for the same seed, and others for another',
    { timeout: 300_000 },
    async () => {
      expect((await morphloom(...train('second', '--steps', String(STEPS)))).code).toBe(0);
      expect(lastCheckpoint('second').files).toEqual(lastCheckpoint('first').files);
      expect((await morphloom(...train('third', '--steps', String(STEPS), '--seed', '2'))).code).toBe(0);
      expect(lastCheckpoint('third').files['weights'].equals(lastCheckpoint('first').files['weights'])).toBe(
        false,
      );
    },
  );

  it('killed again and again, and resumed, ends with the same weights', { timeout: 600_000 }, async () => {
    const often = ['--checkpoint-every', '0.05'];
    let args = train('killed', '--steps', String(STEPS), '--json', ...often);
    let kills = 0;
    for (const afterLines of [3, 3, 4]) {
      const run = start(args);
      await Promise.race([run.lines(afterLines), run.finished]);
      // Somewhere within the steps that follow, a checkpoint perhaps half written.
      await new Promise((resolve) => setTimeout(resolve, 40 * (kills + 1)));
      run.child.kill('SIGKILL');
      if ((await run.finished).code === null) kills++;
      args = ['train', at('killed'), '--resume', '--json', ...often];
    }
    expect(kills).toBeGreaterThan(0);
    const { code, stdout } = await morphloom(...args);
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ done: true, step: STEPS });
    const [killed, whole] = [lastCheckpoint('killed'), lastCheckpoint('first')];
    expect(killed.step).toBe(whole.step);
    expect(killed.files).toEqual(whole.files);
  });

  it('stops on SIGINT with everything saved, and goes on to the same end', { timeout: 300_000 }, async () => {
    const run = start(train('stopped', '--steps', String(STEPS), '--json'));
    await run.lines(3);
    run.child.kill('SIGINT');
    const { code, stdout } = await run.finished;
    expect(code).toBe(0);
    const last = jsonLines(stdout).at(-1) as { end: string; step: number };
    expect(last.end).toBe('stopped');
    expect(lastCheckpoint('stopped').step).toBe(last.step);
    expect((await morphloom('train', at('stopped'), '--resume')).code).toBe(0);
    expect(lastCheckpoint('stopped').files).toEqual(lastCheckpoint('first').files);
  });

  it('keeps metrics of each step once, in order, however often it was killed', () => {
    const runs = path.join(at('killed'), 'runs');
    const lines = jsonLines(
      fs.readFileSync(path.join(runs, fs.readdirSync(runs)[0], 'metrics.jsonl'), 'utf8'),
    );
    const steps = lines.map((line) => line['step'] as number);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
  });

  it('keeps a time budget, and its plan survives on disk', { timeout: 300_000 }, async () => {
    const { code, stdout } = await morphloom(...train('timed', '--minutes', '0.1', '--json'));
    expect(code).toBe(0);
    const { elapsedSeconds, progress } = jsonLines(stdout).at(-1) as {
      elapsedSeconds: number;
      progress: number;
    };
    expect(progress).toBe(1);
    expect(elapsedSeconds).toBeGreaterThan(3);
    expect(elapsedSeconds).toBeLessThan(15);
    const runs = path.join(at('timed'), 'runs');
    expect(fs.readFileSync(path.join(runs, fs.readdirSync(runs)[0], 'plan.jsonl'), 'utf8')).toMatch(
      /lastStep/,
    );
  });

  it(
    'stops at the first step that is not a number, says which and why, and keeps the last good checkpoint',
    { timeout: 300_000 },
    async () => {
      const { code, stderr } = await morphloom(
        ...train(
          'nan',
          '--steps',
          '200',
          '--checkpoint-every',
          '0.01',
          '--set',
          'optimiser.learningRate=1e12',
          '--set',
          'optimiser.ramp=0.3',
        ),
      );
      expect(code).toBe(1);
      expect(stderr).toMatch(/morphloom: Training stopped at step \d+: .* learning rate/);
      for (const file of Object.values(lastCheckpoint('nan').files)) {
        for (const { values } of decodeSafetensors(file, 'nan').arrays.values()) {
          expect(values.every(Number.isFinite)).toBe(true);
        }
      }
    },
  );

  it.each(['vae', 'beta-vae', 'ae'])('trains the recipe %s', { timeout: 300_000 }, async (recipe) => {
    const { code, stdout } = await morphloom(...train(recipe, '--recipe', recipe, '--steps', '12', '--json'));
    expect(code).toBe(0);
    const terms = Object.keys(jsonLines(stdout).at(-1)?.['terms'] as object).sort();
    expect(terms).toEqual(recipe === 'ae' ? ['distortion'] : ['distortion', 'rate']);
  });

  it.each([
    ['an unknown recipe', ['--recipe', 'nope'], 2, /There is no recipe "nope"; there are morph, /],
    ['an unknown setting', ['--set', 'latent.sise=3'], 2, /latent/],
    ['an unknown option of a part', ['--set', 'encoder.depth=3'], 2, /encoder|conv.*depth/],
    ['a size that cannot be halved', ['--size', '62'], 2, /62 × 62 cannot be halved.*64 × 64/],
    ['an unknown verb option', ['--nonsense'], 2, /unknown option/],
  ])('refuses %s in one sentence', { timeout: 300_000 }, async (_, more, expected, sentence) => {
    const { code, stderr } = await morphloom(
      'train',
      pictures,
      '--out',
      at('refused'),
      '--steps',
      '2',
      ...more,
    );
    expect(code).toBe(expected);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('trains on WebAssembly, and what it learned there is played on either backend', async () => {
    const { code, stderr } = await morphloom(...train('wasm', '--steps', '6', '--backend', 'wasm'));
    expect(stderr).not.toMatch(/defect/);
    expect(code).toBe(0);
    const psnr = async (backend: string): Promise<number> => {
      const { stdout } = await morphloom('eval', at('wasm'), '--backend', backend, '--json');
      return (jsonLines(stdout)[0]['train'] as { psnr: number }).psnr;
    };
    expect(await psnr('wasm')).toBeCloseTo(await psnr('tensorflow'), 2);
  });

  it('goes back to the checkpoint before one that is damaged, says so, and still ends the same', async () => {
    expect((await morphloom(...train('hurt', '--steps', '30', '--checkpoint-every', '0.05'))).code).toBe(0);
    const { folder: newest } = lastCheckpoint('hurt');
    const whole = lastCheckpoint('hurt').files;
    fs.truncateSync(path.join(newest, 'weights.safetensors'), 1000);
    const { code, stdout } = await morphloom('train', at('hurt'), '--resume');
    expect(code).toBe(0);
    expect(stdout).toMatch(/checkpoint of step 30 is damaged; going back to that of step \d+/);
    expect(lastCheckpoint('hurt').files).toEqual(whole);
  });

  it('refuses to resume on other pictures', { timeout: 300_000 }, async () => {
    fs.cpSync(at('first'), at('changed'), { recursive: true });
    const fewer = temporaryFolder();
    await writeSamples({ kind: 'shapes', count: 70, sizePx: 32, seed: 4, into: path.join(fewer, 'p') });
    expect((await morphloom('import', path.join(fewer, 'p'), '--project', at('changed'))).code).toBe(0);
    const { code, stderr } = await morphloom('train', at('changed'), '--resume');
    expect(code).toBe(1);
    expect(stderr).toMatch(/have changed since run 001-morph began/);
  });
});
