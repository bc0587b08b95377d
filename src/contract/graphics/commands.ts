/**
 * What the window is to do on the graphics card, in the order in which the engine wants it: the part of WebGPU that
 * tfjs computes by. A command is its number and its operands, 32-bit words; bytes and texts follow their length.
 * The engine names what it makes by numbers of its own.
 */
export const COMMAND = {
  /** buffer, size, usage */
  createBuffer: 1,
  /** buffer, usage, bytes: a buffer that is made with its content */
  createFilled: 2,
  /** buffer */
  destroyBuffer: 3,
  /** buffer, offset, bytes */
  writeBuffer: 4,
  /** pipeline, entry point, WGSL */
  createPipeline: 5,
  /** pipeline, x, y, z, how many bindings; of each: binding, buffer, offset, size (0 for all of it) */
  dispatch: 6,
  endPass: 7,
  /** buffer, offset, buffer, offset, size */
  copy: 8,
  submit: 9,
  /** buffer, size: the only command that is answered */
  read: 10,
} as const;

/** What an answer begins with: a word, then bytes or a text in 16-bit units. */
export const REPLY = { bytes: 1, failed: 2, lost: 3 } as const;

const FIRST_WORDS = 1 << 14;

/** Writes commands one behind the other. */
export class CommandWriter {
  #words = new Uint32Array(FIRST_WORDS);
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  words(...values: readonly number[]): void {
    this.#reserve(values.length);
    for (const value of values) this.#words[this.#length++] = value;
  }

  bytes(bytes: Uint8Array): void {
    const words = Math.ceil(bytes.byteLength / 4);
    this.#reserve(1 + words);
    this.#words[this.#length++] = bytes.byteLength;
    new Uint8Array(this.#words.buffer, this.#length * 4).set(bytes);
    this.#length += words;
  }

  text(text: string): void {
    this.bytes(encodeText(text));
  }

  /** What was written since the last time, in memory of its own. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(this.#words.slice(0, this.#length).buffer);
    this.#length = 0;
    return taken;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#words.length) return;
    const larger = new Uint32Array(Math.max(this.#words.length * 2, this.#length + more));
    larger.set(this.#words.subarray(0, this.#length));
    this.#words = larger;
  }
}

/** Reads what a {@link CommandWriter} wrote; throws where it ends too early. */
export class CommandReader {
  readonly #words: Uint32Array;
  #at = 0;

  /** @param message whose memory begins at a multiple of four */
  constructor(message: Uint8Array) {
    this.#words = new Uint32Array(message.buffer, message.byteOffset, message.byteLength / 4);
  }

  get done(): boolean {
    return this.#at >= this.#words.length;
  }

  word(): number {
    const word = this.#words[this.#at++];
    if (word === undefined) throw new RangeError('A command ends before its operands.');
    return word;
  }

  /** A view of the message, not a copy. */
  bytes(): Uint8Array<ArrayBuffer> {
    const length = this.word();
    const from = this.#at;
    this.#at += Math.ceil(length / 4);
    if (this.#at > this.#words.length) throw new RangeError('A command ends before its bytes.');
    const { buffer, byteOffset } = this.#words;
    return new Uint8Array(buffer as ArrayBuffer, byteOffset + from * 4, length);
  }

  text(): string {
    return decodeText(this.bytes());
  }
}

/** 16-bit units, since neither room has the other's encoders. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  const units = Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  return new Uint8Array(units.buffer);
}

export function decodeText(bytes: Uint8Array): string {
  const units = new Uint16Array(bytes.slice().buffer);
  let text = '';
  for (let from = 0; from < units.length; from += 4096)
    text += String.fromCharCode(...units.subarray(from, from + 4096));
  return text;
}
