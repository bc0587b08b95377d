import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Command } from 'commander';
import { MorphloomError } from '../../contract/errors.ts';
import { framesOf } from '../../engine/export/model-frames.ts';
import { thin } from '../../engine/jobs/split.ts';
import { readPictures } from '../../engine/jobs/pictures.ts';
import { sheet } from '../../engine/node/encoders/compose.ts';
import { writeStill } from '../../engine/node/encoders/still.ts';
import { type InstrumentFlags, modelOf, withInstrument } from '../open.ts';
import { backendOption, jsonOption, positiveInteger } from '../options.ts';
import { createVoice } from '../terminal.ts';

interface Flags extends InstrumentFlags {
  readonly out: string;
  readonly scale?: number;
}

const COLUMNS = 8;
/** A sheet of more is no longer looked at. */
const MOST_ON_A_SHEET = 64;

/** `morphloom reconstruct P <folder|image…> --out`: what the model keeps of pictures. */
export function registerReconstruct(program: Command): void {
  program
    .command('reconstruct')
    .description('show what the model makes of pictures: a sheet of pairs, or a folder of pictures')
    .argument('<project>')
    .argument('<pictures...>', 'pictures, or folders of them')
    .requiredOption('--out <file|folder>', 'a .png sheet (originals above), or a folder for one .png each')
    .option('--scale <n>', 'enlarge the pictures of a sheet', positiveInteger)
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, pictures: string[], flags: Flags) => {
      const voice = createVoice(flags);
      await withInstrument(project, flags, voice, async (instrument) => {
        const { pixels, files } = await readPictures(instrument, pictures, voice);
        const decoded = instrument.decode(instrument.encode(pixels, files.length).mean, files.length);
        const [originals, copies] = [framesOf(pixels, instrument.image), framesOf(decoded, instrument.image)];
        const provenance = {
          morphloom: 1 as const,
          kind: 'reconstruct',
          model: modelOf(instrument),
          seed: 0,
        };
        if (path.extname(flags.out) === '.png') {
          const shown = thin(
            files.map((_, i) => i),
            MOST_ON_A_SHEET,
          );
          const rows = [];
          for (let start = 0; start < shown.length; start += COLUMNS) {
            const row = shown.slice(start, start + COLUMNS);
            rows.push(
              row.map((i) => originals[i]),
              row.map((i) => copies[i]),
            );
          }
          const frame = await sheet({ rows, scale: flags.scale ?? 2, gap: 6 });
          await writeStill({
            frame,
            out: flags.out,
            provenance: { ...provenance, pictures: shown.map((i) => files[i]) },
          });
          voice.say(`${shown.length} pictures above what the model makes of them: ${flags.out}`);
        } else {
          await fs.mkdir(flags.out, { recursive: true }).catch((cause: unknown) => {
            throw new MorphloomError(
              'input',
              `"${flags.out}" cannot be made a folder; choose another --out.`,
              { cause },
            );
          });
          for (const [i, file] of files.entries()) {
            const out = path.join(
              flags.out,
              `${String(i + 1).padStart(4, '0')}-${path.parse(file).name}.png`,
            );
            await writeStill({ frame: copies[i], out, provenance: { ...provenance, pictures: [file] } });
            voice.onProgress({ stage: 'Writing', done: i + 1, total: files.length, unit: 'pictures' });
          }
          voice.say(`${files.length} reconstructions: ${flags.out}`);
        }
        voice.json({ out: path.resolve(flags.out), pictures: files.length });
      });
    });
}
