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
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, values }] of arrays) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
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

/**
 * Reads what {@link encodeSafetensors} wrote. Every size is checked against the file before anything is
 * allocated. Throws a `corrupt` error that names the file.
 * @param name how the file is called in messages
 */
export function decodeSafetensors(
  file: Uint8Array,
  name: string,
): { arrays: NamedArrays; metadata: Readonly<Record<string, string>> } {
  const fail = (what: string): MorphloomError =>
    new MorphloomError(
      'corrupt',
      `"${name}" is damaged: ${what}. Use an earlier checkpoint, or train again.`,
    );
  if (file.length < 8) throw fail('it is too short to be a safetensors file');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > LARGEST_HEADER || 8 + headerLength > file.length)
    throw fail('its header is longer than the file');
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + headerLength)),
    ) as Record<string, unknown>;
  } catch (cause) {
    throw Object.assign(fail('its header is not JSON'), { cause });
  }
  const data = file.subarray(8 + headerLength);
  const arrays = new Map<string, { shape: readonly number[]; values: Float32Array }>();
  let metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(header)) {
    if (key === '__metadata__') {
      metadata = value as Record<string, string>;
      continue;
    }
    const entry = value as Partial<HeaderEntry> | null;
    const shape = entry?.shape;
    const offsets = entry?.data_offsets;
    if (entry?.dtype !== 'F32' || !Array.isArray(shape) || !Array.isArray(offsets)) {
      throw fail(`the array "${key}" is not float32`);
    }
    const [start, end] = offsets;
    const count = shape.reduce((product, n) => product * n, 1);
    const whole = [start, end, ...shape].every((n) => Number.isSafeInteger(n) && n >= 0);
    if (!whole || end > data.length || end - start !== count * 4) {
      throw fail(`the array "${key}" does not fit in it`);
    }
    // A copy, aligned to four bytes; Node's Buffer would only make a view of its own slice.
    const values = new Float32Array(count);
    new Uint8Array(values.buffer).set(data.subarray(start, end));
    arrays.set(key, { shape, values });
  }
  return { arrays, metadata };
}
