import * as path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { MorphloomError } from '../../contract/errors.ts';
import {
  DEFAULT_MORPH,
  defaultPath,
  FEWEST_POINTS,
  MAX_FRAMES,
  MAX_SCALE,
  MORPH_PATHS,
  MOST_POINTS,
  type MorphSettings,
} from '../../contract/morph.ts';
import { EASING_NAMES, type EasingName, parseEasingName } from '../../core/easing.ts';
import { LOOPS } from '../../core/timeline.ts';
import type { OpenedInstrument } from '../../engine/latent/open.ts';
import { rebuildTimeline } from '../../engine/morph/export.ts';
import { picturesNamed } from '../../engine/morph/pictures.ts';
import { checkMorph, morphTimeline, readTimelineRecipe } from '../../engine/morph/recipe.ts';
import { exists } from '../../engine/node/files.ts';
import { readTimeline } from '../../engine/project/morph-folder.ts';
import { withInstrument } from '../open.ts';
import { backendOption, jsonOption, positiveNumber, seed } from '../options.ts';
import { createVoice, type Voice } from '../terminal.ts';
import { whole, withExportOptions } from './export-options.ts';
import { type Flags, OF_THE_RECIPE, OF_THE_TIMELINE, outOf, refuseBeside } from './morph-flags.ts';
import { tellWritten, writeMorph } from './morph-output.ts';
import { walk } from './morph-walk.ts';

const MAX_NAME = 200;
/**
 * `morphloom morph P A B [C …] --out`; `morphloom morph P --timeline morphs/x.json --out`, of one that the studio
 * keeps; `morphloom morph P --walk 8 --out`, through random places; and `morphloom morph --from x.gif`, which makes
 * one again.
 */
export function registerMorph(program: Command): void {
  const { frames, framesPerSecond, ease, loop, detail, scale, hold } = DEFAULT_MORPH;
  const morph = program
    .command('morph')
    .description('morph from picture to picture, into a GIF, WebP, APNG, film, sheet or folder of frames')
    .argument('[project]')
    .argument('[pictures...]', "two or more: files, or names of the project's pictures")
    .option(
      '--out <file|folder>',
      '.gif, .webp, .apng, .mp4, .webm, a .png sheet, or a folder (ending with a slash) for PNG frames',
    )
    .option('--frames <n>', 'how many frames in all', whole(2, MAX_FRAMES), frames)
    .option('--fps <n>', 'frames per second', number(0.1, 240), framesPerSecond)
    .addOption(
      new Option(
        '--path <kind>',
        'the way between (default: slerp for two pictures, spline for more)',
      ).choices(MORPH_PATHS),
    )
    .option('--ease <name>', `how time passes between pictures: ${EASING_NAMES.join(', ')}`, easeNamed, ease)
    .addOption(
      new Option('--loop <kind>', 'play once, go back the way it came, or go on to the first')
        .choices(LOOPS)
        .default(loop),
    )
    .option('--detail <0..1>', 'how much of what the model cannot draw is added back', number(0, 1), detail)
    .option('--scale <n>', "size of the frames, in the model's sizes", number(1, MAX_SCALE), scale)
    .option('--hold <frames>', 'how long each picture stays', whole(0, MAX_FRAMES), hold)
    .option(
      '--fit',
      "fit a copy of the model's decoder to these pictures first: cleaner between them, slower to begin",
    )
    .addOption(
      new Option(
        '--onto <picture>',
        'put the faces back on the whole photo of this aligned picture, one of them',
      ).conflicts('estimate'),
    )
    .addOption(
      new Option('--walk <n>', 'no pictures: a loop through so many random places where the pictures lie')
        .argParser(whole(FEWEST_POINTS, MOST_POINTS))
        .conflicts(['from', 'timeline']),
    )
    .option(
      '--temperature <t>',
      'of a walk: below 1 nearer to the average picture (default: 1)',
      positiveNumber,
    )
    .option('--seed <n>', 'recorded in the recipe; of a walk, another seed is another walk', seed, 0)
    .addOption(
      new Option(
        '--from <file>',
        'make a morph again from the recipe in its file; a project overrides its path',
      ),
    )
    .addOption(
      new Option(
        '--timeline <file>',
        "a timeline of the studio's, as the project's morphs/ has them",
      ).conflicts('from'),
    )
    .option('--run <id>', 'this run (default: the latest, or that of the recipe)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string | undefined, pictures: string[], flags: Flags, command: Command) => {
      const voice = createVoice(flags);
      if (flags.from !== undefined)
        await rebuild(project, pictures, { ...flags, from: flags.from }, command, voice);
      else if (flags.timeline !== undefined)
        await play(project, pictures, { ...flags, timeline: flags.timeline }, command, voice);
      else if (flags.walk !== undefined)
        await walk(project, pictures, { ...flags, walk: flags.walk }, command, voice);
      else await make(project, pictures, flags, voice);
    });
  withExportOptions(morph).option('--estimate', 'only say how large it would be');
}

