import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { z } from 'zod';
import { MorphloomError } from '../../contract/errors.ts';
import type { AttributeVector } from '../latent/attribute.ts';
import { describeWriteFailure, exists, replaceFile } from '../node/files.ts';
import { readJson } from './json.ts';
import { decodeSafetensors, encodeSafetensors, type NamedArrays, readSafetensors } from './safetensors.ts';

const factsSchema = z.strictObject({
  schema: z.literal(1),
  name: z.string().min(1),
  method: z.enum(['mean', 'logistic', 'axis']),
  /** The model it belongs to: a direction means nothing in another one. */
  model: z.strictObject({ run: z.string(), hash: z.string() }),
  with: z.number().int(),
  without: z.number().int(),
  /** Null where there were too few pictures to hold some out. */
  heldOutAuc: z.number().nullable(),
  /** Attributes that it was freed of, by name. */
  apart: z.array(z.string()).default([]),
  /** Attributes that were made equally frequent on both sides, by name. */
  balanced: z.array(z.string()).default([]),
  /** The direction of greatest difference that was kept, from 1 on, and its part of all difference; null where it was learned. */
  axis: z.strictObject({ number: z.number().int(), share: z.number() }).nullable().default(null),
  bias: z.number(),
});
const attributeSchema = factsSchema.extend({
  /** The file beside this one that holds `direction`, `weights` and perhaps `alone`; its name is its content's. */
  vectors: z.string(),
});
export type AttributeFacts = Omit<z.infer<typeof factsSchema>, 'schema' | 'bias'>;

export interface StoredAttribute {
  readonly facts: AttributeFacts;
  readonly vector: AttributeVector;
  /** The direction before it was freed of others. */
  readonly alone: Float32Array;
}

/** A file name for any name that an artist gives: the name itself where that will do, else told apart by a hash. */
function idOf(name: string): string {
  const whole = name.normalize('NFC');
  const plain = whole.replaceAll(/[^\p{L}\p{N}_-]/gu, '-').slice(0, 60);
  if (!/[\p{L}\p{N}]/u.test(plain)) {
    throw new MorphloomError(
      'usage',
      `"${name}" is no name for an attribute; it needs at least one letter or digit.`,
    );
  }
  return plain === whole ? plain : `${plain}-${createHash('sha256').update(whole).digest('hex').slice(0, 8)}`;
}

function arraysOf({ facts, vector, alone }: StoredAttribute): NamedArrays {
  const shape = [vector.direction.length];
  const arrays = new Map([
    ['direction', { shape, values: vector.direction }],
    ['weights', { shape, values: vector.weights }],
  ]);
  if (facts.apart.length > 0) arrays.set('alone', { shape, values: alone });
  return arrays;
}

/** Null where the arrays are not an attribute's. */
function storedOf(facts: AttributeFacts, bias: number, arrays: NamedArrays): StoredAttribute | null {
  const [direction, weights] = [arrays.get('direction')?.values, arrays.get('weights')?.values];
  if (direction === undefined || weights?.length !== direction.length) return null;
  const { method, heldOutAuc } = facts;
  return {
    facts,
    vector: { method, direction, weights, bias, heldOutAuc: heldOutAuc ?? NaN },
    alone: arrays.get('alone')?.values ?? direction,
  };
}

/** Where a file that is handed on says what it is. */
const SHARED = 'morphloom.attribute';

/** An attribute as one file to hand on: safetensors, with all else that is known of it in its metadata. */
export function encodeAttribute(stored: StoredAttribute): Uint8Array {
  const document = { schema: 1, ...stored.facts, bias: stored.vector.bias };
  return encodeSafetensors(arraysOf(stored), { [SHARED]: JSON.stringify(document) });
}

/**
 * Reads what {@link encodeAttribute} made. Throws an `input` error that names the file.
 * @param name how the file is called in messages
 */
export function decodeAttribute(bytes: Uint8Array, name: string): StoredAttribute {
  const foreign = (cause?: unknown): MorphloomError =>
    new MorphloomError(
      'input',
      `"${name}" is no attribute that Morphloom saved; make one with: morphloom attribute save.`,
      { cause },
    );
  try {
    const { arrays, metadata } = decodeSafetensors(bytes, name);
    const { schema: _, bias, ...facts } = factsSchema.parse(JSON.parse(metadata[SHARED] ?? ''));
    const stored = storedOf(facts, bias, arrays);
    if (stored !== null) return stored;
  } catch (cause) {
    throw foreign(cause);
  }
  throw foreign();
}

/**
 * Keeps an attribute: `attributes/<id>.json` and the vectors beside it. The JSON is renamed into place last,
 * and names the vectors' file, so the two always belong together.
 */
export async function saveAttribute(folder: string, stored: StoredAttribute): Promise<string> {
  const { facts, vector } = stored;
  const id = idOf(facts.name);
  await fs.mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw describeWriteFailure(folder, cause);
  });
  const bytes = encodeSafetensors(arraysOf(stored));
  const vectors = `${id}-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}.safetensors`;
  await replaceFile(path.join(folder, vectors), bytes);
  const file = path.join(folder, `${id}.json`);
  const before = await readDocument(file).catch(() => null);
  const document = { schema: 1, ...facts, bias: vector.bias, vectors };
  await replaceFile(file, `${JSON.stringify(document, null, 2)}\n`);
  if (before !== null && before.vectors !== vectors)
    await fs.rm(path.join(folder, path.basename(before.vectors)), { force: true });
  return file;
}

async function readDocument(file: string): Promise<{ facts: AttributeFacts; bias: number; vectors: string }> {
  const { schema: _, bias, vectors, ...facts } = await readJson(file, attributeSchema);
  return { facts, bias, vectors };
}

/** The attributes of a project, by name. */
export async function listAttributes(folder: string): Promise<AttributeFacts[]> {
  const names = (await fs.readdir(folder).catch(() => [] as string[]))
    .filter((name) => name.endsWith('.json'))
    .sort();
  return Promise.all(names.map(async (name) => (await readDocument(path.join(folder, name))).facts));
}

/** Throws a `usage` error that lists the names where there is none of this one. */
export async function loadAttribute(folder: string, name: string): Promise<StoredAttribute> {
  const file = path.join(folder, `${idOf(name)}.json`);
  if (!(await exists(file))) {
    const known = (await listAttributes(folder)).map((facts) => facts.name);
    const there = known.length === 0 ? 'none has been learned yet' : `there are ${known.join(', ')}`;
    throw new MorphloomError('usage', `There is no attribute "${name}"; ${there}.`);
  }
  const { facts, bias, vectors } = await readDocument(file);
  const data = path.join(folder, path.basename(vectors));
  const arrays = await readSafetensors(data, `learn "${name}" again`);
  const stored = storedOf(facts, bias, arrays);
  if (stored === null)
    throw new MorphloomError('corrupt', `"${data}" holds no attribute; learn "${name}" again.`);
  return stored;
}

/** Removes an attribute; one that is not there is removed already. */
export async function removeAttribute(folder: string, name: string): Promise<void> {
  const file = path.join(folder, `${idOf(name)}.json`);
  if (!(await exists(file))) return;
  const { vectors } = await readDocument(file).catch(() => ({ vectors: null }));
  // The document first: vectors that none names are a leftover, the other way round it would be damage.
  await fs.rm(file, { force: true });
  if (vectors !== null) await fs.rm(path.join(folder, path.basename(vectors)), { force: true });
}
