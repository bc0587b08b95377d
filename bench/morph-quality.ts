import * as fs from 'node:fs';
import * as path from 'node:path';
import { openInstrument } from '../src/engine/latent/open.ts';
import { morphMetrics } from '../src/engine/morph/metrics.ts';
import { floats, morphMethods, pictureOf } from './morphs/methods.ts';
import { mean, median, morphloom, withFolder } from './support.ts';

/**
 * How finished morphs look, by their frames alone, between pictures that the model has not seen: against a
 * plain dissolve and against bare decodes of the straight line. `npm run bench -- morph-quality` draws faces and
 * learns them for three minutes first; `… morph-quality <project> <folder of pictures>` measures what is there.
 */
const PAIRS = 24;
const FRAMES = 49;
const KNOWN = 300;
const MINUTES = 3;
/** How far apart in the folder the two of a pair are. */
const STRIDE = 7;

type Metrics = ReturnType<typeof morphMetrics> & { readonly endpoint: number };

async function measure(project: string, folder: string): Promise<void> {
  const instrument = await openInstrument(project);
  const files = fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.png'))
    .map((name) => path.join(folder, name));
  const pixelsOf = (file: string): Promise<Uint8Array> => pictureOf(instrument, file);
  const pairs = Array.from({ length: PAIRS }, (_, i) => [files[i], files[(i + STRIDE) % files.length]]);
  process.stdout.write(
    `${PAIRS} pairs of pictures that the model has not seen, ${FRAMES} frames each: mean (median) over the pairs\n`,
  );
  for (const [name, method] of Object.entries(morphMethods(instrument, FRAMES))) {
    const all: Metrics[] = [];
    for (const [a, b] of pairs) {
      const frames = await method(a, b);
      const [from, to] = (await Promise.all([pixelsOf(a), pixelsOf(b)])).map(floats);
      const apart = (x: Float32Array, y: Float32Array): number =>
        x.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i])), 0);
      // The middle is looked at beside the pictures themselves, whatever the method makes of them.
      const { sharpness, ghost } = morphMetrics([from, frames[(FRAMES - 1) >> 1], to], instrument.image);
      const way = morphMetrics(frames, instrument.image);
      all.push({ ...way, sharpness, ghost, endpoint: 255 * Math.max(apart(frames[0], from), apart(frames[FRAMES - 1], to)) }); // prettier-ignore
    }
    const show = (of: keyof Metrics, digits = 2): string => {
      const values = all.map((one) => one[of]);
      return `${mean(values).toFixed(digits)} (${median(values).toFixed(digits)})`;
    };
    process.stdout.write(
      `${name.padEnd(16)} sharp ${show('sharpness')}  ghost ${show('ghost')}  length/chord ${show('lengthToChord')}  largest/median step ${show('largestToMedianStep')}  ends off by ${show('endpoint', 1)} of 255\n`,
    );
  }
  process.stdout.write('asked:           sharp ≥ .80  ghost ≤ .50  length/chord ≤ 1.6  largest/median step ≤ 1.15  ends ≤ 1\n'); // prettier-ignore
  instrument.dispose();
}

const [project, folder] = process.argv.slice(2);
if (project !== undefined && folder !== undefined) void measure(project, folder);
else {
  void withFolder(async (own) => {
    const [all, known, unknown] = ['all', 'known', 'unknown'].map((name) => path.join(own, name));
    const count = KNOWN + PAIRS + STRIDE;
    await morphloom('samples', 'faces', '--count', String(count), '--size', '128', '--out', all);
    const names = fs.readdirSync(all).filter((name) => name.endsWith('.png'));
    for (const [into, from, to] of [
      [known, 0, KNOWN],
      [unknown, KNOWN, count],
    ] as const) {
      // prettier-ignore
      fs.mkdirSync(into);
      for (const name of names.slice(from, to)) fs.copyFileSync(path.join(all, name), path.join(into, name));
    }
    const made = path.join(own, 'p.morphloom');
    await morphloom('train', known, '--out', made, '--minutes', String(MINUTES));
    await measure(made, unknown);
  });
}
