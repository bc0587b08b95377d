import * as path from 'node:path';
import { createRng, fillNormal } from '../src/core/rng.ts';
import { openBackend } from '../src/engine/compute/select.ts';
import { framesOf } from '../src/engine/export/model-frames.ts';
import { inRows } from '../src/engine/export/sheet.ts';
import { encodeDataset } from '../src/engine/jobs/pictures.ts';
import { MOST_FITTED, sampleLatents } from '../src/engine/jobs/sample.ts';
import { toBytes, type Latents } from '../src/engine/latent/instrument.ts';
import { openInstrument, type OpenedInstrument } from '../src/engine/latent/open.ts';
import { sheet } from '../src/engine/node/encoders/compose.ts';
import { writeStill } from '../src/engine/node/encoders/still.ts';
import { SHAPE_CLASSES, SHAPE_COLOURS } from '../src/engine/samples/shapes.ts';
import { agreement, trainJudge, type Judge, type Shown, type Verdict } from './shapes/judge.ts';
import { drawAndImport, KINDS, openShapes } from './shapes/pictures.ts';
import { morphloom, withFolder } from './support.ts';

/**
 * Whether a model that is told labels obeys: the recipe "cvae" on drawn shapes, then each of the sixteen kinds asked
 * for, from the latents of unknown pictures of all kinds and from N(0, 1), and judged by a classifier that learned
 * from real shapes only. `npm run bench -- conditions [side in pixels] [steps] [sheet.png] [settings…]`: on the
 * sheet a column is a kind that is asked for; above, of unknown pictures, a row of one kind after the other; below, of
 * N(0, 1), a row of the same latents.
 */
const KNOWN = 8000;
const UNKNOWN = 800;
const JUDGED = 4000;
const JUDGE_STEPS = 2000;
const SEED = 5;
const EACH = UNKNOWN / 16;
/**
 * As many latents as a label of shapes leaves open: two for the place, one for the size. They say much each, so they go
 * through layers before there is any place. All pictures have labels.
 */
const SETTINGS = ['latent.size=3', 'decoder.mapping=2', 'condition.unknown=0'];

const ASKED: readonly Verdict[] = Array.from({ length: 16 }, (_, i) => [i % 4, Math.floor(i / 4)]);
const labelOf = ([shape, colour]: Verdict): string => `${SHAPE_CLASSES[shape]}-${SHAPE_COLOURS[colour]}`;

/** Latents of these pictures, told their own labels, `[n, z]`. */
const encode = (instrument: OpenedInstrument, { pixels, truth }: Shown): Float32Array =>
  instrument.encode(pixels, truth.length, truth.map(labelOf)).mean;

/** What is drawn of latents when these are asked for, uint8. */
const draw = (instrument: OpenedInstrument, latents: Float32Array, asked: readonly Verdict[]): Uint8Array =>
  toBytes(instrument.decode(latents, asked.length, asked.map(labelOf)));

/** Writes what is drawn of the first latents of each, all sixteen kinds asked of each. */
async function show(
  instrument: OpenedInstrument,
  known: Float32Array,
  blue: Float32Array,
  out: string,
): Promise<void> {
  const { latentSize, image } = instrument;
  const rows = [0, 21, 42, 63].map((i) => known.subarray(i * latentSize, (i + 1) * latentSize));
  rows.push(...[0, 1, 2, 3].map((i) => blue.subarray(i * latentSize, (i + 1) * latentSize)));
  const latents = Float32Array.from(rows.flatMap((row) => ASKED.flatMap(() => Array.from(row))));
  const pictures = draw(
    instrument,
    latents,
    rows.flatMap(() => ASKED),
  );
  const frame = await sheet({ rows: inRows(framesOf(pictures, image), ASKED.length), scale: 1, gap: 4 });
  const model = { run: instrument.runId, hash: instrument.hash };
  await writeStill({ frame, out, provenance: { morphloom: 1, kind: 'conditions', model, seed: SEED } });
}

/** What is fitted to where known pictures lie, and drawn from. */
const FITTED = { pictures: 'as "sample" draws', mixture: 'as "sample --from mixture" draws' };

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

function say(what: string, judge: Judge, pictures: Uint8Array, asked: readonly Verdict[]): void {
  const verdicts = judge.ask(pictures);
  const [shape, colour] = agreement(verdicts, asked);
  const missed = ASKED.map((kind) => {
    const own = verdicts.filter((_, i) => asked[i] === kind || labelOf(asked[i]) === labelOf(kind));
    return { kind, right: own.filter((verdict) => labelOf(verdict) === labelOf(kind)).length / own.length };
  }).sort((a, b) => a.right - b.right);
  const worst = missed.slice(0, 3).map(({ kind, right }) => `${labelOf(kind)} ${percent(right)}`);
  process.stdout.write(
    `${what}: class ${percent(shape)}, colour ${percent(colour)}; worst ${worst.join(', ')}\n`,
  );
}

async function main([
  sidePx = '64',
  steps = '3000',
  picture = '',
  ...settings
]: readonly string[]): Promise<void> {
  const side = Number(sidePx);
  await withFolder(async (folder) => {
    const make = (name: string, count: number, seed: number): Promise<string> =>
      drawAndImport('shapes', path.join(folder, name), { count, side, seed });
    const project = await make('known', KNOWN, 1);
    const unknown = await openShapes(await make('unknown', UNKNOWN, 2));
    const done = await morphloom(
      ...['train', project, '--recipe', 'cvae', '--steps', steps],
      ...[...SETTINGS, ...settings].flatMap((setting) => ['--set', setting]),
    );
    const minutes = (done.at(-1)?.['cpuSeconds'] as number) / 60;
    process.stdout.write(
      `${side} px, ${KNOWN} pictures, ${steps} steps, ${minutes.toFixed(1)} CPU minutes\n`,
    );

    await openBackend({ prefer: 'tensorflow' });
    const judge = trainJudge(await openShapes(await make('judged', JUDGED, 3)), KINDS, JUDGE_STEPS);
    const instrument = await openInstrument(project);
    const { latentSize } = instrument;
    say('real pictures that the judge has not seen', judge, unknown.pixels, unknown.truth);
    const latents = encode(instrument, unknown);
    say('copies', judge, draw(instrument, latents, unknown.truth), unknown.truth);
    // Sixteen in a row are the sixteen kinds: a row later, each is asked for of pictures of another kind.
    const asked = unknown.truth.map((_, i) => ASKED[(i + Math.floor(i / 16)) % 16]);
    const exchanged = draw(instrument, latents, asked);
    say('unknown pictures, labels exchanged', judge, exchanged, asked);
    const blue = fillNormal(new Float32Array(UNKNOWN * latentSize), createRng(SEED));
    const samples = draw(instrument, blue, asked);
    say(`from N(0, 1), ${EACH} of each`, judge, samples, asked);
    const encoded = (): Promise<Latents> => encodeDataset(instrument, { most: MOST_FITTED, told: true });
    for (const from of ['pictures', 'mixture'] as const) {
      const request = { count: UNKNOWN, temperature: 1, from, seed: SEED, label: labelOf(ASKED[0]) };
      const fitted = await sampleLatents(instrument, request, encoded);
      const pictures = draw(instrument, fitted, asked);
      say(`${FITTED[from]}, ${EACH} of each`, judge, pictures, asked);
    }
    if (picture !== '') await show(instrument, latents, blue, picture);
  });
}

void main(process.argv.slice(2));
