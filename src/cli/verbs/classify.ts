import * as path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { CLASSIFIERS, classifyPictures } from '../../engine/jobs/classify.ts';
import { checkTable, writeTable } from '../../engine/jobs/table.ts';
import { type InstrumentFlags, modelOf, withInstrument } from '../open.ts';
import { backendOption, jsonOption, positiveInteger, seed } from '../options.ts';
import { createVoice } from '../terminal.ts';

interface Flags extends InstrumentFlags {
  readonly column?: string;
  readonly labels: number[];
  readonly trials: number;
  readonly tests: number;
  readonly neighbours: number;
  readonly compression?: boolean;
  readonly table?: string;
  readonly most: number;
  readonly seed: number;
}

/** `morphloom classify P`: what latents are worth where few pictures are labelled. */
export function registerClassify(program: Command): void {
  program
    .command('classify')
    .description('tell kinds of pictures apart by a few that are labelled: latents against bare pixels')
    .argument('<project>')
    .option(
      '--column <name>',
      "kinds by this column of the imported table (default: by the pictures' labels)",
    )
    .option('--labels <list>', 'so many labelled pictures of each kind', counts, [5, 10, 20, 50])
    .option('--trials <n>', 'draw the labelled ones anew so often', positiveInteger, 5)
    .option('--tests <n>', 'ask for so many others in each trial', positiveInteger, 200)
    .option('--neighbours <k>', 'the nearest so many vote', positiveInteger, 1)
    .option('--compression', 'also by compressed length (NPC-LV), which takes long')
    .option('--table <file>', 'a .csv or .json of what is said')
    .option('--most <n>', 'of more pictures so many, evenly spread', positiveInteger, 4000)
    .option('--seed <n>', 'the seed of what is drawn at random', seed, 1)
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, flags: Flags) => {
      const voice = createVoice(flags);
      const { column, labels, trials, tests, neighbours, compression = false, table, most } = flags;
      checkTable(table);
      await withInstrument(project, flags, voice, async (instrument) => {
        const { onProgress, signal } = voice;
        const request = { column, labels, trials, tests, neighbours, compression, most, seed: flags.seed };
        const report = await classifyPictures(instrument, { ...request, onProgress, signal });
        const counted = [...new Set(report.rows.map((row) => row.labels))];
        voice.say(
          `${report.kinds.length} kinds (${report.kinds.join(', ')}); right of ${report.tests} others, ${trials} trials:`,
        );
        voice.say(
          `  ${'labelled of each kind'.padEnd(30)}${counted.map((n) => String(n).padStart(14)).join('')}`,
        );
        for (const classifier of CLASSIFIERS) {
          const own = report.rows.filter((row) => row.classifier === classifier);
          if (own.length === 0) continue;
          const cells = own.map(({ accuracy, deviation }) =>
            `${(100 * accuracy).toFixed(1)} ± ${(100 * deviation).toFixed(1)}%`.padStart(14),
          );
          voice.say(`  ${classifier.padEnd(30)}${cells.join('')}`);
        }
        if (table !== undefined) await writeTable(table, report.rows);
        voice.json({ ...report, ...(table !== undefined && { table: path.resolve(table) }), model: modelOf(instrument) }); // prettier-ignore
      });
    });
}

function counts(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.every((value) => Number.isSafeInteger(value) && value > 0)) return values;
  throw new InvalidArgumentError('It is whole numbers from 1 on, as 5,10,20.');
}