/** Which of a morph's pictures the faces go back onto. */
async function ontoNamed(
  instrument: OpenedInstrument,
  name: string,
  ids: readonly string[],
): Promise<string> {
  const [{ id }] = await picturesNamed(instrument, [name]);
  if (ids.includes(id)) return id;
  throw new MorphloomError(
    'usage',
    `--onto takes one of the morph's own pictures; "${name}" is none of them.`,
  );
}

async function make(
  project: string | undefined,
  pictures: string[],
  flags: Flags,
  voice: Voice,
): Promise<void> {
  const { fps: framesPerSecond, frames, ease, loop, detail, scale, hold } = flags;
  if (project === undefined) {
    throw new MorphloomError(
      'usage',
      'Name the project and two pictures: morphloom morph P A B --out morph.gif.',
    );
  }
  checkMorph(pictures.length, flags);
  const out = outOf(flags);
  const settings: MorphSettings = {
    frames,
    framesPerSecond,
    path: flags.path ?? defaultPath(pictures.length),
    ease,
    loop,
    detail,
    scale,
    hold,
  };
  await withInstrument(project, flags, voice, async (instrument) => {
    const references = await picturesNamed(instrument, pictures);
    const ids = references.map(({ id }) => id);
    const timeline = morphTimeline(
      pictures
        .map((picture) => path.parse(picture).name)
        .join(' → ')
        .slice(0, MAX_NAME),
      ids,
      settings,
      flags.fit === true,
    );
    const hooks = { onProgress: voice.onProgress, signal: voice.signal };
    const onto = flags.onto === undefined ? undefined : await ontoNamed(instrument, flags.onto, ids);
    await writeMorph({ instrument, timeline, pictures: references, onto, out, ...hooks }, flags, voice, {
      settings,
    });
  });
}

async function play(
  project: string | undefined,
  pictures: string[],
  flags: Flags & { readonly timeline: string },
  command: Command,
  voice: Voice,
): Promise<void> {
  const { fps } = flags;
  const rate = command.getOptionValueSource('fps') === 'cli' ? { framesPerSecond: fps } : {};
  refuseBeside('--timeline', 'the timeline', OF_THE_TIMELINE, pictures, command);
  if (project === undefined) {
    throw new MorphloomError(
      'usage',
      'Name the project: morphloom morph P --timeline morphs/x.json --out x.gif.',
    );
  }
  const out = outOf(flags);
  const file = (await exists(flags.timeline)) ? flags.timeline : path.join(project, flags.timeline);
  if (!(await exists(file))) throw new MorphloomError('input', `There is no timeline "${flags.timeline}".`);
  const timeline = { ...(await readTimeline(file)), ...rate };
  await withInstrument(project, flags, voice, async (instrument) => {
    const hooks = { onProgress: voice.onProgress, signal: voice.signal };
    await writeMorph({ instrument, timeline, out, ...hooks }, flags, voice);
  });
}

async function rebuild(
  project: string | undefined,
  pictures: string[],
  flags: Flags & { readonly from: string },
  command: Command,
  voice: Voice,
): Promise<void> {
  refuseBeside('--from', 'the recipe', OF_THE_RECIPE, pictures, command);
  const { from } = flags;
  const recipe = await readTimelineRecipe(from);
  const out = flags.out ?? besides(from);
  const run = flags.run ?? recipe.provenance.model.run;
  await withInstrument(
    project ?? (await projectOf(from, recipe.project)),
    { ...flags, run },
    voice,
    async (instrument) => {
      const hooks = { onProgress: voice.onProgress, signal: voice.signal };
      const written = await rebuildTimeline({ instrument, from, recipe, out, ...hooks });
      tellWritten(voice, instrument, written);
      if (written.identical !== null) {
        voice.say(written.identical ? `It equals ${from} to the byte.` : `It differs from ${from}.`);
      }
    },
  );
}

/** The project that an export was made in: the one that it lies in, or one of the same name beside it or here. */
async function projectOf(from: string, named: string): Promise<string> {
  const folders: string[] = [];
  for (let at = path.dirname(path.resolve(from)); at !== path.dirname(at); at = path.dirname(at))
    if (path.basename(at) === path.basename(named)) folders.push(at);
  folders.push(path.resolve(path.dirname(from), named), path.resolve(named));
  for (const folder of folders) if (await exists(folder)) return folder;
  throw new MorphloomError(
    'usage',
    `"${from}" was made in the project "${path.basename(named)}", which is neither around it nor beside it; name it: morphloom morph P --from ${from}.`,
  );
}

/** `x.gif` → `x-rebuilt.gif`: the original is left as it is. */
function besides(from: string): string {
  const { dir, name, ext } = path.parse(from);
  return path.join(dir, `${name}-rebuilt${ext}`);
}

function easeNamed(text: string): EasingName {
  const name = parseEasingName(text);
  if (name === null) throw new InvalidArgumentError(`Choose one of ${EASING_NAMES.join(', ')}.`);
  return name;
}

function number(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It is a number from ${least} to ${most}.`);
  };
}
