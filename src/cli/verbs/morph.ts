import * as path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { MorphloomError } from '../../contract/errors.ts';
import {
  DEFAULT_MORPH,
  defaultPath,
  MAX_FRAMES,
  MAX_SCALE,
  MORPH_PATHS,
  type MorphPath,
  type MorphSettings,
} from '../../contract/morph.ts';
import { EASING_NAMES, type EasingName, parseEasingName } from '../../core/easing.ts';
import { type Loop, LOOPS } from '../../core/timeline.ts';
import type { OpenedInstrument } from '../../engine/latent/open.ts';
import { rebuildTimeline } from '../../engine/morph/export.ts';
import { picturesNamed } from '../../engine/morph/pictures.ts';
import { checkMorph, morphTimeline, readTimelineRecipe } from '../../engine/morph/recipe.ts';
import { exists } from '../../engine/node/files.ts';
import { readTimeline } from '../../engine/project/morph-folder.ts';
import { type InstrumentFlags, withInstrument } from '../open.ts';
import { backendOption, jsonOption, seed } from '../options.ts';
import { createVoice, type Voice } from '../terminal.ts';
import { EXPORT_FLAGS, type ExportFlags, whole, withExportOptions } from './export-options.ts';
import { tellWritten, writeMorph } from './morph-output.ts';

interface Flags extends InstrumentFlags, ExportFlags {
  readonly estimate?: true;
  readonly out?: string;
  readonly from?: string;
  readonly timeline?: string;
  readonly frames: number;
  readonly fps: number;
  readonly path?: MorphPath;
  readonly ease: EasingName;
  readonly loop: Loop;
  readonly detail: number;
  readonly scale: number;
  readonly hold: number;
  readonly fit?: true;
  readonly onto?: string;
  readonly seed: number;
}

const MAX_NAME = 200;
/** What a timeline decides, and a recipe, so that it cannot be given beside one. */
const OF_THE_TIMELINE = ['frames', 'path', 'ease', 'loop', 'detail', 'hold', 'fit', 'onto'];
const OF_THE_RECIPE = [...OF_THE_TIMELINE, 'fps', 'scale', 'seed', 'estimate', ...EXPORT_FLAGS];

/**
 * `morphloom morph P A B [C …] --out`; `morphloom morph P --timeline morphs/x.json --out`, of one that the studio
 * keeps; and `morphloom morph --from x.gif`, which makes it again.
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
    .option('--seed <n>', 'recorded in the recipe', seed, 0)
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
  const path = flags.path ?? defaultPath(pictures.length);
  const settings: MorphSettings = { frames, framesPerSecond, path, ease, loop, detail, scale, hold };
  await withInstrument(project, flags, voice, async (instrument) => {
    const references = await picturesNamed(instrument, pictures);
    const ids = references.map(({ id }) => id);
    const timeline = morphTimeline(
      pictures.join(' → ').slice(0, MAX_NAME),
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
  await withInstrument(project ?? recipe.project, { ...flags, run }, voice, async (instrument) => {
    const hooks = { onProgress: voice.onProgress, signal: voice.signal };
    const written = await rebuildTimeline({ instrument, from, recipe, out, ...hooks });
    tellWritten(voice, instrument, written);
    if (written.identical !== null) {
      voice.say(written.identical ? `It equals ${from} to the byte.` : `It differs from ${from}.`);
    }
  });
}

function refuseBeside(
  flag: string,
  decider: string,
  decided: readonly string[],
  pictures: readonly string[],
  command: Command,
): void {
  const given = decided.find((name) => command.getOptionValueSource(name) === 'cli');
  if (given === undefined && pictures.length === 0) return;
  const what =
    given === undefined ? 'the pictures' : `--${given.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
  throw new MorphloomError(
    'usage',
    `With ${flag} ${decider} decides ${what}; leave it out, or leave out ${flag}.`,
  );
}

function outOf({ out }: Flags): string {
  if (out === undefined) throw new MorphloomError('usage', 'Say where to write the morph: --out morph.gif.');
  return out;
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
