import type { DatasetEntry } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { openDataset } from '../dataset/index.ts';
import type { LabelledLatents } from '../latent/attribute.ts';
import type { Latents } from '../latent/instrument.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { encodeDataset, readPictures } from './pictures.ts';

interface Context {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Which pictures have the attribute, and which have not. */
export type AttributeExamples =
  | { readonly kind: 'folders'; readonly with: readonly string[]; readonly without: readonly string[] }
  /** Pictures of the project, by id. */
  | { readonly kind: 'piles'; readonly with: readonly string[]; readonly without: readonly string[] }
  /** Those of a label, and all others. */
  | { readonly kind: 'label'; readonly label: string }
  /** A column of the dataset's table: the upper and the lower third of its values, or 1 and the rest. */
  | { readonly kind: 'column'; readonly column: string };

/** The latents of examples, and which of them have it. Throws `usage` and `input` errors for the examples. */
export async function labelledLatents(
  instrument: OpenedInstrument,
  examples: AttributeExamples,
  context: Context,
): Promise<LabelledLatents> {
  if (examples.kind === 'folders') return latentsOfFolders(instrument, examples, context);
  const dataset = await openDataset(instrument.project.dataset);
  dataset.close();
  const { sides, amounts } = sidesOfExamples(dataset.entries, examples);
  const indices = sides.flatMap((side, i) => (side === undefined ? [] : [i]));
  const { mean, logVariance } = await encodeDataset(instrument, { indices, ...context });
  return {
    latents: mean,
    logVariances: logVariance,
    size: instrument.latentSize,
    has: indices.map((i) => sides[i] ?? null),
    amounts: amounts && indices.map((i) => amounts[i]),
  };
}

async function latentsOfFolders(
  instrument: OpenedInstrument,
  folders: { readonly with: readonly string[]; readonly without: readonly string[] },
  context: Context,
): Promise<LabelledLatents> {
  const side = async (paths: readonly string[]): Promise<Latents & { count: number }> => {
    const { pixels, files } = await readPictures(instrument, paths, context);
    return { ...instrument.encode(pixels, files.length), count: files.length };
  };
  const [yes, no] = [await side(folders.with), await side(folders.without)];
  const joined = (a: Float32Array, b: Float32Array): Float32Array => {
    const both = new Float32Array(a.length + b.length);
    both.set(a);
    both.set(b, a.length);
    return both;
  };
  return {
    latents: joined(yes.mean, no.mean),
    logVariances:
      yes.logVariance === null || no.logVariance === null ? null : joined(yes.logVariance, no.logVariance),
    size: instrument.latentSize,
    has: Array.from({ length: yes.count + no.count }, (_, i) => i < yes.count),
  };
}

/** For each picture: has it (true), has it not (false), lies in between (null), or has no say (undefined). */
interface Sides {
  readonly sides: readonly (boolean | null | undefined)[];
  /** Of those in between, in [0, 1]. */
  readonly amounts?: readonly number[];
}

function sidesOfExamples(
  entries: readonly DatasetEntry[],
  examples: Exclude<AttributeExamples, { kind: 'folders' }>,
): Sides {
  if (examples.kind === 'column') return sidesOfColumn(entries, examples.column);
  if (examples.kind === 'label') return { sides: entries.map(({ label }) => label === examples.label) };
  const [yes, no] = [new Set(examples.with), new Set(examples.without)];
  return { sides: entries.map(({ id }) => (yes.has(id) ? true : no.has(id) ? false : undefined)) };
}

function sidesOfColumn(entries: readonly DatasetEntry[], column: string): Sides {
  const values = entries.map(({ attributes }) => attributes?.[column]);
  const valued = values.flatMap((value, index) => (value === undefined ? [] : [{ index, value }]));
  if (valued.length === 0) {
    const columns = [...new Set(entries.flatMap(({ attributes }) => Object.keys(attributes ?? {})))];
    const known =
      columns.length === 0
        ? 'they came without a table; import with --labels'
        : `there are ${columns.join(', ')}`;
    throw new MorphloomError('usage', `The pictures have no column "${column}"; ${known}.`);
  }
  const decided = sidesOf(valued.map(({ value }) => value));
  const sides: (boolean | null | undefined)[] = entries.map(() => undefined);
  decided.forEach((side, i) => (sides[valued[i].index] = side));
  const highestNo = Math.max(...valued.filter((_, i) => decided[i] === false).map(({ value }) => value));
  const lowestYes = Math.min(...valued.filter((_, i) => decided[i] === true).map(({ value }) => value));
  return {
    sides,
    amounts: values.map((value) => ((value ?? highestNo) - highestNo) / (lowestYes - highestNo)),
  };
}

/**
 * Which values of a column say that a picture has the attribute (true) or has it not (false), and which say
 * too little (null): the upper and the lower third have a say. Where the thirds meet, as those of marks (yes
 * or no) do, and of columns that are mostly 0, it is what lies on either side of that value.
 */
export function sidesOf(values: readonly number[]): (boolean | null)[] {
  const sorted = [...values].sort((a, b) => a - b);
  const [lowest, highest] = [sorted[0], sorted[sorted.length - 1]];
  const [low, high] = [sorted[Math.floor(sorted.length / 3)], sorted[Math.floor((2 * sorted.length) / 3)]];
  if (lowest === highest) return values.map(() => null);
  return values.map((value) => {
    if (value < low || (value === low && (low < high || low === lowest))) return false;
    return value > high || (value === high && (low < high || high === highest)) ? true : null;
  });
}
