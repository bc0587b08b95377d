/** The head of a message on a stream of bytes: its length. */
const HEAD_BYTES = 4;
/** WebGPU's largest buffers are of this order; a longer message is none of ours. */
const MOST_BYTES = 0xffff_fff0;

/** What goes before a message of this many bytes. */
export const headOf = (length: number): Uint8Array => new Uint8Array(Uint32Array.of(length).buffer);

/** Puts messages together again out of the pieces in which a stream brings them. */
export class FrameReader {
  readonly #head = new Uint8Array(HEAD_BYTES);
  #headBytes = 0;
  #message: Uint8Array<ArrayBuffer> | null = null;
  #messageBytes = 0;
  readonly #tell: (message: Uint8Array<ArrayBuffer>) => void;

  /** @param tell gets each message whole, in memory of its own */
  constructor(tell: (message: Uint8Array<ArrayBuffer>) => void) {
    this.#tell = tell;
  }

  /** Throws for a length that no message has. */
  push(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#message === null) {
        const part = piece.subarray(at, at + HEAD_BYTES - this.#headBytes);
        this.#head.set(part, this.#headBytes);
        this.#headBytes += part.length;
        at += part.length;
        if (this.#headBytes < HEAD_BYTES) return;
        const length = new Uint32Array(this.#head.buffer)[0] ?? 0;
        if (length > MOST_BYTES) throw new RangeError(`A message of ${length} bytes is none.`);
        this.#message = new Uint8Array(length);
        this.#messageBytes = 0;
      }
      const part = piece.subarray(at, at + this.#message.length - this.#messageBytes);
      this.#message.set(part, this.#messageBytes);
      this.#messageBytes += part.length;
      at += part.length;
      if (this.#messageBytes < this.#message.length) return;
      const whole = this.#message;
      this.#message = null;
      this.#headBytes = 0;
      this.#tell(whole);
    }
  }
}
