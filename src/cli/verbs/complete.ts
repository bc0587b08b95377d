import * as path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { framesOf } from '../../engine/export/model-frames.ts';
import { portablePath } from '../../engine/export/portable.ts';
import { completeFiles, type Completed, type Holes } from '../../engine/jobs/complete.ts';
import type { OpenedInstrument } from '../../engine/latent/open.ts';
import { sheet } from '../../engine/node/encoders/compose.ts';
import { writeStill } from '../../engine/node/encoders/still.ts';
import { type InstrumentFlags, modelOf, withInstrument } from '../open.ts';
import { backendOption, jsonOption, positiveInteger } from '../options.ts';
import { createVoice } from '../terminal.ts';

interface Flags extends InstrumentFlags {
  readonly out: string;
  readonly hole?: Extract<Holes, { kind: 'rectangle' }>;
  readonly mask?: string;
  readonly scale?: number;
}

/** Pictures beside each other; each is three pictures high. */
const COLUMNS = 12;
const MOST_ON_A_SHEET = 48;

/** `morphloom complete P <pictures…> --hole 30,30,40,40 --out`: fills in what is missing. */
export function registerComplete(program: Command): void {
  program
    .command('complete')
    .description('fill in missing parts of pictures, from what the model knows')
    .argument('<project>')
    .argument('<pictures...>', 'pictures, or folders of them; by default their transparent parts are missing')
    .requiredOption(
      '--out <file>',
      'a .png or .webp: of one picture, the picture; of several, a sheet (with the hole, completed, original)',
    )
    .addOption(
      new Option('--hole <x,y,w,h>', 'this rectangle is missing, in percent of the sides, as 30,30,40,40')
        .argParser(parseHole)
        .conflicts('mask'),
    )
    .option('--mask <file>', 'a picture that is light where something is missing, of the pictures’ shape')
    .option('--scale <n>', 'enlarge the pictures of a sheet', positiveInteger)
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, pictures: string[], flags: Flags) => {
      const voice = createVoice(flags);
      const { out, mask, scale } = flags;
      const holes: Holes =
        flags.hole ?? (mask === undefined ? { kind: 'transparent' } : { kind: 'mask', file: mask });
      await withInstrument(project, flags, voice, async (instrument) => {
        const { onProgress, signal } = voice;
        const result = await completeFiles(instrument, { paths: pictures, holes, onProgress, signal });
        const { files, inside } = result;
        const portable = (file: string): string =>
          portablePath(path.resolve(file), instrument.project.folder);
        await writeStill({
          frame: await picture(result, instrument, scale ?? 2),
          out,
          provenance: {
            morphloom: 1,
            kind: 'complete',
            model: modelOf(instrument),
            seed: 0,
            pictures: files.map(portable),
            holes: holes.kind === 'mask' ? { ...holes, file: portable(holes.file) } : { ...holes },
          },
        });
        voice.say(`${files.length} ${files.length === 1 ? 'picture' : 'pictures'} completed: ${out}`);
        if (inside !== null) {
          const [own, mean, near] = [inside.completed, inside.meanPicture, inside.nearest].map((x) => x.toFixed(2)); // prettier-ignore
          voice.say(
            `If what the files show there is the truth: ${own} dB inside; the mean picture ${mean} dB, the nearest picture ${near} dB.`,
          );
        }
        voice.json({ out: path.resolve(out), pictures: files.length, inside });
      });
    });
}

/** One picture, completed; or of several a sheet of threes. */
async function picture(result: Completed, { image }: OpenedInstrument, scale: number) {
  const { originals, hole, completed, inside, files } = result;
  const done = framesOf(completed, image);
  if (files.length === 1) return done[0];
  const channels = image.channels;
  const grey = originals.map((value, i) => (hole[Math.floor(i / channels)] ? HOLE_GREY : value));
  const kinds = [framesOf(grey, image), done, ...(inside === null ? [] : [framesOf(originals, image)])];
  const shown = Math.min(files.length, MOST_ON_A_SHEET);
  const rows = [];
  for (let start = 0; start < shown; start += COLUMNS)
    rows.push(...kinds.map((frames) => frames.slice(start, Math.min(shown, start + COLUMNS))));
  return sheet({ rows, scale, gap: 6 });
}

const HOLE_GREY = 0.5;

function parseHole(text: string): Flags['hole'] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part) / 100));
  const [x, y, width, height] = numbers;
  if (numbers.length !== 4 || !numbers.every((n) => n >= 0 && n <= 1) || width === 0 || height === 0)
    throw new InvalidArgumentError('It is left, top, width and height in percent, as 30,30,40,40.');
  return { kind: 'rectangle', x, y, width, height };
}
