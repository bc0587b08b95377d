import type { Command } from 'commander';
import { MorphloomError } from '../../contract/errors.ts';
import type { MorphPath } from '../../contract/morph.ts';
import type { EasingName } from '../../core/easing.ts';
import type { Loop } from '../../core/timeline.ts';
import type { InstrumentFlags } from '../open.ts';
import { EXPORT_FLAGS, type ExportFlags } from './export-options.ts';

/** What `morph` takes. */
export interface Flags extends InstrumentFlags, ExportFlags {
  readonly estimate?: true;
  readonly out?: string;
  readonly from?: string;
  readonly timeline?: string;
  readonly frames: number;
  readonly fps: number;
  readonly path?: MorphPath;
  readonly ease: EasingName;
  readonly loop: Loop;
  readonly detail: number;
  readonly scale: number;
  readonly hold: number;
  readonly fit?: true;
  readonly onto?: string;
  readonly walk?: number;
  readonly temperature?: number;
  readonly seed: number;
}

/** What a timeline decides, and a recipe, so that it cannot be given beside one. */
export const OF_THE_TIMELINE = [
  'frames',
  'path',
  'ease',
  'loop',
  'detail',
  'hold',
  'fit',
  'onto',
  'walk',
  'temperature',
];
export const OF_THE_RECIPE = [...OF_THE_TIMELINE, 'fps', 'scale', 'seed', 'estimate', ...EXPORT_FLAGS];

/** What a walk decides: there are no pictures in it, and it is a loop. */
export const OF_THE_WALK = ['loop', 'detail', 'fit', 'onto'];

/** Throws `usage` where something is given that something else decides. */
export function refuseBeside(
  flag: string,
  decider: string,
  decided: readonly string[],
  pictures: readonly string[],
  command: Command,
): void {
  const given = decided.find((name) => command.getOptionValueSource(name) === 'cli');
  if (given === undefined && pictures.length === 0) return;
  const what =
    given === undefined ? 'the pictures' : `--${given.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
  throw new MorphloomError(
    'usage',
    `With ${flag} ${decider} decides ${what}; leave it out, or leave out ${flag}.`,
  );
}

/** Throws `usage` where nothing says where to write. */
export function outOf({ out }: Flags): string {
  if (out === undefined) throw new MorphloomError('usage', 'Say where to write the morph: --out morph.gif.');
  return out;
}
