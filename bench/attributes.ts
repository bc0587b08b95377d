import * as fs from 'node:fs';
import * as path from 'node:path';
import { cholesky, solveLower, solveLowerTransposed } from '../src/core/cholesky.ts';
import { attributesWithLeaks } from '../src/engine/jobs/attribute.ts';
import { loadForModel } from '../src/engine/jobs/attribute-moves.ts';
import { readPictures } from '../src/engine/jobs/pictures.ts';
import { type OpenedInstrument, openInstrument } from '../src/engine/latent/open.ts';
import { morphloom, withFolder } from './support.ts';

/**
 * Attributes of drawn faces, whose truth is known: how well they tell unseen faces apart, and what else changes in
 * a face that is moved along one. `npm run bench -- attributes` learns faces for three minutes first;
 * `… attributes <project>` measures a project whose folder `known`, beside it, was imported with its table, with
 * `unknown` beside it too.
 *
 * What is in a picture is read off by ridge regressions from the model's own pictures to the drawings' parameters,
 * fitted on known faces; how well they do on unknown ones is printed, for that is what the rest stands on.
 */
const KNOWN = 700;
const UNKNOWN = 100;
const MINUTES = 3;
const LEARNED = ['smile', 'glasses', 'hair'];
/** By how many standard deviations faces are moved. */
const AMOUNT = 2;
/** Pixels are averaged over so many by so many before they are read. */
const POOL = 2;
const PENALTY = 3;

type Table = ReadonlyMap<string, readonly number[]>;
interface Readout {
  readonly name: string;
  /** Reads values off features, in standard deviations of the known faces. */
  readonly read: (features: Float64Array) => number;
}

function readTable(folder: string): { columns: string[]; rows: Table } {
  const lines = fs.readFileSync(path.join(folder, 'attributes.csv'), 'utf8').trim().split('\n');
  const [head, ...rows] = lines.map((line) => line.split(','));
  return { columns: head.slice(1), rows: new Map(rows.map(([file, ...cells]) => [file, cells.map(Number)])) };
}

/** `[h, w, 3]` to means over squares, and a constant. */
function featuresOf(
  picture: Float32Array,
  { width, height, channels }: OpenedInstrument['image'],
): Float64Array {
  const [w, h] = [Math.floor(width / POOL), Math.floor(height / POOL)];
  const out = new Float64Array(w * h * channels + 1);
  for (let y = 0; y < h * POOL; y++)
    for (let x = 0; x < w * POOL; x++)
      for (let c = 0; c < channels; c++)
        out[(Math.floor(y / POOL) * w + Math.floor(x / POOL)) * channels + c] +=
          picture[(y * width + x) * channels + c] / POOL ** 2;
  out[out.length - 1] = 1;
  return out;
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: readonly number[]): number =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

/** Ridge regressions in the dual form: as many unknowns as pictures. */
function fitReadouts(
  features: readonly Float64Array[],
  columns: readonly string[],
  values: readonly (readonly number[])[],
): Readout[] {
  const count = features.length;
  const gram = new Float64Array(count * count);
  for (let i = 0; i < count; i++)
    for (let j = 0; j <= i; j++) gram[i * count + j] = dot(features[i], features[j]);
  for (let i = 0; i < count; i++) gram[i * count + i] += PENALTY;
  const factor = cholesky(gram, count);
  return columns.map((name, column) => {
    const truth = values.map((row) => row[column]);
    const [centre, spread] = [mean(truth), deviation(truth)];
    const target = Float64Array.from(truth, (value) => (value - centre) / spread);
    const shares = solveLowerTransposed(factor, solveLower(factor, target, count), count);
    const weights = new Float64Array(features[0].length);
    features.forEach((row, i) => row.forEach((value, k) => (weights[k] += shares[i] * value)));
    return { name, read: (of) => dot(weights, of) };
  });
}

