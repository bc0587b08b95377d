import * as fs from 'node:fs';
import * as path from 'node:path';
import { openInstrument } from '../src/engine/latent/open.ts';
import { DEFAULT_MORPH } from '../src/contract/morph.ts';
import { exportTimeline } from '../src/engine/morph/export.ts';
import { picturesNamed } from '../src/engine/morph/pictures.ts';
import { morphTimeline } from '../src/engine/morph/recipe.ts';
import { median, morphloom, withFolder } from './support.ts';

/**
 * A morph of 60 frames into a GIF, after start-up, at the model's size and at four times it:
 * `npm run bench -- morph`. The ratio is to the bare decoding of as many pictures, one call for all.
 */
const ROUNDS = 5;
const FRAMES = 60;

void withFolder(async (folder) => {
  const pictures = path.join(folder, 'pictures');
  const project = path.join(folder, 'p.morphloom');
  await morphloom('samples', 'faces', '--count', '80', '--size', '256', '--out', pictures);
  await morphloom('train', pictures, '--out', project, '--steps', '40');
  const instrument = await openInstrument(project);
  const names = fs.readdirSync(pictures).filter((name) => name.endsWith('.png'));
  const seconds = async (work: () => unknown): Promise<number> => {
    const started = performance.now();
    await work();
    return (performance.now() - started) / 1000;
  };
  for (const scale of [1, 4]) {
    const taken: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const ends = [names[2 * round], names[2 * round + 1]].map((name) => path.join(pictures, name));
      const references = await picturesNamed(instrument, ends);
      const timeline = morphTimeline(
        'bench',
        references.map(({ id }) => id),
        { ...DEFAULT_MORPH, path: 'slerp', frames: FRAMES },
      );
      const out = path.join(folder, `${scale}-${round}.gif`);
      bare.push(
        await seconds(() => instrument.decode(new Float32Array(FRAMES * instrument.latentSize), FRAMES)),
      );
      taken.push(
        await seconds(() => exportTimeline({ instrument, timeline, pictures: references, scale, out })),
      );
    }
    // The first round warms everything up.
    const [morph, decode] = [median(taken.slice(1)), median(bare.slice(1))];
    process.stdout.write(
      `${FRAMES} frames of ${64 * scale} px: ${morph.toFixed(1)} s (asked: < 5 s at 64 px), × ${(morph / decode).toFixed(1)} the bare decoding\n`,
    );
  }
  instrument.dispose();
});
