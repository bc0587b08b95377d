import * as path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CLASSIFIERS, classifyPictures } from '../../engine/jobs/classify.ts';
import { MOST_TOLD_KINDS, tellKinds } from '../../engine/jobs/kinds.ts';
import { requireKinds } from '../../engine/jobs/labelled.ts';
import { checkTable, writeTable } from '../../engine/jobs/table.ts';
import type { OpenedInstrument } from '../../engine/latent/open.ts';
import { type InstrumentFlags, modelOf, withInstrument } from '../open.ts';
import { backendOption, jsonOption, positiveInteger, seed } from '../options.ts';
import { createVoice, type Voice } from '../terminal.ts';

interface Flags extends InstrumentFlags {
  readonly column?: string;
  readonly labels: number[];
  readonly trials: number;
  readonly tests: number;
  readonly neighbours: number;
  readonly compression?: boolean;
  readonly table?: string;
  readonly tell?: string;
  readonly most?: number;
  readonly seed: number;
}

/** `morphloom classify P`: what latents are worth where few pictures are labelled; what the others are. */
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
    .addOption(
      new Option(
        '--tell <file>',
        'instead: a .csv or .json of what each picture without a label is told to be, and how surely; and of labels that are doubtful',
      ).conflicts(['table', 'compression']),
    )
    .option(
      '--most <n>',
      'of more pictures so many, evenly spread (default: 4000; all to tell)',
      positiveInteger,
    )
    .option('--seed <n>', 'the seed of what is drawn at random', seed, 1)
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, flags: Flags) => {
      const voice = createVoice(flags);
      const { column, labels, trials, tests, neighbours, compression = false, table, most = 4000 } = flags;
      checkTable(table ?? flags.tell);
      await withInstrument(project, flags, voice, async (instrument) => {
        if (flags.tell !== undefined) return tell(instrument, flags.tell, flags, voice);
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

/** What the others teach of pictures without a label, in a table. */
async function tell(
  instrument: OpenedInstrument,
  out: string,
  { column, most = Infinity, seed }: Flags,
  voice: Voice,
): Promise<void> {
  const { onProgress, signal } = voice;
  const found = await tellKinds(instrument, { column, most, seed, onProgress, signal });
  const { kinds, labelled, told, doubted, trust } = found;
  requireKinds(kinds, column, MOST_TOLD_KINDS);
  const rowOf = ({ entry, kind, sureness }: (typeof told | typeof doubted)[number]) => ({
    file: entry.source,
    told: kind,
    sureness: Number(sureness.toFixed(4)),
  });
  const rows = [
    ...told.map((each) => ({ ...rowOf(each), label: null, verdict: each.sure ? 'sure' : 'not sure' })),
    ...doubted.map((each) => ({ ...rowOf(each), label: each.label, verdict: 'label doubtful' })),
  ];
  await writeTable(out, rows);
  const sure = told.filter((each) => each.sure).length;
  voice.say(`${told.length} pictures without a label told by ${labelled} that have one: ${out}`);
  voice.say(`  surely ${sure}, not surely ${told.length - sure}; ${doubted.length} labels are doubtful.`);
  voice.say(
    trust === null
      ? '  Too few have a label to say how far to trust it; five of each kind are a beginning.'
      : `  Of ${trust.asked} labelled ones that were kept aside, ${trust.right} were told right${trust.rightByPixels === null ? '' : ` (by bare pixels ${trust.rightByPixels})`}; of ${trust.sure} told surely, ${trust.rightOfSure}.`,
  );
  const counts = { told: told.length, sure, doubted: doubted.length };
  voice.json({ kinds, labelled, ...counts, trust, table: path.resolve(out), model: modelOf(instrument) });
}

function counts(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.every((value) => Number.isSafeInteger(value) && value > 0)) return values;
  throw new InvalidArgumentError('It is whole numbers from 1 on, as 5,10,20.');
}
