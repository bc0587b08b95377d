import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { createRng, shuffle } from '../src/core/rng.ts';
import { applyEdits, openDataset } from '../src/engine/dataset/index.ts';
import { NO_EDITS } from '../src/engine/dataset/edits.ts';
import { tellKinds, type ToldKinds } from '../src/engine/jobs/kinds.ts';
import { encodeDataset } from '../src/engine/jobs/pictures.ts';
import { latentsAt } from '../src/engine/latent/instrument.ts';
import { openInstrument, type OpenedInstrument } from '../src/engine/latent/open.ts';
import { withFolder } from './support.ts';

/**
 * How far to trust what is told of pictures by a few that are labelled: of a trained project with a table, so many
 * pictures of each kind get a column's value as their label, the others none.
 * `npm run bench -- kinds <project> <column> [labels of each kind, as 5,10,20]`
 */
const TRIALS = 5;
/** The part of labels that is exchanged for another, to be found. */
const WRONG = 0.05;
const MOST = 20_000;

const [from, column, counts = '5,10,20,50'] = process.argv.slice(2);
if (from === undefined || column === undefined)
  throw new Error('Say a trained project and a column of its table.');

const percent = (part: number, of: number): string => (of === 0 ? '–' : `${((100 * part) / of).toFixed(1)}%`);

interface Sums {
  told: number;
  right: number;
  sure: number;
  rightOfSure: number;
  asked: number;
  saidRight: number;
  byPixels: number;
  wrong: number;
  found: number;
  doubted: number;
}

async function run(
  instrument: OpenedInstrument,
  truth: ReadonlyMap<string, number>,
  each: number,
  trial: number,
  sums: Sums,
): Promise<void> {
  const rng = createRng(trial);
  const drawn = shuffle([...truth.keys()], rng);
  const values = [...new Set(truth.values())];
  const chosen = values.flatMap((value) => drawn.filter((id) => truth.get(id) === value).slice(0, each));
  const label = (exchanged: ReadonlySet<string>): Promise<unknown> => {
    const labels = Object.fromEntries(
      [...truth].map(([id, value]) => {
        if (!chosen.includes(id)) return [id, null];
        const others = values.filter((other) => other !== value);
        return [id, `kind ${exchanged.has(id) ? others[rng.below(others.length)] : value}`];
      }),
    );
    return applyEdits(instrument.project.dataset, { edits: { ...NO_EDITS, labels } });
  };
  const tell = (): Promise<ToldKinds> =>
    tellKinds(instrument, {
      most: MOST,
      seed: trial,
      latents: (indices) => encodedOnce(instrument, indices),
    });
  await label(new Set());
  const { told, trust } = await tell();
  const isRight = ({ entry, kind }: ToldKinds['told'][number]): boolean =>
    kind === `kind ${truth.get(entry.id)}`;
  sums.told += told.length;
  sums.right += told.filter(isRight).length;
  sums.sure += told.filter(({ sure }) => sure).length;
  sums.rightOfSure += told.filter((each) => each.sure && isRight(each)).length;
  sums.asked += trust?.asked ?? 0;
  sums.saidRight += trust?.right ?? 0;
  sums.byPixels += trust?.rightByPixels ?? 0;
  const exchanged = new Set(
    shuffle([...chosen], rng).slice(0, Math.max(1, Math.round(WRONG * chosen.length))),
  );
  await label(exchanged);
  const { doubted } = await tell();
  sums.wrong += exchanged.size;
  sums.doubted += doubted.length;
  sums.found += doubted.filter(({ entry }) => exchanged.has(entry.id)).length;
}

let encoded: Awaited<ReturnType<typeof encodeDataset>> | null = null;
async function encodedOnce(instrument: OpenedInstrument, indices: readonly number[]) {
  encoded ??= await encodeDataset(instrument, {});
  return latentsAt(encoded, instrument.latentSize, indices);
}

void withFolder(async (folder) => {
  const project = path.join(folder, path.basename(from));
  await fs.cp(from, project, { recursive: true });
  const dataset = await openDataset(path.join(project, 'dataset'));
  const truth = new Map(
    dataset.entries.flatMap(({ id, attributes }) => {
      const value = attributes?.[column];
      return value === undefined ? [] : [[id, value] as const];
    }),
  );
  dataset.close();
  const instrument = await openInstrument(project);
  console.log(
    `${truth.size} pictures, ${new Set(truth.values()).size} kinds by ${column}, ${TRIALS} draws; run ${instrument.runId}`,
  );
  for (const each of counts.split(',').map(Number)) {
    const sums: Sums = {
      told: 0,
      right: 0,
      sure: 0,
      rightOfSure: 0,
      asked: 0,
      saidRight: 0,
      byPixels: 0,
      wrong: 0,
      found: 0,
      doubted: 0,
    };
    const since = process.cpuUsage();
    for (let trial = 1; trial <= TRIALS; trial++) await run(instrument, truth, each, trial, sums);
    const { user } = process.cpuUsage(since);
    console.log(
      `${each} of each kind: right ${percent(sums.right, sums.told)} of all; sure of ${percent(sums.sure, sums.told)}, of these right ${percent(sums.rightOfSure, sums.sure)};`,
      `said of those kept aside ${percent(sums.saidRight, sums.asked)}, by pixels ${percent(sums.byPixels, sums.asked)};`,
      `of ${sums.wrong} exchanged labels ${sums.found} found, ${sums.doubted - sums.found} doubted without a reason; ${(user / 2e6 / TRIALS).toFixed(1)} CPU s an answer`,
    );
  }
  instrument.dispose();
});
