import type { Command } from 'commander';
import { MorphloomError } from '../../contract/errors.ts';
import { WALK_TEMPERATURE } from '../../contract/morph.ts';
import { encodeDataset } from '../../engine/jobs/pictures.ts';
import { MOST_FITTED } from '../../engine/jobs/sample.ts';
import { checkMorph } from '../../engine/morph/recipe.ts';
import { walkLatents, walkTimeline } from '../../engine/morph/walk.ts';
import { withInstrument } from '../open.ts';
import type { Voice } from '../terminal.ts';
import { type Flags, OF_THE_WALK, outOf, refuseBeside } from './morph-flags.ts';
import { writeMorph } from './morph-output.ts';

/** How many frames a walk has for each place, unless told. */
const FRAMES_A_PLACE = 24;

/** `morphloom morph P --walk 8 --seed 3 --out x.gif`: a loop through random places, without pictures. */
export async function walk(
  project: string | undefined,
  pictures: readonly string[],
  flags: Flags & { readonly walk: number },
  command: Command,
  voice: Voice,
): Promise<void> {
  refuseBeside('--walk', 'the walk', OF_THE_WALK, pictures, command);
  if (project === undefined) {
    throw new MorphloomError('usage', 'Name the project: morphloom morph P --walk 8 --out walk.gif.');
  }
  const { walk: count, seed, temperature = WALK_TEMPERATURE, fps: framesPerSecond, hold, ease } = flags;
  const given = command.getOptionValueSource('frames') === 'cli';
  const frames = given ? flags.frames : FRAMES_A_PLACE * count;
  checkMorph(count, { frames, fps: framesPerSecond, hold, loop: 'cycle' });
  const out = outOf(flags);
  const hooks = { onProgress: voice.onProgress, signal: voice.signal };
  await withInstrument(project, flags, voice, async (instrument) => {
    const { mean } = await encodeDataset(instrument, { most: MOST_FITTED, ...hooks });
    const latents = walkLatents(mean, instrument.latentSize, { count, temperature, seed });
    const path = flags.path ?? 'spline';
    const timeline = walkTimeline(`Walk ${seed}`, latents, (n) => `place ${n} of walk ${seed}`, {
      frames,
      framesPerSecond,
      path,
      ease,
      hold,
    });
    await writeMorph({ instrument, timeline, out, ...hooks }, flags, voice);
  });
}
