import { Packr } from 'msgpackr';

/** The largest message that a client may send; larger files go up in pieces. */
export const MAX_REQUEST_BYTES = 16 * 1024 * 1024;
/** The largest that the engine sends: a thousand pictures of 256 × 256 in colour. */
export const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

const MOST_LEVELS = 64;

// Records would make the decoder compile functions, which the window's Content-Security-Policy forbids.
// Bytes are copied out of the message: a view would keep all of it, and a clone would take it all along.
const packr = new Packr({ useRecords: false, moreTypes: true, copyBuffers: true });

/** A message as MessagePack, for wires that carry bytes. */
export const encodeMessage = (message: unknown): Uint8Array => packr.pack(message);

/**
 * The message in these bytes; typed arrays own their buffers.
 * @throws Error where they are no MessagePack, or hold what no message has (dates, sets, cycles).
 */
export function decodeMessage(bytes: Uint8Array): unknown {
  // A Buffer would hand its own kind on to what is cut out of it.
  const message: unknown = packr.unpack(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  requirePlain(message, 0);
  return message;
}

function requirePlain(value: unknown, level: number): void {
  if (typeof value === 'bigint') throw new Error('The message holds a bigint.');
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof Uint8Array || value instanceof Float32Array || value instanceof Error) return;
  if (level === MOST_LEVELS) throw new Error('The message is nested too deeply.');
  const isArray = Array.isArray(value);
  if (!isArray && Object.getPrototypeOf(value) !== Object.prototype)
    throw new Error('The message holds something that is not plain data.');
  for (const part of isArray ? (value as unknown[]) : Object.values(value)) requirePlain(part, level + 1);
}
