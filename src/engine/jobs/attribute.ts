import { MorphloomError } from '../../contract/errors.ts';
import type { DatasetEntry } from '../../contract/dataset.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { openDataset } from '../dataset/index.ts';
import { fitLatentGaussian } from '../latent/aggregate.ts';
import { learnAttribute, type AttributeMethod, type AttributeVector } from '../latent/attribute.ts';
import { freeOf, leakage } from '../latent/leakage.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import {
  type AttributeFacts,
  listAttributes,
  loadAttribute,
  saveAttribute,
  type StoredAttribute,
} from '../project/attribute-folder.ts';
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

/** Below this many pictures on a side the difference of means is all that they can support. */
const ENOUGH_FOR_REGRESSION = 20;

export interface LearnOptions extends Context {
  /** Chosen by the number of pictures where absent. */
  readonly method?: AttributeMethod | undefined;
  readonly seed: number;
  /** Attributes of this model that are not to come along, by name. */
  readonly apart?: readonly string[] | undefined;
}

/** Learns an attribute and keeps it with the project. Throws `usage` and `input` errors for its examples. */
export async function learnAttributeFrom(
  instrument: OpenedInstrument,
  name: string,
  examples: AttributeExamples,
  options: LearnOptions,
): Promise<StoredAttribute> {
  const apart = [...new Set(options.apart)].filter((other) => other !== name);
  const others = await Promise.all(apart.map((other) => loadForModel(instrument, other)));
  const { latents, has } =
    examples.kind === 'folders'
      ? await latentsOfFolders(instrument, examples, options)
      : await latentsOfPictures(instrument, (entries) => sidesOfExamples(entries, examples), options);
  const sides = { with: has.filter(Boolean).length, without: has.filter((yes) => !yes).length };
  if (Math.min(sides.with, sides.without) < 2) {
    throw new MorphloomError(
      'input',
      `"${name}" needs at least two pictures that have it and two that have not; there are ${sides.with} and ${sides.without}.`,
    );
  }
  const method =
    options.method ?? (Math.min(sides.with, sides.without) < ENOUGH_FOR_REGRESSION ? 'mean' : 'logistic');
  const learned = learnAttribute({ latents, size: instrument.latentSize, has }, method, options.seed);
  const vector = freed(learned, name, others, latents);
  const stored: StoredAttribute = {
    facts: {
      name,
      method,
      model: { run: instrument.runId, hash: instrument.hash },
      ...sides,
      heldOutAuc: Number.isNaN(vector.heldOutAuc) ? null : vector.heldOutAuc,
      apart,
    },
    vector,
  };
  await saveAttribute(instrument.project.attributes, stored);
  return stored;
}

function freed(
  attribute: AttributeVector,
  name: string,
  others: readonly StoredAttribute[],
  latents: Float32Array,
): AttributeVector {
  if (others.length === 0) return attribute;
  const gaussian = fitLatentGaussian(latents, null, attribute.direction.length);
  try {
    return freeOf(
      attribute,
      others.map(({ vector }) => vector),
      gaussian,
    );
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const names = others.map(({ facts }) => `"${facts.name}"`).join(', ');
    throw new MorphloomError(
      'input',
      `"${name}" cannot be told apart from ${names} by these pictures; add some that have one without the other, or learn it together with them.`,
      { cause },
    );
  }
}

/** An attribute, and what comes along with it. */
export interface ListedAttribute extends AttributeFacts {
  /** By how many standard deviations others of its model change where it changes by one; the most first. */
  readonly leaks: readonly { readonly name: string; readonly amount: number }[];
}

/** The attributes of a project, by name. */
export async function attributesWithLeaks(folder: string): Promise<ListedAttribute[]> {
  const names = (await listAttributes(folder)).map(({ name }) => name);
  const all = await Promise.all(names.map((name) => loadAttribute(folder, name)));
  return all.map(({ facts, vector }) => ({
    ...facts,
    leaks: all
      .filter((other) => other.facts.name !== facts.name && other.facts.model.hash === facts.model.hash)
      .map((other) => ({ name: other.facts.name, amount: leakage(vector, other.vector) }))
      .sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount)),
  }));
}

interface Labelled {
  readonly latents: Float32Array;
  readonly has: readonly boolean[];
}

