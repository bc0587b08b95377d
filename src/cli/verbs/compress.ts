import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Command } from 'commander';
import { BACKENDS } from '../../engine/compute/select.ts';
import { framesOf } from '../../engine/export/model-frames.ts';
import { compressPictures, type CompressReport, decompressPictures } from '../../engine/jobs/compress.ts';
import { readCompressed } from '../../engine/jobs/compressed-file.ts';
import { writeStill } from '../../engine/node/encoders/still.ts';
import { describeWriteFailure } from '../../engine/node/files.ts';
import { type LosslessSize, losslessSizes } from '../../engine/node/lossless.ts';
import { type InstrumentFlags, modelOf, withInstrument } from '../open.ts';
import { backendOption, jsonOption, seed } from '../options.ts';
import { createVoice } from '../terminal.ts';

interface Flags extends InstrumentFlags {
  readonly out: string;
  readonly binarise?: boolean;
  readonly compare?: boolean;
  readonly seed: number;
}

/** `morphloom compress P pictures --out x.mlz`: pictures in as few bits as the model finds them likely. */
export function registerCompress(program: Command): void {
  program
    .command('compress')
    .description('compress pictures without loss, as the model takes them, by bits-back coding')
    .argument('<project>')
    .argument('<pictures...>', 'files and folders')
    .requiredOption('--out <file>', 'a file for "decompress", which needs the same model and backend')
    .option('--binarise', 'make them black and white first, white as likely as they are bright')
    .option('--compare', 'also say what PNG, lossless WebP and gzip make of the same pictures')
    .option('--seed <n>', 'the seed of the bits that it begins with', seed, 1)
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, pictures: string[], flags: Flags) => {
      const voice = createVoice(flags);
      const { out, binarise = false } = flags;
      await withInstrument(project, { ...flags, processor: true }, voice, async (instrument) => {
        const { onProgress, signal } = voice;
        const request = { pictures, out, binarise, seed: flags.seed, onProgress, signal };
        const { report, pixels, image } = await compressPictures(instrument, request);
        const others = flags.compare === true ? await losslessSizes(pixels, image) : undefined;
        tell(report, others, voice.say);
        voice.say(`Written: ${out}`);
        voice.json({ out: path.resolve(out), ...report, ...(others && { others }), model: modelOf(instrument) }); // prettier-ignore
      });
    });
}

function tell(
  report: CompressReport,
  others: readonly LosslessSize[] | undefined,
  say: (line: string) => void,
): void {
  const { pictures, dimensions, bytes, headBytes } = report;
  const three = (value: number): string => value.toFixed(3);
  const above = 100 * (report.bitsPerDimension / report.negativeElboPerDimension - 1);
  say(`${pictures} pictures in ${bytes} bytes, ${headBytes} of them names and hashes.`);
  say(
    `  ${three(report.bitsPerDimension)} bits a value, ${three(report.initialBitsPerDimension)} of them to begin with; ` +
      `the negative ELBO is ${three(report.negativeElboPerDimension)} (${above.toFixed(2)}% less)`,
  );
  if (others === undefined) return;
  const row = (name: string, each: string, together: string): void =>
    say(`  ${name.padEnd(14)} ${each.padStart(10)} ${together.padStart(10)}`);
  const rate = (size: number | null): string => (size === null ? '–' : three((8 * size) / dimensions));
  row('bits a value', 'each alone', 'all in one');
  row('bits back', '–', three(report.bitsPerDimension));
  for (const { name, each, together } of others) row(name, rate(each), rate(together));
  say('  The model itself is not counted: both sides must have it.');
}

interface BackFlags extends InstrumentFlags {
  readonly out: string;
}

/** `morphloom decompress P x.mlz --out folder`: the pictures again, exactly. */
export function registerDecompress(program: Command): void {
  program
    .command('decompress')
    .description('bring back the pictures that "compress" wrote, exactly, as PNG files')
    .argument('<project>', 'the one that compressed them')
    .argument('<file>', 'what "compress" wrote')
    .requiredOption('--out <folder>', 'gets the pictures, by their names')
    .option('--run <id>', 'this run (default: the one that compressed them)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, file: string, flags: BackFlags) => {
      const voice = createVoice(flags);
      const compressed = await readCompressed(file);
      const { head } = compressed;
      const opened = {
        ...flags,
        run: flags.run ?? head.model.run,
        backend: flags.backend ?? BACKENDS.find((name) => name === head.backend),
      };
      await withInstrument(project, opened, voice, async (instrument) => {
        const { onProgress, signal } = voice;
        const pixels = await decompressPictures(instrument, compressed, { onProgress, signal });
        await fs.mkdir(flags.out, { recursive: true }).catch((cause: unknown) => {
          throw describeWriteFailure(flags.out, cause);
        });
        const taken = new Set<string>();
        for (const [i, frame] of framesOf(pixels, head.image).entries()) {
          const name = taken.has(head.names[i]) ? `${head.names[i]}-${i + 1}` : head.names[i];
          taken.add(name);
          const provenance = {
            morphloom: 1 as const,
            kind: 'decompress',
            model: modelOf(instrument),
            seed: 0,
          };
          await writeStill({ frame, out: path.join(flags.out, `${name}.png`), provenance });
        }
        voice.say(`${head.names.length} pictures, exactly as they were: ${flags.out}`);
        voice.json({ out: path.resolve(flags.out), pictures: head.names.length, sha256: head.sha256 });
      });
    });
}
