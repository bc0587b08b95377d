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
import {
  checkMorph,
  exportMorph,
  readMorphRecipe,
  rebuildMorph,
  type WrittenMorph,
} from '../../engine/morph/export.ts';
import { type InstrumentFlags, modelOf, withInstrument } from '../open.ts';
import { backendOption, jsonOption, seed } from '../options.ts';
import { createVoice, type Voice } from '../terminal.ts';

interface Flags extends InstrumentFlags {
  readonly out?: string;
  readonly from?: string;
  readonly frames: number;
  readonly fps: number;
  readonly path?: MorphPath;
  readonly ease: EasingName;
  readonly loop: Loop;
  readonly detail: number;
  readonly scale: number;
  readonly hold: number;
  readonly seed: number;
}

/** What a recipe decides, so that it cannot be given beside one. */
const OF_THE_RECIPE = ['frames', 'fps', 'path', 'ease', 'loop', 'detail', 'scale', 'hold', 'seed'];

/** `morphloom morph P A B [C …] --out`, and `morphloom morph --from x.gif`, which makes it again. */
export function registerMorph(program: Command): void {
  const { frames, framesPerSecond, ease, loop, detail, scale, hold } = DEFAULT_MORPH;
  program
    .command('morph')
    .description('morph from picture to picture, into a GIF, WebP or folder of frames')
    .argument('[project]')
    .argument('[pictures...]', "two or more: files, or names of the project's pictures")
    .option('--out <file|folder>', 'a .gif, a .webp, or a folder (ending with a slash) for PNG frames')
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
    .option('--seed <n>', 'recorded in the recipe', seed, 0)
    .addOption(
      new Option(
        '--from <file>',
        'make a morph again from the recipe in its file; a project overrides its path',
      ),
    )
    .option('--run <id>', 'this run (default: the latest, or that of the recipe)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string | undefined, pictures: string[], flags: Flags, command: Command) => {
      const voice = createVoice(flags);
      if (flags.from !== undefined)
        await rebuild(project, pictures, { ...flags, from: flags.from }, command, voice);
      else await make(project, pictures, flags, voice);
    });
}

async function make(
  project: string | undefined,
  pictures: string[],
  flags: Flags,
  voice: Voice,
): Promise<void> {
  const { out, fps: framesPerSecond, frames, ease, loop, detail, scale, hold } = flags;
  if (project === undefined) {
    throw new MorphloomError(
      'usage',
      'Name the project and two pictures: morphloom morph P A B --out morph.gif.',
    );
  }
  checkMorph(pictures.length, flags);
  if (out === undefined) throw new MorphloomError('usage', 'Say where to write the morph: --out morph.gif.');
  const path = flags.path ?? defaultPath(pictures.length);
  const settings: MorphSettings = { frames, framesPerSecond, path, ease, loop, detail, scale, hold };
  await withInstrument(project, flags, voice, async (instrument) => {
    const hooks = { onProgress: voice.onProgress, signal: voice.signal };
    const written = await exportMorph({ instrument, pictures, settings, seed: flags.seed, out, ...hooks });
    tell(voice, written);
    voice.json({ ...written, project: instrument.project.folder, model: modelOf(instrument) });
  });
}

async function rebuild(
  project: string | undefined,
  pictures: string[],
  flags: Flags & { readonly from: string },
  command: Command,
  voice: Voice,
): Promise<void> {
  const { from } = flags;
  const given = OF_THE_RECIPE.find((name) => command.getOptionValueSource(name) === 'cli');
  if (given !== undefined || pictures.length > 0) {
    const what = given === undefined ? 'the pictures' : `--${given}`;
    throw new MorphloomError(
      'usage',
      `With --from the recipe decides ${what}; leave it out, or leave out --from.`,
    );
  }
  const recipe = await readMorphRecipe(from);
  const out = flags.out ?? besides(from);
  const run = flags.run ?? recipe.model.run;
  await withInstrument(project ?? recipe.project, { ...flags, run }, voice, async (instrument) => {
    const hooks = { onProgress: voice.onProgress, signal: voice.signal };
    const written = await rebuildMorph({ instrument, from, recipe, out, ...hooks });
    tell(voice, written);
    if (written.identical !== null) {
      voice.say(written.identical ? `It equals ${from} to the byte.` : `It differs from ${from}.`);
    }
    voice.json({ ...written, project: instrument.project.folder, model: modelOf(instrument) });
  });
}

/** `x.gif` → `x-rebuilt.gif`: the original is left as it is. */
function besides(from: string): string {
  const { dir, name, ext } = path.parse(from);
  return path.join(dir, `${name}-rebuilt${ext}`);
}

function tell(
  voice: Voice,
  { path, frames, width, height, seconds, bytes, notes, pictures }: WrittenMorph,
): void {
  voice.say(
    `${frames} frames of ${width} × ${height} through ${pictures.length} pictures, ${seconds.toFixed(1)} s, ${Math.ceil(bytes / 1000)} kB: ${path}`,
  );
  for (const note of notes) voice.say(note);
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

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
  };
}