async function latentsOfFolders(
  instrument: OpenedInstrument,
  folders: { readonly with: readonly string[]; readonly without: readonly string[] },
  context: Context,
): Promise<Labelled> {
  const side = async (paths: readonly string[]): Promise<{ mean: Float32Array; count: number }> => {
    const { pixels, files } = await readPictures(instrument, paths, context);
    return { mean: instrument.encode(pixels, files.length).mean, count: files.length };
  };
  const [yes, no] = [await side(folders.with), await side(folders.without)];
  const latents = new Float32Array(yes.mean.length + no.mean.length);
  latents.set(yes.mean);
  latents.set(no.mean, yes.mean.length);
  return { latents, has: Array.from({ length: yes.count + no.count }, (_, i) => i < yes.count) };
}

/** @param sidesFor for each picture: has it (true), has it not (false), or has no say (null) */
async function latentsOfPictures(
  instrument: OpenedInstrument,
  sidesFor: (entries: readonly DatasetEntry[]) => readonly (boolean | null)[],
  context: Context,
): Promise<Labelled> {
  const dataset = await openDataset(instrument.project.dataset);
  dataset.close();
  const sides = sidesFor(dataset.entries);
  const indices = sides.flatMap((side, i) => (side === null ? [] : [i]));
  const { mean } = await encodeDataset(instrument, { indices, ...context });
  return { latents: mean, has: indices.map((i) => sides[i] === true) };
}

function sidesOfExamples(
  entries: readonly DatasetEntry[],
  examples: Exclude<AttributeExamples, { kind: 'folders' }>,
): (boolean | null)[] {
  if (examples.kind === 'column') return sidesOfColumn(entries, examples.column);
  if (examples.kind === 'label') return entries.map(({ label }) => label === examples.label);
  const [yes, no] = [new Set(examples.with), new Set(examples.without)];
  return entries.map(({ id }) => (yes.has(id) ? true : no.has(id) ? false : null));
}

function sidesOfColumn(entries: readonly DatasetEntry[], column: string): (boolean | null)[] {
  const valued = entries.flatMap(({ attributes }, index) => {
    const value = attributes?.[column];
    return value === undefined ? [] : [{ index, value }];
  });
  if (valued.length === 0) {
    const columns = [...new Set(entries.flatMap(({ attributes }) => Object.keys(attributes ?? {})))];
    const known =
      columns.length === 0
        ? 'they came without a table; import with --labels'
        : `there are ${columns.join(', ')}`;
    throw new MorphloomError('usage', `The pictures have no column "${column}"; ${known}.`);
  }
  const sides: (boolean | null)[] = entries.map(() => null);
  sidesOf(valued.map(({ value }) => value)).forEach((side, i) => (sides[valued[i].index] = side));
  return sides;
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

/** How far to move along one attribute, in standard deviations. */
export interface AttributeMove {
  readonly attribute: StoredAttribute;
  readonly amount: number;
}

/**
 * A picture's latent with the moves added, once for each factor they are multiplied by.
 * @param own the picture's latent, `[z]`
 */
export function latentsAlong(
  own: Float32Array,
  moves: readonly AttributeMove[],
  factors: readonly number[],
): Float32Array[] {
  return factors.map((factor) => {
    const moved = Float32Array.from(own);
    for (const { attribute, amount } of moves) {
      for (let k = 0; k < moved.length; k++) moved[k] += factor * amount * attribute.vector.direction[k];
    }
    return moved;
  });
}

/** Loads an attribute of this model. Throws `usage` errors for names and for those of another model. */
export async function loadForModel(instrument: OpenedInstrument, name: string): Promise<StoredAttribute> {
  const attribute = await loadAttribute(instrument.project.attributes, name);
  if (attribute.facts.model.hash === instrument.hash) return attribute;
  throw new MorphloomError(
    'usage',
    `"${name}" was learned on another model (run ${attribute.facts.model.run}); learn it again on ${instrument.runId}, or add --run.`,
  );
}

/** Loads attributes with amounts to move along them. Throws as {@link loadForModel} does. */
export function loadMoves(
  instrument: OpenedInstrument,
  amounts: readonly { readonly name: string; readonly amount: number }[],
): Promise<AttributeMove[]> {
  return Promise.all(
    amounts.map(async ({ name, amount }) => ({ attribute: await loadForModel(instrument, name), amount })),
  );
}
