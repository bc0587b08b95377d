import * as path from 'node:path';
import type { Command } from 'commander';
import { MorphloomError } from '../../contract/errors.ts';
import type { Oddity } from '../../engine/evaluate/outliers.ts';
import { framesOf } from '../../engine/export/model-frames.ts';
import { portablePath } from '../../engine/export/portable.ts';
import { inRows } from '../../engine/export/sheet.ts';
import { findOutliers, howWellFound, type ScoredPicture } from '../../engine/jobs/outliers.ts';
import { checkTable, writeTable } from '../../engine/jobs/table.ts';
import { sheet } from '../../engine/node/encoders/compose.ts';
import { writeStill } from '../../engine/node/encoders/still.ts';
import { type InstrumentFlags, modelOf, withInstrument } from '../open.ts';
import { backendOption, collect, jsonOption, positiveInteger, seed } from '../options.ts';
import { createVoice } from '../terminal.ts';

interface Flags extends InstrumentFlags {
  readonly out: string;
  readonly table?: string;
  readonly data?: string[];
  readonly count: number;
  readonly samples: number;
  readonly most: number;
  readonly planted?: string;
  readonly seed: number;
  readonly scale: number;
}

const COLUMNS = 8;
const WORDS: Record<Oddity, string> = {
  harder: 'hard to draw',
  easier: 'easy to draw',
  farther: 'far from others',
  nearer: 'in the very middle',
};

/** `morphloom outliers P --out odd.png`: pictures that are unlike the others. */
export function registerOutliers(program: Command): void {
  program
    .command('outliers')
    .description('find pictures that are unlike the others: a sheet of the oddest, and a table of all')
    .argument('<project>')
    .requiredOption('--out <file>', 'a .png or .webp sheet, the oddest first')
    .option('--table <file>', 'also a .csv or .json with the scores of every picture')
    .option('--data <path>', 'score these files or folders, not the project; may be repeated', collect)
    .option('--count <n>', 'how many on the sheet', positiveInteger, 24)
    .option('--samples <n>', 'how often to look at each picture', positiveInteger, 10)
    .option('--most <n>', 'of more pictures so many, evenly spread', positiveInteger, 4000)
    .option('--planted <label>', 'pictures of this label are the odd ones: say how well they are found')
    .option('--seed <n>', 'the seed of what is drawn at random', seed, 1)
    .option('--scale <n>', 'enlarge the pictures', positiveInteger, 2)
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, flags: Flags) => {
      const voice = createVoice(flags);
      const { out, table, data, samples, most, count, planted } = flags;
      checkTable(table);
      await withInstrument(project, flags, voice, async (instrument) => {
        const { onProgress, signal } = voice;
        const request = { data, samples, most, seed: flags.seed, onProgress, signal };
        const scored = await findOutliers(instrument, request);
        const found = planted === undefined ? undefined : foundOf(scored, planted);
        const shown = scored.slice(0, count);
        const rows = inRows(shown, COLUMNS);
        const frame = await sheet({
          rows: rows.map((row) => row.flatMap(({ pixels }) => framesOf(pixels, instrument.image))),
          captions: rows.map((row) => row.map(({ score, oddity }) => `${score.toFixed(1)} ${WORDS[oddity]}`)),
          title: 'The oddest pictures',
          subtitle: `${shown.length} of ${scored.length}; how far from the common run, in standard deviations`,
          scale: flags.scale,
        });
        await writeStill({
          frame,
          out,
          provenance: {
            morphloom: 1,
            kind: 'outliers',
            model: modelOf(instrument),
            seed: flags.seed,
            samples,
            pictures: shown.map(({ source }) => portablePath(source, instrument.project.folder)),
          },
        });
        if (table !== undefined) await writeTable(table, scored.map(rowOf));
        voice.say(`The oddest ${shown.length} of ${scored.length} pictures: ${out}`);
        for (const picture of shown.slice(0, 5))
          voice.say(`  ${picture.score.toFixed(1)}  ${picture.source} (${WORDS[picture.oddity]})`);
        if (found !== undefined)
          voice.say(
            `"${planted}" is found with AUROC ${found.score.toFixed(3)} ` +
              `(low reconstruction probability alone ${found.reconstruction.toFixed(3)}, latent distance alone ${found.distance.toFixed(3)}).`,
          );
        voice.json({
          out: path.resolve(out),
          ...(table !== undefined && { table: path.resolve(table) }),
          pictures: scored.length,
          ...(found !== undefined && { auroc: found }),
          oddest: shown.map(rowOf),
        });
      });
    });
}

function foundOf(scored: readonly ScoredPicture[], label: string): ReturnType<typeof howWellFound> {
  const planted = scored.filter((picture) => picture.label === label).length;
  if (planted > 0 && planted < scored.length) return howWellFound(scored, label);
  throw new MorphloomError(
    'usage',
    `--planted needs pictures of "${label}" and others among those scored; there are ${planted} of ${scored.length}.`,
  );
}

const rowOf = ({ rank, score, oddity, reconstruction, distance, label, source }: ScoredPicture) => ({
  rank,
  score: Number(score.toFixed(4)),
  oddity,
  reconstruction: Number(reconstruction.toFixed(3)),
  distance: Number(distance.toFixed(4)),
  label,
  source,
});
