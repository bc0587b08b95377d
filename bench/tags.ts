import * as path from 'node:path';
import { openBackend } from '../src/engine/compute/select.ts';
import { framesOf } from '../src/engine/export/model-frames.ts';
import { inRows } from '../src/engine/export/sheet.ts';
import { latentsOfTags, readTags, tellTags } from '../src/engine/jobs/tags.ts';
import { toBytes } from '../src/engine/latent/instrument.ts';
import { openInstrument, type OpenedInstrument } from '../src/engine/latent/open.ts';
import { sheet } from '../src/engine/node/encoders/compose.ts';
import { writeStill } from '../src/engine/node/encoders/still.ts';
import { agreement, trainJudge, type Verdict } from './shapes/judge.ts';
import { drawAndImport, openPictures } from './shapes/pictures.ts';
import { morphloom, withFolder } from './support.ts';

/**
 * Whether pictures tell their tags, and tags their pictures: the recipe "multimodal" on drawn shapes or faces; what it
 * tells of pictures that it has not seen, and what a classifier that learned from real pictures only says of those
 * that it draws of tags. `npm run bench -- tags [shapes or faces] [steps] [sheet.png] [settings…]`: on the sheet a
 * column is what is asked for, all else that is known of pictures left open.
 */
const SIDE = 32;
const KNOWN = 4000;
const UNKNOWN = 800;
const JUDGED = 4000;
const JUDGE_STEPS = 2000;
const EACH = 50;

/** What is asked for: a column, and the values that each verdict stands for. */
interface Question {
  readonly column: string;
  readonly asked: readonly number[];
  /** Which of them a value is. */
  readonly verdictOf: (value: number) => number;
  /** Whether values have an order. */
  readonly ordered: boolean;
}

const kindsOf = (column: string): Question => ({
  column,
  asked: [0, 1, 2, 3],
  verdictOf: (value) => value,
  ordered: false,
});
const halves = (column: string, low: number, high: number): Question => ({
  column,
  asked: [low, high],
  verdictOf: (value) => +(value > (low + high) / 2),
  ordered: true,
});

const QUESTIONS = {
  shapes: [kindsOf('class'), kindsOf('colour')],
  faces: [halves('smile', -1, 1), halves('glasses', 0, 1), halves('hairColour', 0, 1)],
} as const;

type Values = Readonly<Record<string, number>> | undefined;

/** The share of their variance that what is told of values explains. */
function explained(told: readonly number[], truth: readonly number[]): number {
  const mean = truth.reduce((sum, value) => sum + value, 0) / truth.length;
  const off = (from: (i: number) => number): number =>
    truth.reduce((sum, value, i) => sum + (value - from(i)) ** 2, 0);
  return 1 - off((i) => told[i]) / off(() => mean);
}

