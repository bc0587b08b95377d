import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { fitLatentGaussian } from '../latent/aggregate.ts';
import { type LabelledLatents, learnAttribute, type LearningMethod, score } from '../latent/attribute.ts';
import { axisAttribute, principalAxes } from '../latent/axes.ts';
import { balancingShares } from '../latent/balance.ts';
import { freeOf, leakage } from '../latent/leakage.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import {
  type AttributeFacts,
  listAttributes,
  loadAttribute,
  saveAttribute,
  type StoredAttribute,
} from '../project/attribute-folder.ts';
import { type AttributeExamples, labelledLatents } from './attribute-examples.ts';
import { loadForModel } from './attribute-moves.ts';
import { MOST_FOR_DIRECTIONS } from './directions.ts';
import { encodeDataset } from './pictures.ts';

interface Context {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The means of (at most {@link MOST_FOR_DIRECTIONS}) pictures, where they are known already. */
  readonly means?: (() => Promise<Float32Array>) | undefined;
}

const meansOf = async (instrument: OpenedInstrument, context: Context): Promise<Float32Array> =>
  (await context.means?.()) ??
  (await encodeDataset(instrument, { most: MOST_FOR_DIRECTIONS, ...context })).mean;

/** Below this many pictures on a side the difference of means is all that they can support. */
const ENOUGH_FOR_REGRESSION = 20;

export interface LearnOptions extends Context {
  /** Chosen by the number of pictures where absent. */
  readonly method?: LearningMethod | undefined;
  readonly seed: number;
  /** Attributes of this model that are not to come along, by name. */
  readonly apart?: readonly string[] | undefined;
  /** Attributes of this model that are made equally frequent among pictures with it and without, by name. */
  readonly balance?: readonly string[] | undefined;
}

/** Learns an attribute and keeps it with the project. Throws `usage` and `input` errors for its examples. */
export async function learnAttributeFrom(
  instrument: OpenedInstrument,
  name: string,
  examples: AttributeExamples,
  options: LearnOptions,
): Promise<StoredAttribute> {
  const balanced = namesBut(name, options.balance);
  const others = await Promise.all(balanced.map((other) => loadForModel(instrument, other)));
  const apart = namesBut(name, options.apart);
  await Promise.all(apart.map((other) => loadForModel(instrument, other)));
  const labelled = await labelledLatents(instrument, examples, options);
  const sides = {
    with: labelled.has.filter((yes) => yes === true).length,
    without: labelled.has.filter((yes) => yes === false).length,
  };
  if (Math.min(sides.with, sides.without) < 2) {
    throw new MorphloomError(
      'input',
      `"${name}" needs at least two pictures that have it and two that have not; there are ${sides.with} and ${sides.without}.`,
    );
  }
  const method =
    options.method ?? (Math.min(sides.with, sides.without) < ENOUGH_FOR_REGRESSION ? 'mean' : 'logistic');
  const shares = others.length === 0 ? undefined : evened(labelled, name, others);
  const vector = learnAttribute({ ...labelled, shares }, method, options.seed);
  const learned: StoredAttribute = {
    facts: {
      name,
      method,
      model: { run: instrument.runId, hash: instrument.hash },
      ...sides,
      heldOutAuc: Number.isNaN(vector.heldOutAuc) ? null : vector.heldOutAuc,
      apart: [],
      balanced,
      axis: null,
    },
    vector,
    alone: vector.direction,
  };
  const stored = await keptApart(instrument, learned, apart, options);
  await saveAttribute(instrument.project.attributes, stored);
  return stored;
}

const namesBut = (name: string, names: readonly string[] | undefined): string[] =>
  [...new Set(names)].filter((other) => other !== name);

function evened(labelled: LabelledLatents, name: string, others: readonly StoredAttribute[]): number[] {
  const { has, latents } = labelled;
  try {
    return balancingShares(
      has,
      others.map(({ vector }) => has.map((_, n) => score(vector, latents, n) > 0)),
    );
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new MorphloomError(
      'input',
      `"${name}" cannot be balanced by ${quoted(others)}: among the pictures with it, or without, too few have the other, or too few have not; add some.`,
      { cause },
    );
  }
}

