import * as path from 'node:path';
import { Argument, type Command } from 'commander';
import { writeSamples } from '../../engine/node/samples.ts';
import { SAMPLE_KINDS, type SampleKind } from '../../engine/samples/series.ts';
import { jsonOption, positiveInteger, seed } from '../options.ts';
import { createVoice } from '../terminal.ts';

interface Flags {
  readonly out: string;
  readonly count: number;
  readonly size: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** `morphloom samples <faces|shapes> --out folder`: pictures to try everything on, drawn on the spot. */
export function registerSamples(program: Command): void {
  program
    .command('samples')
    .description('draw sample pictures, with their exact attributes in attributes.csv')
    .addArgument(new Argument('<kind>', 'what to draw').choices(SAMPLE_KINDS))
    .requiredOption('--out <folder>', 'where to put them; a new or empty folder')
    .option('--count <n>', 'how many', positiveInteger, 500)
    .option('--size <px>', 'the side of each picture, in pixels', positiveInteger, 64)
    .option('--seed <n>', 'the same seed draws the same pictures', seed, 1)
    .addOption(jsonOption())
    .action(async (kind: SampleKind, flags: Flags) => {
      const voice = createVoice(flags);
      const into = path.resolve(flags.out);
      const { files, attributesFile } = await writeSamples({
        kind,
        count: flags.count,
        sizePx: flags.size,
        seed: flags.seed,
        into,
        onProgress: voice.onProgress,
        signal: voice.signal,
      });
      voice.say(`Drew ${files.length} ${kind} in ${into}; what is in each stands in ${attributesFile}.`);
      voice.json({
        kind,
        count: files.length,
        sizePx: flags.size,
        seed: flags.seed,
        folder: into,
        attributes: attributesFile,
      });
    });
}
