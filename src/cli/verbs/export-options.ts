import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  DEFAULT_ENCODING,
  DEFAULT_QUALITY,
  type Encoding,
  MAX_ENCODED_SIDE,
} from '../../contract/encoding.ts';

/** What `morph` takes about the file that comes out, beside its name. */
export interface ExportFlags {
  readonly size?: number;
  readonly quality: number;
  readonly background?: string;
  readonly plays?: number;
  readonly columns?: number;
  readonly maxSize?: number;
}

/** Their names, as commander knows them. */
export const EXPORT_FLAGS = ['size', 'quality', 'background', 'plays', 'columns', 'maxSize'];

/** Adds the options of an export to a verb that has `--scale`. */
export function withExportOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--size <pixels>', 'the longer side of what comes out')
        .argParser(whole(1, MAX_ENCODED_SIDE))
        .conflicts('scale'),
    )
    .option(
      '--quality <1..100>',
      'what may be lost so that the file is smaller (PNG loses nothing)',
      whole(1, 100),
      DEFAULT_QUALITY,
    )
    .option('--background <#rrggbb>', 'lay this colour under what is transparent', colour)
    .option(
      '--plays <n>',
      'how often it plays, 0 for ever (default: for ever, if it is a loop)',
      whole(0, 65_535),
    )
    .option('--columns <n>', 'how many frames stand beside each other on a sheet', whole(1, 200))
    .option(
      '--max-size <size>',
      'make no file larger than this, as 8MB or 500kB: what is seen least is given up',
      bytes,
    );
}

/** The encoding that flags ask for. */
export function encodingOf({ size, quality, background, plays, columns }: ExportFlags): Encoding {
  return {
    ...DEFAULT_ENCODING,
    quality,
    side: size ?? null,
    background: background ?? null,
    plays: plays ?? null,
    columns: columns ?? null,
  };
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  k: 1e3,
  mb: 1e6,
  m: 1e6,
  gb: 1e9,
  g: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** "8MB" is 8,000,000: what takes 8 MiB takes it too. */
function bytes(text: string): number {
  const [, number, unit = ''] = /^([\d.]+)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const value = Number(number) * (UNITS[unit.toLowerCase()] ?? NaN);
  if (value >= 1 && Number.isFinite(value)) return Math.floor(value);
  throw new InvalidArgumentError('It is a size as 8MB, 500kB or 2MiB.');
}

function colour(text: string): string {
  if (/^#[0-9a-f]{6}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It is a colour as #rrggbb.');
}

export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
  };
}
