import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { createRng, shuffle } from '../src/core/rng.ts';
import { recipesPage, recipesTable, type Trial } from './recipes/page.ts';
import { morphloom, withFolder } from './support.ts';

/**
 * Which recipe suits some pictures: each is trained on the same ones for the same CPU time, start-up aside, and
 * measured on others that it was not shown. Writes one table and one page that needs nothing beside it:
 * `npm run bench -- recipes [folder] --recipes morph,vae --cpu-seconds 60 --size 48 --out recipes.html`.
 * Without a folder, on drawn faces.
 */
const DEFAULTS = { recipes: 'morph,sketch,vae,beta-vae,ae', 'cpu-seconds': '60', size: '48', out: 'recipes.html', seed: '1' }; // prettier-ignore
const DRAWN = 600;
const UNKNOWN = { part: 0.1, most: 200 };
const SHOWN = 8;
const PAIRS = 2;
const MOMENTS = 8;
/** About how large pictures are on the page, in pixels. */
const SHOWN_SIDE = 64;
const PICTURE = /\.(png|jpe?g|webp|gif|avif|tiff?)$/i;
/** Two short trainings tell what a step costs, and what starting up does. */
const PROBE = [20, 60] as const;

interface Setting {
  readonly size: string;
  readonly seed: string;
  readonly cpuSeconds: number;
  readonly folder: string;
}

function picturesIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => PICTURE.test(name))
    .sort();
}

/** Splits pictures into those that are learned and those that are not shown; subfolders, which are labels, stay. */
function split(
  from: string,
  into: string,
  seed: number,
): { known: string; unknown: string; shown: string[] } {
  const names = shuffle(picturesIn(from), createRng(seed));
  if (names.length < 20) throw new Error(`"${from}" has ${names.length} pictures; 20 are the least.`);
  const count = Math.min(UNKNOWN.most, Math.max(SHOWN, Math.floor(names.length * UNKNOWN.part)));
  const [known, unknown] = ['known', 'unknown'].map((name) => path.join(into, name));
  names.forEach((name, i) => {
    const to = path.join(i < count ? unknown : known, name);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.copyFileSync(path.join(from, name), to);
  });
  return { known, unknown, shown: names.slice(0, SHOWN).map((name) => path.join(unknown, name)) };
}

async function train(project: string, recipe: string, steps: number, seed: string): Promise<number> {
  const lines = await morphloom(
    'train',
    project,
    '--recipe',
    recipe,
    '--steps',
    String(steps),
    '--seed',
    seed,
  );
  return lines.at(-1)?.['cpuSeconds'] as number;
}

const dataUrl = (file: string): string => `data:image/png;base64,${fs.readFileSync(file).toString('base64')}`;

async function drawn(folder: string, name: string, command: readonly string[]): Promise<string> {
  const out = path.join(folder, `${name}.png`);
  await morphloom(...command, '--out', out);
  return dataUrl(out);
}

/** The frames of a morph, one after the other. */
async function frames(folder: string, name: string, command: readonly string[]): Promise<string[]> {
  const out = path.join(folder, name);
  fs.rmSync(out, { recursive: true, force: true });
  await morphloom(...command, '--out', `${out}${path.sep}`);
  const files = fs.readdirSync(out).filter((file) => file.endsWith('.png'));
  return files.sort().map((file) => dataUrl(path.join(out, file)));
}

async function tryRecipe(
  project: string,
  recipe: string,
  { unknown, shown }: { unknown: string; shown: readonly string[] },
  { size, seed, cpuSeconds, folder }: Setting,
): Promise<Trial> {
  const [few, more] = [
    await train(project, recipe, PROBE[0], seed),
    await train(project, recipe, PROBE[1], seed),
  ];
  const each = (more - few) / (PROBE[1] - PROBE[0]);
  const steps = Math.max(1, Math.floor(cpuSeconds / each));
  const spent = (await train(project, recipe, steps, seed)) - (few - PROBE[0] * each);
  const [report] = (await morphloom('eval', project, '--data', unknown)) as unknown as [Trial['report']];
  const scale = String(Math.max(1, Math.round(SHOWN_SIDE / Number(size))));
  const morphs: string[][] = [];
  for (let i = 0; i < 2 * PAIRS; i += 2) {
    const flags = ['--frames', String(MOMENTS), '--detail', '0', '--scale', scale];
    morphs.push(await frames(folder, 'morph', ['morph', project, shown[i], shown[i + 1], ...flags]));
  }
  return {
    recipe,
    steps,
    cpuSeconds: spent,
    report,
    reconstructions: await drawn(folder, 'copies', ['reconstruct', project, ...shown, '--scale', scale]),
    samples: await drawn(folder, 'samples', ['sample', project, '--grid', '8x2', '--scale', scale]),
    morphs,
  };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(DEFAULTS).map(([name, standard]) => [
        name,
        { type: 'string' as const, default: standard },
      ]),
    ),
  });
  const asked = values as typeof DEFAULTS;
  await withFolder(async (folder) => {
    const given = positionals[0];
    const pictures = given ?? path.join(folder, 'faces');
    if (given === undefined) {
      await morphloom('samples', 'faces', '--out', pictures, '--count', String(DRAWN), '--size', '96');
    }
    const sides = split(pictures, folder, Number(asked.seed));
    const project = path.join(folder, 'p.morphloom');
    await morphloom('import', sides.known, '--project', project, '--size', asked.size, '--keep-duplicates');
    const setting = { size: asked.size, seed: asked.seed, cpuSeconds: Number(asked['cpu-seconds']), folder };
    const trials: Trial[] = [];
    const failed: string[] = [];
    for (const recipe of asked.recipes.split(',').map((name) => name.trim())) {
      // One that does not fit these pictures (no labels, say) leaves the others be; its sentence stands above.
      await tryRecipe(project, recipe, sides, setting).then(
        (trial) => trials.push(trial),
        () => failed.push(recipe),
      );
    }
    const facts = {
      pictures: given === undefined ? `${DRAWN} drawn faces` : path.basename(path.resolve(given)),
      known: picturesIn(sides.known).length,
      unknown: picturesIn(sides.unknown).length,
      size: asked.size,
      cpuSeconds: asked['cpu-seconds'],
      seed: asked.seed,
    };
    fs.writeFileSync(asked.out, recipesPage(facts, trials, failed));
    process.stdout.write(`${recipesTable(trials)}\n${path.resolve(asked.out)}\n`);
  });
}

void main();
