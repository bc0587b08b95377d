import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../src/engine/compute/select.ts';

const root = path.join(import.meta.dirname, '..', '..');
/** Below the checkout, so that packages are found. */
const copy = path.join(root, 'build', `worked-example-${process.pid}`);
const command = (...args: string[]): string =>
  execFileSync(process.execPath, [path.join(copy, 'bin', 'morphloom.cjs'), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

/** The blocks of code of the worked example in docs/recipes.md: the file, the entry in the registry, the preset. */
async function example(): Promise<string[]> {
  const text = await fs.readFile(path.join(root, 'docs', 'recipes.md'), 'utf8');
  const from = text.indexOf('## Adding a term: a worked example');
  const chapter = text.slice(from, text.indexOf('### Other parts'));
  return [...chapter.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
}

async function insert(file: string, anchor: string, text: string): Promise<void> {
  const whole = await fs.readFile(file, 'utf8');
  expect(whole.split(anchor)).toHaveLength(2);
  await fs.writeFile(
    file,
    whole.replace(anchor, () => anchor + text),
  );
}

/** What docs/recipes.md says of adding a recipe, done word by word to a copy of the source. */
describe('the worked example of the recipes', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    for (const part of ['src', 'bin', 'scripts', 'package.json', 'tsconfig.base.json'])
      await fs.cp(path.join(root, part), path.join(copy, part), { recursive: true });
    const [maths, entry, preset] = await example();
    const engine = path.join(copy, 'src', 'engine');
    await fs.writeFile(path.join(engine, 'objective', 'variation.ts'), maths);
    const registry = path.join(engine, 'recipes', 'registry.ts');
    await insert(registry, "  regularisers: partFamily('regulariser', [\n", entry);
    const source = await fs.readFile(registry, 'utf8');
    await fs.writeFile(registry, `import { totalVariation } from '../objective/variation.ts';\n${source}`);
    const presets = path.join(engine, 'recipes', 'presets.ts');
    const lines = (await fs.readFile(presets, 'utf8')).trimEnd();
    expect(lines.endsWith('];')).toBe(true);
    await fs.writeFile(presets, `${lines.slice(0, -2)}${preset}];\n`);
    execFileSync(process.execPath, [path.join(copy, 'scripts', 'build.mjs')], { stdio: 'ignore' });
  }, 120_000);
  afterAll(() => fs.rm(copy, { recursive: true, force: true }));

  it('gives a recipe that trains, its own term among the figures, with nothing else changed', () => {
    const pictures = path.join(copy, 'shapes');
    const project = path.join(copy, 'p.morphloom');
    command('samples', 'shapes', '--out', pictures, '--count', '24', '--size', '32');
    const small = ['encoder.widths=[4,8]', 'decoder.widths=[8,4]', 'latent.size=4', 'optimiser.batch=8'];
    const lines = command(
      ...['train', pictures, '--out', project, '--recipe', 'calm', '--size', '16', '--steps', '3', '--json'],
      ...small.flatMap((setting) => ['--set', setting]),
    )
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { done?: boolean; terms?: Record<string, number> });
    expect(lines.at(-1)).toMatchObject({ done: true, end: 'finished', step: 3 });
    expect(lines.at(-1)?.terms?.['total-variation']).toBeGreaterThan(0);
  });

  it('has the maths that its text says', async () => {
    await openBackend({ prefer: 'tensorflow' });
    const file = path.join(copy, 'src', 'engine', 'objective', 'variation.ts');
    const { totalVariation } = (await import(file)) as {
      totalVariation: (pictures: tf.Tensor4D, weight: number) => tf.Tensor1D;
    };
    const pictures = tf.tensor4d([0.4, 0.4, 0.4, 0.4, 0, 1, 0, 1], [2, 2, 2, 1]);
    const [flat, stripes] = [...totalVariation(pictures, 3).dataSync()];
    expect([flat, stripes]).toEqual([0, 6]);
  });
});