/** How often of two pictures, one with and one without, more is told of the one with. */
function areaUnderCurve(told: readonly number[], positive: readonly boolean[]): number {
  const [yes, no] = [true, false].map((which) => told.filter((_, i) => positive[i] === which));
  const wins = yes.flatMap((a) => no.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
  return wins.reduce<number>((sum, win) => sum + win, 0) / wins.length;
}

/** How well numbers with an order are told. */
function sayOrdered(questions: readonly Question[], told: readonly Values[], truth: readonly Values[]): void {
  for (const { column } of questions.filter(({ ordered }) => ordered)) {
    const [got, real] = [told, truth].map((all) => all.map((values) => values?.[column] ?? NaN));
    const kinds = new Set(real).size;
    const figure =
      kinds === 2
        ? `AUC ${areaUnderCurve(
            got,
            real.map((value) => value > 0),
          ).toFixed(3)}`
        : `R² ${explained(got, real).toFixed(3)}`;
    process.stdout.write(`  ${column}: ${figure}\n`);
  }
}

/** Writes what was drawn, a column of each combination. */
async function show(
  { image, runId, hash }: OpenedInstrument,
  columns: readonly Uint8Array[],
  out: string,
): Promise<void> {
  const size = image.width * image.height * image.channels;
  const rows = Array.from({ length: 8 }, (_, row) =>
    columns.map((pictures) => pictures.subarray(row * size, (row + 1) * size)),
  );
  const pictures = Uint8Array.from(rows.flat().flatMap((picture) => Array.from(picture)));
  const frame = await sheet({ rows: inRows(framesOf(pictures, image), columns.length), scale: 1, gap: 4 });
  const model = { run: runId, hash };
  await writeStill({ frame, out, provenance: { morphloom: 1, kind: 'tags', model, seed: 1 } });
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

async function main([
  kind = 'shapes',
  steps = '4000',
  picture = '',
  ...settings
]: readonly string[]): Promise<void> {
  if (kind !== 'shapes' && kind !== 'faces') throw new Error('tags takes shapes or faces');
  const questions: readonly Question[] = QUESTIONS[kind];
  const verdictOf = (attributes: Values): Verdict =>
    questions.map(({ column, verdictOf: verdict }) => verdict(attributes?.[column] ?? NaN));
  const named = (values: Verdict): string =>
    questions.map(({ column }, i) => `${column} ${percent(values[i])}`).join(', ');
  await withFolder(async (folder) => {
    const make = (name: string, count: number, seed: number): Promise<string> =>
      drawAndImport(kind, path.join(folder, name), { count, side: SIDE, seed });
    const project = await make('known', KNOWN, 1);
    const unknown = await openPictures(await make('unknown', UNKNOWN, 2));
    const done = await morphloom(
      ...['train', project, '--recipe', 'multimodal', '--steps', steps],
      ...settings.flatMap((setting) => ['--set', setting]),
    );
    const minutes = (done.at(-1)?.['cpuSeconds'] as number) / 60;
    process.stdout.write(`${KNOWN} ${kind}, ${SIDE} px, ${steps} steps, ${minutes.toFixed(1)} CPU minutes\n`);

    await openBackend({ prefer: 'tensorflow' });
    const real = await openPictures(await make('judged', JUDGED, 3));
    const lists = questions.map(({ asked }) => asked.length);
    const judge = trainJudge(
      { ...real, truth: real.entries.map(({ attributes }) => verdictOf(attributes)) },
      lists,
      JUDGE_STEPS,
    );
    const truth = unknown.entries.map(({ attributes }) => verdictOf(attributes));
    process.stdout.write(
      `the judge, of unknown pictures: ${named(agreement(judge.ask(unknown.pixels), truth))}\n`,
    );

    const instrument = await openInstrument(project);
    const { mean } = instrument.encode(unknown.pixels, truth.length);
    const told = tellTags(instrument, mean, truth.length).map(({ attributes }) => attributes);
    process.stdout.write(`tags told of unknown pictures: ${named(agreement(told.map(verdictOf), truth))}\n`);
    sayOrdered(
      questions,
      told,
      unknown.entries.map(({ attributes }) => attributes),
    );

    let combinations: number[][] = [[]];
    for (const { asked } of questions)
      combinations = combinations.flatMap((before) => asked.map((value) => [...before, value]));
    const wanted: Verdict[] = [];
    const drawn: Uint8Array[] = [];
    for (const [i, values] of combinations.entries()) {
      const text = questions.map(({ column }, q) => `${column}=${values[q]}`).join(',');
      const request = { count: EACH, temperature: 1, seed: i + 1 };
      const latents = latentsOfTags(instrument, readTags(instrument, text), request);
      drawn.push(toBytes(instrument.decode(latents, EACH)));
      wanted.push(...Array.from({ length: EACH }, () => questions.map((q, at) => q.verdictOf(values[at]))));
    }
    const verdicts = drawn.flatMap((pictures) => judge.ask(pictures));
    process.stdout.write(`pictures drawn of tags, ${EACH} of each: ${named(agreement(verdicts, wanted))}\n`);
    if (picture !== '') await show(instrument, drawn, picture);
  });
}

void main(process.argv.slice(2));
