import * as fs from 'node:fs/promises';
import { MorphloomError } from '../../contract/errors.ts';

/** Named float32 arrays with their shapes. */
export type NamedArrays = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly values: Float32Array }
>;

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const ALIGNMENT = 8;
const LARGEST_HEADER = 64 * 1024 * 1024;

/**
 * Writes the safetensors format (version 0.3+, little-endian): an 8-byte header length, a JSON header, the raw
 * arrays. Float32 only.
 */
export function encodeSafetensors(
  arrays: NamedArrays,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: [string, unknown][] = [['__metadata__', metadata]];
  let offset = 0;
  for (const [name, { shape, values }] of arrays) {
    header.push([name, { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] }]);
    offset += values.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(8 + headerLength + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, 8, 8 + headerLength);
  file.set(json, 8);
  let at = 8 + headerLength;
  for (const { values } of arrays.values()) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return file;
}

const REMEDY = 'use an earlier checkpoint, or train again';

/** Reads a file of {@link encodeSafetensors}. Throws `corrupt` errors that name it and end in the remedy. */
export async function readSafetensors(file: string, remedy = REMEDY): Promise<NamedArrays> {
  const bytes = await fs.readFile(file).catch((cause: unknown) => {
    throw new MorphloomError('corrupt', `"${file}" cannot be read; ${remedy}.`, { cause });
  });
  return decodeSafetensors(bytes, file, remedy).arrays;
}

/**
 * Reads what {@link encodeSafetensors} wrote. Every size is checked against the file before anything is
 * allocated, and each byte belongs to one array, so that no more can be allocated than the file has.
 * Throws a `corrupt` error that names the file.
 * @param name how the file is called in messages
 */
export function decodeSafetensors(
  file: Uint8Array,
  name: string,
  remedy = REMEDY,
): { arrays: NamedArrays; metadata: Readonly<Record<string, string>> } {
  const fail = (what: string): MorphloomError =>
    new MorphloomError('corrupt', `"${name}" is damaged: ${what}; ${remedy}.`);
  if (file.length < 8) throw fail('it is too short to be a safetensors file');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > LARGEST_HEADER || 8 + headerLength > file.length)
    throw fail('its header is longer than the file');
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + headerLength)));
  } catch (cause) {
    throw Object.assign(fail('its header is not JSON'), { cause });
  }
  if (!isRecord(header)) throw fail('its header is not a list of arrays by name');
  const data = file.subarray(8 + headerLength);
  const { __metadata__: metadata = {}, ...named } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((text) => typeof text === 'string')) {
    throw fail('its metadata are not texts');
  }
  const entries = Object.entries(named).map(([key, entry]) => {
    if (!isArrayEntry(entry)) throw fail(`the array "${key}" is not float32, or does not fit in it`);
    return { key, shape: entry.shape, start: entry.data_offsets[0], end: entry.data_offsets[1] };
  });
  let reached = 0;
  for (const { start, end } of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== reached) throw fail('its arrays overlap, or leave gaps');
    reached = end;
  }
  if (reached !== data.length) throw fail('its arrays do not fit in it, or do not fill it');

  const arrays = new Map<string, { shape: readonly number[]; values: Float32Array }>();
  for (const { key, shape, start, end } of entries) {
    // A copy, aligned to four bytes; Node's Buffer would only make a view of its own slice.
    const values = new Float32Array((end - start) / 4);
    new Uint8Array(values.buffer).set(data.subarray(start, end));
    arrays.set(key, { shape, values });
  }
  return { arrays, metadata: metadata as Record<string, string> };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const areSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);

/** Whether it is a float32 array whose bytes are as many as its shape says. */
function isArrayEntry(value: unknown): value is HeaderEntry {
  if (!isRecord(value)) return false;
  const { dtype, shape, data_offsets: offsets } = value;
  if (dtype !== 'F32' || !areSizes(shape) || !areSizes(offsets) || offsets.length !== 2) return false;
  return offsets[1] - offsets[0] === shape.reduce((product, n) => product * n, 4);
}
