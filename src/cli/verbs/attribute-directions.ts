import * as path from 'node:path';
import type { Command } from 'commander';
import { framesOf } from '../../engine/export/model-frames.ts';
import { inRows } from '../../engine/export/sheet.ts';
import { freeAttribute, keepDirection } from '../../engine/jobs/attribute.ts';
import { latentsAlongDirections } from '../../engine/jobs/directions.ts';
import { sheet } from '../../engine/node/encoders/compose.ts';
import { writeStill } from '../../engine/node/encoders/still.ts';
import { whileWriting } from '../../engine/project/project-lock.ts';
import { type InstrumentFlags, modelOf, withInstrument } from '../open.ts';
import { backendOption, collect, jsonOption, positiveInteger } from '../options.ts';
import { createVoice } from '../terminal.ts';

interface DirectionsFlags extends InstrumentFlags {
  readonly out: string;
  readonly count?: number;
}

const DEFAULT_COUNT = 10;
/** How far each direction is shown, in standard deviations. */
const SHOWN = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5] as const;

/** `morphloom attribute directions P --out x.png`: what can be kept. */
export function registerDirections(parent: Command): void {
  parent
    .command('directions')
    .description('show the directions in which the pictures differ most: a row for each, from less to more')
    .argument('<project>')
    .requiredOption('--out <file>', 'a .png or .webp sheet')
    .option('--count <n>', `how many (default: ${DEFAULT_COUNT})`, positiveInteger)
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, flags: DirectionsFlags) => {
      const voice = createVoice(flags);
      await withInstrument(project, flags, voice, async (instrument) => {
        const count = flags.count ?? DEFAULT_COUNT;
        const { latents, shares } = await latentsAlongDirections(instrument, { count, at: SHOWN, ...voice });
        const pictures = instrument.decode(latents, shares.length * SHOWN.length);
        const frames = framesOf(pictures, instrument.image);
        const frame = await sheet({
          rows: inRows(frames, SHOWN.length),
          scale: 2,
          gap: 6,
        });
        const provenance = { morphloom: 1 as const, kind: 'directions', model: modelOf(instrument), seed: 0 };
        await writeStill({ frame, out: flags.out, provenance });
        shares.forEach((share, i) =>
          voice.say(`direction ${i + 1}: ${(100 * share).toFixed(1)}% of all difference`),
        );
        voice.say(`From the first to the last, from top to bottom: ${flags.out}`);
        voice.json({ out: path.resolve(flags.out), shares });
      });
    });
}

interface KeepFlags extends InstrumentFlags {
  readonly direction: number;
  readonly reverse?: boolean;
}

/** `morphloom attribute keep P NAME --direction 3`: an attribute that nobody had to teach. */
export function registerKeep(parent: Command): void {
  parent
    .command('keep')
    .description('keep one of the directions in which the pictures differ most as an attribute')
    .argument('<project>')
    .argument('<name>')
    .requiredOption('--direction <n>', 'which, from 1 on, as "attribute directions" shows', positiveInteger)
    .option('--reverse', 'its left end is what the name says')
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, name: string, flags: KeepFlags) => {
      const voice = createVoice(flags);
      await withInstrument(project, flags, voice, async (instrument) => {
        const { direction: number, reverse: reversed = false } = flags;
        const { onProgress, signal } = voice;
        const { facts } = await whileWriting(instrument.project.folder, () =>
          keepDirection(instrument, name, { number, reversed, onProgress, signal }),
        );
        const share = (100 * (facts.axis?.share ?? 0)).toFixed(1);
        voice.say(`Kept direction ${number} as "${name}": ${share}% of all difference.`);
        voice.json(facts);
      });
    });
}

interface FreeFlags extends InstrumentFlags {
  readonly of?: string[];
}

/** `morphloom attribute free P NAME --of OTHER`: so that the other does not come along. */
export function registerFree(parent: Command): void {
  parent
    .command('free')
    .description('free an attribute of others, so that they do not come along; of none: as it was learned')
    .argument('<project>')
    .argument('<name>')
    .option('--of <attribute>', 'this one; may be repeated', collect)
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, name: string, flags: FreeFlags) => {
      const voice = createVoice(flags);
      await withInstrument(project, flags, voice, async (instrument) => {
        const { onProgress, signal } = voice;
        const { facts } = await whileWriting(instrument.project.folder, () =>
          freeAttribute(instrument, name, flags.of ?? [], { onProgress, signal }),
        );
        const { apart } = facts;
        voice.say(
          apart.length === 0
            ? `"${name}" is as it was learned.`
            : `"${name}" moves without ${apart.map((other) => `"${other}"`).join(', ')} now.`,
        );
        voice.json(facts);
      });
    });
}
