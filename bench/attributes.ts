import * as fs from 'node:fs';
import * as path from 'node:path';
import { cholesky, solveLower, solveLowerTransposed } from '../src/core/cholesky.ts';
import { attributesWithLeaks } from '../src/engine/jobs/attribute.ts';
import { loadForModel } from '../src/engine/jobs/attribute-moves.ts';
import { readPictures } from '../src/engine/jobs/pictures.ts';
import { openInstrument } from '../src/engine/latent/open.ts';
import { FACE_ATTRIBUTES, type FaceAttribute } from '../src/engine/samples/face-parameters.ts';
import { mean, morphloom, withFolder } from './support.ts';

/**
 * Attributes of drawn faces, whose truth is known: how well they tell unseen faces apart, and what else changes in
 * a face that is moved along one. `npm run bench -- attributes` learns faces for three minutes first;
 * `… attributes <project>` measures a project whose folder `known`, beside it, was imported with its table, with
 * `unknown` beside it too.
 *
 * What is in a picture is read off by ridge regressions to the drawings' parameters, from how the model sees the
 * picture that it has drawn: its bytes are encoded anew, so that only what is visible counts. They are fitted on
 * known faces; how well they do on unknown ones is printed, for that is what the rest stands on. Kinds without an
 * order (the style of the hair) are not read.
 */
const KNOWN = 700;
const UNKNOWN = 100;
const MINUTES = 3;
const LEARNED = ['smile', 'glasses', 'hair'];
/** By how many standard deviations faces are moved. */
const AMOUNT = 2;
/** What comes along by more than this is kept out in the end. */
const NOTICED = 0.08;
/** Of what is read no better, nothing is said. */
const SURE = 0.5;
const PENALTIES = [1, 10, 100, 1000];

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

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
const deviation = (values: readonly number[]): number =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

/** The ridge regressions with one penalty, of standardised values. */
function ridges(
  features: readonly Float64Array[],
  targets: readonly Float64Array[],
  penalty: number,
): Float64Array[] {
  const size = features[0].length;
  const gram = new Float64Array(size * size);
  for (const row of features)
    for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) gram[i * size + j] += row[i] * row[j];
  for (let i = 0; i < size; i++) gram[i * size + i] += penalty;
  const factor = cholesky(gram, size);
  return targets.map((target) => {
    const moments = new Float64Array(size);
    features.forEach((row, n) => row.forEach((value, i) => (moments[i] += value * target[n])));
    return solveLowerTransposed(factor, solveLower(factor, moments, size), size);
  });
}

/** Ridge regressions, each with the penalty that does best on a fifth that was kept out of it. */
function fitReadouts(
  features: readonly Float64Array[],
  columns: readonly string[],
  values: readonly (readonly number[])[],
): Readout[] {
  const targets = columns.map((_, column) => {
    const truth = values.map((row) => row[column]);
    const [centre, spread] = [mean(truth), deviation(truth)];
    return Float64Array.from(truth, (value) => (value - centre) / spread);
  });
  const isKept = (n: number): boolean => n % 5 === 0;
  const fitted = features.filter((_, n) => !isKept(n));
  const fittedTargets = targets.map((target) => target.filter((_, n) => !isKept(n)));
  const tries = PENALTIES.map((penalty) => ridges(fitted, fittedTargets, penalty));
  const final = PENALTIES.map((penalty) => ridges(features, targets, penalty));
  return columns.map((name, column) => {
    const missed = tries.map(
      (weights) =>
      mean(features.flatMap((row, n) => (isKept(n) ? [(dot(weights[column], row) - targets[column][n]) ** 2] : []))), // prettier-ignore
    );
    const weights = final[missed.indexOf(Math.min(...missed))][column];
    return { name, read: (of) => dot(weights, of) };
  });
}