const quoted = (others: readonly StoredAttribute[]): string =>
  others.map(({ facts }) => `"${facts.name}"`).join(', ');

/**
 * Frees an attribute that is there of others of its model, and keeps it so; of none puts it back as it was
 * learned. Throws `usage` errors for names, `input` errors where nothing is left of it.
 */
export async function freeAttribute(
  instrument: OpenedInstrument,
  name: string,
  of: readonly string[],
  context: Context,
): Promise<StoredAttribute> {
  const attribute = await loadForModel(instrument, name);
  const stored = await keptApart(instrument, attribute, namesBut(name, of), context);
  await saveAttribute(instrument.project.attributes, stored);
  return stored;
}

async function keptApart(
  instrument: OpenedInstrument,
  attribute: StoredAttribute,
  apart: readonly string[],
  context: Context,
): Promise<StoredAttribute> {
  const { alone, facts } = attribute;
  const vector = { ...attribute.vector, direction: alone };
  if (apart.length === 0) return { facts: { ...facts, apart: [] }, vector, alone };
  const others = await Promise.all(apart.map((other) => loadForModel(instrument, other)));
  const mean = await meansOf(instrument, context);
  try {
    const free = freeOf(
      vector,
      others.map((other) => other.vector),
      fitLatentGaussian(mean, null, instrument.latentSize),
    );
    return { facts: { ...facts, apart: [...apart] }, vector: free, alone };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new MorphloomError(
      'input',
      `"${facts.name}" cannot be told apart from ${quoted(others)} by these pictures; add some that have one without the other, or learn it together with them.`,
      { cause },
    );
  }
}

/**
 * Keeps one of the directions in which the pictures differ most as an attribute, under a name. Throws `usage`
 * errors for a number that there is not.
 * @param number from 1 on, those that differ most first
 * @param reversed whether its lower end is what the name says
 */
export async function keepDirection(
  instrument: OpenedInstrument,
  name: string,
  { number, reversed, ...context }: Context & { readonly number: number; readonly reversed: boolean },
): Promise<StoredAttribute> {
  const mean = await meansOf(instrument, context);
  const axes = principalAxes(mean, instrument.latentSize, number);
  const vector = axisAttribute(axes, number - 1, reversed);
  if (vector === null) {
    throw new MorphloomError(
      'usage',
      `There is no direction ${number}: the pictures of this model differ in ${axes.deviations.filter((d) => d > 0).length}.`,
    );
  }
  const stored: StoredAttribute = {
    facts: {
      name,
      method: 'axis',
      model: { run: instrument.runId, hash: instrument.hash },
      with: 0,
      without: 0,
      heldOutAuc: null,
      apart: [],
      balanced: [],
      axis: { number, share: axes.shares[number - 1] },
    },
    vector,
    alone: vector.direction,
  };
  await saveAttribute(instrument.project.attributes, stored);
  return stored;
}

/** An attribute, and what comes along with it. */
export interface ListedAttribute extends AttributeFacts {
  /** By how many standard deviations others of its model change where it changes by one; the most first. */
  readonly leaks: readonly {
    readonly name: string;
    readonly amount: number;
    /** The same before it was freed of others. */
    readonly alone: number;
  }[];
}

/** The attributes of a project, by name. */
export async function attributesWithLeaks(folder: string): Promise<ListedAttribute[]> {
  const names = (await listAttributes(folder)).map(({ name }) => name);
  const all = await Promise.all(names.map((name) => loadAttribute(folder, name)));
  return all.map(({ facts, vector, alone }) => ({
    ...facts,
    leaks: all
      .filter((other) => other.facts.name !== facts.name && other.facts.model.hash === facts.model.hash)
      .map((other) => ({
        name: other.facts.name,
        amount: leakage(vector, other.vector),
        alone: leakage({ direction: alone }, other.vector),
      }))
      .sort((a, b) => Math.abs(b.alone) - Math.abs(a.alone)),
  }));
}
