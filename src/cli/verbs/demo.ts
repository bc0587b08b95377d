import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Command } from 'commander';
import { MorphloomError } from '../../contract/errors.ts';
import { DEFAULT_MORPH } from '../../contract/morph.ts';
import { evaluateInstrument } from '../../engine/jobs/evaluate.ts';
import { framesOf } from '../../engine/export/model-frames.ts';
import { learnAttributeFrom } from '../../engine/jobs/attribute.ts';
import { movedLoop } from '../../engine/jobs/move-picture.ts';
import { drawSamples } from '../../engine/jobs/sample.ts';
import { makeSampleProject, SAMPLES } from '../../engine/jobs/sample-project.ts';
import { openDataset } from '../../engine/dataset/index.ts';
import type { OpenedInstrument } from '../../engine/latent/open.ts';
import { exportTimeline } from '../../engine/morph/export.ts';
import { picturesNamed } from '../../engine/morph/pictures.ts';
import { morphTimeline } from '../../engine/morph/recipe.ts';
import { report } from '../../engine/node/encoders/compose.ts';
import { writeStill } from '../../engine/node/encoders/still.ts';
import { writeSamples } from '../../engine/node/samples.ts';
import { Project } from '../../engine/project/project.ts';
import { castOf, sitterOf } from '../../engine/samples/cast.ts';
import { parseRecipe, presetNamed } from '../../engine/recipes/resolve.ts';
import type { BackendName } from '../../engine/compute/select.ts';
import { tellImport } from '../import-folder.ts';
import { modelOf, withInstrument } from '../open.ts';
import { backendOption, positiveInteger, positiveNumber } from '../options.ts';
import { createVoice, type Voice } from '../terminal.ts';
import { train } from './train.ts';

interface Flags {
  readonly out: string;
  readonly minutes: number;
  readonly faces: number;
  readonly backend?: BackendName;
  readonly json?: boolean;
}

const SEED = 1;
const SHAPES = 200;
const SCALE = SAMPLES.faces.drawnPx / SAMPLES.faces.modelPx;
const CAST = 5;
/** How far the smile goes each way, in standard deviations. */
const SMILE = 3.5;

/** `morphloom demo`: the whole main job on pictures that it draws itself. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('draw faces, learn them for a minute, and make the first loops of them')
    .option('--out <folder>', 'where everything goes', 'demo')
    .option('--minutes <n>', 'how long to train', positiveNumber, 1)
    .option('--faces <n>', 'how many faces to draw', positiveInteger, 800)
    .addOption(backendOption())
    .option('--json', 'JSON Lines on stdout')
    .action(async (flags: Flags) => {
      const voice = createVoice(flags);
      const out = path.resolve(flags.out);
      const faces = path.join(out, 'faces');
      const folder = path.join(out, 'faces.morphloom');
      await clear(folder);
      const { onProgress, signal } = voice;
      const hooks = { onProgress, signal };
      const shapes = { kind: 'shapes', count: SHAPES, sizePx: SAMPLES.faces.modelPx, seed: SEED } as const;
      await writeSamples({ ...shapes, into: path.join(out, 'shapes'), ...hooks });
      const drawn = { kind: 'faces', project: folder, pictures: faces, ...SAMPLES.faces } as const;
      const imported = await makeSampleProject({ ...drawn, count: flags.faces, ...hooks });
      tellImport(voice, imported);
      const { project } = imported;
      await train(
        project,
        {
          kind: 'new',
          recipe: parseRecipe(presetNamed('sketch')),
          budget: { kind: 'minutes', minutes: flags.minutes },
          seed: SEED,
        },
        flags,
        voice,
      );
      await withInstrument(project.folder, flags, voice, (instrument) => show(instrument, out, voice));
    });
}

/** Removes what an earlier demo left, and nothing that is not a project of ours. */
async function clear(folder: string): Promise<void> {
  if (await Project.isProject(folder)) await fs.rm(folder, { recursive: true, force: true });
}