async function measure(project: string): Promise<void> {
  const beside = (name: string): string => path.join(path.dirname(project), name);
  const instrument = await openInstrument(project);
  const { latentSize } = instrument;
  const { columns: all, rows } = readTable(beside('known'));
  const unknownRows = readTable(beside('unknown')).rows;
  const load = async (folder: string, table: Table) => {
    const { pixels, files } = await readPictures(instrument, [folder]);
    const { mean: latents } = instrument.encode(pixels, files.length);
    const values = files.map((file) => table.get(path.basename(file)) as readonly number[]);
    return { latents, values, count: files.length };
  };
  const drawn = (latents: Float32Array, count: number): Float64Array[] => {
    const bytes = Uint8Array.from(instrument.decode(latents, count), (value) => Math.round(255 * value));
    const { mean: seen } = instrument.encode(bytes, count);
    return Array.from({ length: count }, (_, i) =>
      Float64Array.of(...seen.subarray(i * latentSize, (i + 1) * latentSize), 1),
    );
  };
  const known = await load(beside('known'), rows);
  const unknown = await load(beside('unknown'), unknownRows);
  const readouts = fitReadouts(drawn(known.latents, known.count), all, known.values);
  const before = drawn(unknown.latents, unknown.count);
  const told = readouts.map((readout, column) => {
    const truth = unknown.values.map((row) => row[column]);
    const [centre, spread] = [mean(truth), deviation(truth)];
    const left = before.map((row, i) => (readout.read(row) - (truth[i] - centre) / spread) ** 2);
    return { ...readout, explained: 1 - mean(left) };
  });
  const sure = told.filter(
    ({ name, explained }) => explained > SURE && FACE_ATTRIBUTES[name as FaceAttribute].kind !== 'category',
  );
  const share = ({ name, explained }: (typeof told)[number]): string => `${name} ${explained.toFixed(2)}`;
  process.stdout.write(
    `read off pictures (share of the variance among unknown faces): ${sure.map(share).join(', ')}\n`,
  );

  const beforeKnown = drawn(known.latents, known.count);
  /** What else changes in these faces, as a part of what the attribute itself changes, most first. */
  const along = async (name: string, latents: Float32Array, from: readonly Float64Array[]) => {
    const { vector } = await loadForModel(instrument, name);
    const moved = latents.map((value, i) => value + AMOUNT * vector.direction[i % latentSize]);
    const after = drawn(moved, from.length);
    const change = ({ read }: Readout): number => mean(after.map((row, i) => read(row) - read(from[i])));
    // Read badly, it seems to move less than it does, and the others' part seems larger: never smaller.
    const own = told.find((readout) => readout.name === name) ?? told[0];
    const others = sure
      .filter((readout) => readout.name !== name)
      .map((readout) => ({ name: readout.name, share: change(readout) / change(own) }))
      .sort((x, y) => Math.abs(y.share) - Math.abs(x.share));
    return { own, change: change(own), others };
  };
  const learn = (name: string, apart: readonly string[]) =>
    morphloom('attribute', 'learn', project, name, '--column', name, ...apart.flatMap((other) => ['--apart', other])); // prettier-ignore
  const report = async (title: string): Promise<void> => {
    process.stdout.write(`\n${title}\n`);
    const listed = await attributesWithLeaks(instrument.project.attributes);
    for (const name of LEARNED) {
      const { own, change, others } = await along(name, unknown.latents, before);
      const auc = listed.find((facts) => facts.name === name)?.heldOutAuc ?? NaN;
      process.stdout.write(
        `${name}: AUC ${auc.toFixed(3)}; moved by ${AMOUNT} it moves itself by ${change.toFixed(2)} (read with ${own.explained.toFixed(2)}); ` +
          `of that, others: ${others.map((one) => `${one.name} ${(100 * one.share).toFixed(0)} %`).join(', ')}\n`,
      );
    }
  };

  for (const name of LEARNED) await learn(name, []);
  await report('as learned');
  const companions = (name: string): string[] => LEARNED.filter((other) => other !== name);
  for (const name of LEARNED) await learn(name, companions(name));
  await report('each freed of the other two');
  for (const name of LEARNED) {
    // What comes along is told by known faces: the unknown ones judge.
    const { others } = await along(name, known.latents, beforeKnown);
    const more = others.filter((one) => Math.abs(one.share) > NOTICED && !LEARNED.includes(one.name));
    for (const one of more) await learn(one.name, []);
    await learn(name, [...companions(name), ...more.map((one) => one.name)]);
  }
  await report(`each freed also of what came along in known faces by more than ${100 * NOTICED} %`);
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
