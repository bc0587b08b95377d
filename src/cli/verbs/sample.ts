import * as path from 'node:path';
import { type Command, Option } from 'commander';
import { framesOf } from '../../engine/export/model-frames.ts';
import { inRows } from '../../engine/export/sheet.ts';
import { drawSamples, type SampleRequest } from '../../engine/jobs/sample.ts';
import { latentsOfTags, readTags } from '../../engine/jobs/tags.ts';
import { sheet } from '../../engine/node/encoders/compose.ts';
import { writeStill } from '../../engine/node/encoders/still.ts';
import { type InstrumentFlags, modelOf, withInstrument } from '../open.ts';
import { backendOption, grid, jsonOption, positiveInteger, positiveNumber, seed } from '../options.ts';
import { createVoice } from '../terminal.ts';

interface Flags extends InstrumentFlags {
  readonly out: string;
  readonly grid?: { columns: number; rows: number };
  readonly temperature?: number;
  readonly from: SampleRequest['from'];
  readonly tags?: string;
  readonly label?: string;
  readonly seed?: number;
  readonly scale?: number;
}

/** `morphloom sample P --out x.png`: pictures that do not exist. */
export function registerSample(program: Command): void {
  program
    .command('sample')
    .description('draw pictures that do not exist')
    .argument('<project>')
    .requiredOption('--out <file>', 'a .png or .webp sheet')
    .option('--grid <CxR>', 'how many across and down (default: 8x8)', grid)
    .option('--temperature <t>', 'below 1 safer, above 1 stranger (default: 1)', positiveNumber)
    .addOption(
      new Option(
        '--from <where>',
        "draw from where the pictures lie, by one Gaussian or by a mixture of several, or from the recipe's prior",
      )
        .choices(['pictures', 'mixture', 'prior'])
        .default('pictures'),
    )
    .option('--tags <list>', 'pictures that have these, as glasses=1,smile=0.8, of the recipe "multimodal"')
    .addOption(new Option('--label <name>', 'pictures that are this, of the recipe "cvae"').conflicts('tags'))
    .option('--seed <n>', 'another seed, other pictures (default: 1)', seed)
    .option('--scale <n>', 'enlarge them (default: 2)', positiveInteger)
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, flags: Flags) => {
      const voice = createVoice(flags);
      await withInstrument(project, flags, voice, async (instrument) => {
        const { columns, rows } = flags.grid ?? { columns: 8, rows: 8 };
        const request = {
          count: columns * rows,
          temperature: flags.temperature ?? 1,
          from: flags.from,
          seed: flags.seed ?? 1,
          ...(flags.tags !== undefined && { tags: flags.tags }),
          ...(flags.label !== undefined && { label: flags.label }),
        };
        const pictures =
          flags.tags === undefined
            ? await drawSamples(instrument, request, voice)
            : instrument.decode(
                latentsOfTags(instrument, readTags(instrument, flags.tags), request),
                request.count,
              );
        const frames = framesOf(pictures, instrument.image);
        const frame = await sheet({
          rows: inRows(frames, columns),
          scale: flags.scale ?? 2,
          gap: 6,
        });
        const provenance = { morphloom: 1 as const, kind: 'sample', model: modelOf(instrument), ...request };
        await writeStill({ frame, out: flags.out, provenance });
        voice.say(`${request.count} samples: ${flags.out}`);
        voice.json({ out: path.resolve(flags.out), ...request });
      });
    });
}