async function show(instrument: OpenedInstrument, out: string, voice: Voice): Promise<void> {
  const { onProgress, signal } = voice;
  const smile = await learnAttributeFrom(
    instrument,
    'smile',
    { kind: 'column', column: 'smile' },
    { seed: SEED, onProgress, signal },
  );
  voice.say(`Learned "smile": held-out AUC ${smile.facts.heldOutAuc?.toFixed(3) ?? '–'}.`);

  const dataset = await openDataset(instrument.project.dataset);
  const cast = castOf(dataset.entries, CAST);
  const sitter = sitterOf(dataset.entries);
  const { entries } = dataset;
  const shown = entries.slice(0, 16).map((_, i) => i);
  const pixels = new Uint8Array(
    shown.length * instrument.image.width * instrument.image.height * instrument.image.channels,
  );
  dataset.readBatch(shown, pixels);
  dataset.close();

  const morph = path.join(out, 'morph.gif');
  const pictures = await picturesNamed(instrument, cast);
  const timeline = morphTimeline(
    'Five of the faces',
    pictures.map(({ id }) => id),
    {
      ...DEFAULT_MORPH,
      path: 'spline',
      loop: 'cycle',
      frames: 24 * CAST,
      hold: 6,
      ease: 'ease-in-out-sine',
      framesPerSecond: 25,
    },
  );
  await exportTimeline({
    instrument,
    timeline,
    pictures,
    scale: SCALE,
    seed: SEED,
    out: morph,
    onProgress,
    signal,
  });

  const smiling = path.join(out, 'smile.gif');
  await smileLoop(instrument, sitter, smiling, voice);

  const page = path.join(out, 'report.png');
  await writeReport(instrument, pixels, shown.length, page, voice);

  voice.json({ demo: true, project: instrument.project.folder, morph, smile: smiling, report: page });
  voice.say('');
  voice.say('Done. Look at these:');
  voice.say(`  ${morph}   five of the faces, flowing into one another`);
  voice.say(`  ${smiling}   one face, from sad to smiling and back`);
  voice.say(`  ${page}  what the model has learned`);
  voice.say('Next, with your own pictures:');
  voice.say('  npx . train <folder of pictures> --out mine.morphloom --minutes 10');
  voice.say('  npx . morph mine.morphloom <picture> <another> --loop pingpong --out mine.gif');
}

async function smileLoop(
  instrument: OpenedInstrument,
  picture: string,
  out: string,
  { onProgress, signal }: Voice,
): Promise<void> {
  const [sitter] = await picturesNamed(instrument, [picture]);
  await movedLoop({
    instrument,
    picture: sitter,
    moves: [{ name: 'smile', amount: SMILE }],
    from: -1,
    frames: 60,
    framesPerSecond: 25,
    detail: 1,
    scale: SCALE,
    out,
    onProgress,
    signal,
  });
}

async function writeReport(
  instrument: OpenedInstrument,
  pixels: Uint8Array,
  count: number,
  out: string,
  voice: Voice,
): Promise<void> {
  const figures = await evaluateInstrument(instrument, voice);
  const samples = await drawSamples(
    instrument,
    { count: 16, temperature: 0.8, from: 'pictures', seed: SEED },
    voice,
  );
  const lines = await instrument.run.lines();
  const last = lines.at(-1);
  if (last === undefined)
    throw new MorphloomError('corrupt', `Run ${instrument.runId} kept no figures; run the demo again.`);
  const frame = await report({
    title: 'Faces, learned from drawings',
    subtitle: figures.advice,
    facts: [
      { label: 'Training', value: `${Math.round(last.elapsedSeconds)} s` },
      {
        label: 'Speed',
        value: `${Math.round((last.step * instrument.run.recipe.optimiser.batch) / last.elapsedSeconds)} pictures/s`,
      },
      { label: 'Known pictures', value: `${figures.train.psnr.toFixed(1)} dB` },
      {
        label: 'Held-out pictures',
        value: figures.heldout === null ? '–' : `${figures.heldout.psnr.toFixed(1)} dB`,
      },
    ],
    originals: framesOf(pixels, instrument.image),
    reconstructions: framesOf(
      instrument.decode(instrument.encode(pixels, count).mean, count),
      instrument.image,
    ),
    samples: framesOf(samples, instrument.image),
    curves: [
      { name: 'loss', points: lines.map((line) => [line.step, line.loss] as const) },
      { name: 'distortion', points: lines.map((line) => [line.step, line.terms['distortion']] as const) },
    ],
  });
  const provenance = { morphloom: 1 as const, kind: 'report', model: modelOf(instrument), seed: SEED };
  await writeStill({ frame, out, provenance });
}