async function measure(project: string): Promise<void> {
  const beside = (name: string): string => path.join(path.dirname(project), name);
  const instrument = await openInstrument(project);
  const { image, latentSize } = instrument;
  const { columns: all, rows } = readTable(beside('known'));
  const unknownRows = readTable(beside('unknown')).rows;
  const load = async (folder: string, table: Table) => {
    const { pixels, files } = await readPictures(instrument, [folder]);
    const { mean: latents } = instrument.encode(pixels, files.length);
    const values = files.map((file) => table.get(path.basename(file)) as readonly number[]);
    return { latents, values, count: files.length };
  };
  const drawn = (latents: Float32Array, count: number): Float64Array[] => {
    const pictures = instrument.decode(latents, count);
    const size = pictures.length / count;
    return Array.from({ length: count }, (_, i) =>
      featuresOf(pictures.subarray(i * size, (i + 1) * size), image),
    );
  };
  const known = await load(beside('known'), rows);
  const unknown = await load(beside('unknown'), unknownRows);
  const readouts = fitReadouts(drawn(known.latents, known.count), all, known.values);
  const before = drawn(unknown.latents, unknown.count);
  const sure = readouts.flatMap((readout, column) => {
    const truth = unknown.values.map((row) => row[column]);
    const [centre, spread] = [mean(truth), deviation(truth)];
    const left = before.map((row, i) => (readout.read(row) - (truth[i] - centre) / spread) ** 2);
    const explained = 1 - mean(left);
    return explained > 0.5 ? [{ ...readout, explained }] : [];
  });
  process.stdout.write(`read off pictures (share of the variance among unknown faces): ${sure.map(({ name, explained }) => `${name} ${explained.toFixed(2)}`).join(', ')}\n`); // prettier-ignore

  for (const apart of [false, true]) {
    for (const name of LEARNED) {
      const others = apart
        ? LEARNED.filter((other) => other !== name).flatMap((other) => ['--apart', other])
        : [];
      await morphloom('attribute', 'learn', project, name, '--column', name, ...others);
    }
    const listed = await attributesWithLeaks(instrument.project.attributes);
    process.stdout.write(apart ? '\neach freed of the other two\n' : '\nas learned\n');
    for (const name of LEARNED) {
      const { vector } = await loadForModel(instrument, name);
      const moved = unknown.latents.map((value, i) => value + AMOUNT * vector.direction[i % latentSize]);
      const after = drawn(moved, unknown.count);
      const change = ({ read }: Readout): number => mean(after.map((row, i) => read(row) - read(before[i])));
      const own = sure.find((readout) => readout.name === name);
      const auc = listed.find((facts) => facts.name === name)?.heldOutAuc ?? NaN;
      if (own === undefined) {
        process.stdout.write(`${name}: AUC ${auc.toFixed(3)}; it cannot be read off pictures well enough\n`);
        continue;
      }
      const others = sure
        .filter((readout) => readout !== own)
        .map((readout) => ({ name: readout.name, share: change(readout) / change(own) }))
        .sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
      process.stdout.write(
        `${name}: AUC ${auc.toFixed(3)}; moved by ${AMOUNT} it moves itself by ${change(own).toFixed(2)}; ` +
          `of that, others: ${others.map((one) => `${one.name} ${(100 * one.share).toFixed(0)} %`).join(', ')}\n`,
      );
    }
  }
  process.stdout.write('asked: AUC ≥ .97, others < 15 %\n');
  instrument.dispose();
}

const [given] = process.argv.slice(2);
if (given !== undefined) void measure(path.resolve(given));
else {
  void withFolder(async (own) => {
    const [every, known, unknown] = ['all', 'known', 'unknown'].map((name) => path.join(own, name));
    await morphloom('samples', 'faces', '--count', String(KNOWN + UNKNOWN), '--size', '128', '--out', every);
    const names = fs.readdirSync(every).filter((name) => name.endsWith('.png'));
    for (const [into, from, to] of [
      [known, 0, KNOWN],
      [unknown, KNOWN, KNOWN + UNKNOWN],
    ] as const) {
      fs.mkdirSync(into);
      fs.copyFileSync(path.join(every, 'attributes.csv'), path.join(into, 'attributes.csv'));
      for (const name of names.slice(from, to))
        fs.copyFileSync(path.join(every, name), path.join(into, name));
    }
    const project = path.join(own, 'p.morphloom');
    await morphloom('train', known, '--out', project, '--minutes', String(MINUTES));
    await measure(project);
  });
}
