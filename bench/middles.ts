import * as fs from 'node:fs';
import * as path from 'node:path';
import { slerp } from '../src/core/interpolate.ts';
import type { Frame } from '../src/engine/export/frame.ts';
import { framesOf } from '../src/engine/export/model-frames.ts';
import { openInstrument } from '../src/engine/latent/open.ts';
import { decodeAll, encodeAll } from '../src/engine/morph/codec.ts';
import { sheet } from '../src/engine/node/encoders/compose.ts';
import { encodePng } from '../src/engine/node/encoders/still.ts';
import { floats, morphMethods, pictureOf } from './morphs/methods.ts';
import { middleFigures, type Middle, type MiddleFigures } from './morphs/middles.ts';

/**
 * What lies half-way between two pictures, as trained models draw it, bare and as finished morphs have it, against
 * what pictures look like; and a sheet to see it side by side.
 * `npm run bench -- middles <folder of unknown pictures> <sheet.png> <projects…>`.
 */
const STRIDE = 7;
const FINISHED = 12;
const FRAMES = 25;
const SHOWN = 10;

function tell(name: string, { sharp, ghost, edges, patches }: MiddleFigures): void {
  const figures = { sharp, ghost, 'edges off by': edges, 'patches off by': patches };
  const words = Object.entries(figures).map(([figure, value]) => `${figure} ${value.toFixed(3)}`);
  process.stdout.write(`${name.padEnd(28)} ${words.join('  ')}\n`);
}

interface Columns {
  readonly ends: readonly [Frame[], Frame[]];
  /** Copies of the first end, the bare middles, the finished ones. */
  readonly own: readonly Frame[][];
}

async function measure(project: string, folder: string): Promise<Columns> {
  const instrument = await openInstrument(project);
  const { image, latentSize } = instrument;
  const files = fs
    .readdirSync(folder)
    .filter((file) => file.endsWith('.png'))
    .sort()
    .map((file) => path.join(folder, file));
  const bytes: Uint8Array[] = [];
  for (const file of files) bytes.push(await pictureOf(instrument, file));
  const pictures = bytes.map(floats);
  const partner = (i: number): number => (i + STRIDE) % files.length;
  const halfWay = (latent: Float32Array, i: number): Float32Array => {
    const out = new Float32Array(latentSize);
    slerp(latent, latents[partner(i)], 0.5, out);
    return out;
  };
  const latents = encodeAll(instrument, bytes);
  const copies = decodeAll(instrument, latents);
  const bare = decodeAll(instrument, latents.map(halfWay));
  const { ours } = morphMethods(instrument, FRAMES);
  const finished: Float32Array[] = [];
  for (let i = 0; i < Math.min(FINISHED, files.length); i++)
    finished.push((await ours(files[i], files[partner(i)]))[(FRAMES - 1) >> 1]);
  instrument.dispose();

  const name = instrument.run.recipe.name;
  const dissolved = pictures.map((a, i) => a.map((x, k) => (x + pictures[partner(i)][k]) / 2));
  for (const [what, all] of Object.entries({ dissolved, copies, bare, finished })) {
    const middles = all.map((middle, i): Middle => ({ from: pictures[i], middle, to: pictures[partner(i)] }));
    tell(`${name}, ${what}`, middleFigures(middles, pictures, image));
  }
  const column = (all: readonly Float32Array[]): Frame[] =>
    all.slice(0, SHOWN).flatMap((picture) => framesOf(picture, image));
  const partners = pictures.map((_, i) => pictures[partner(i)]);
  return { ends: [column(pictures), column(partners)], own: [copies, bare, finished].map(column) };
}

async function main(folder: string, out: string, projects: readonly string[]): Promise<void> {
  const seen: Columns[] = [];
  for (const project of projects) seen.push(await measure(project, folder));
  const [from, to] = seen[0].ends;
  const columns = [from, ...seen.flatMap(({ own }) => own), to];
  const captions = ['from', ...seen.flatMap(() => ['copy', 'half-way', 'finished']), 'to'];
  const picture = await sheet({
    rows: from.map((_, row) => columns.map((column) => column[row])),
    captions: [captions],
    background: '#17171b',
  });
  fs.writeFileSync(out, await encodePng(picture, ''));
}

const [folder, out, ...projects] = process.argv.slice(2);
if (projects.length === 0) {
  process.stderr.write(
    'usage: npm run bench -- middles <folder of unknown pictures> <sheet.png> <projects…>\n',
  );
  process.exitCode = 2;
} else void main(folder, out, projects);
