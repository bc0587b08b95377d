import type { Rng } from './rng.ts';

/** The head lies in [2^36, 2^52): words of 16 bits go in and out, and a double holds every step exactly. */
const WORD_BITS = 16;
const WORD = 2 ** WORD_BITS;
const LOWEST = 2 ** 36;

/** The finest that an interval may be: in parts of 2^28. */
export const MOST_PRECISION = 28;

/**
 * A stack of symbols in as many bits as they are improbable: range asymmetric numeral systems (Duda 2009, arXiv
 * 0902.0271). What was pushed last is popped first, exactly. A symbol is a part of [0, 2^precision): it begins at
 * `start`, is `width` wide, and costs precision − log2(width) bits.
 *
 * Popping from a stack that ran empty draws even numbers from `spare`, as bits back need something to begin with;
 * how many were drawn is counted, and with them back on the stack it is empty again.
 */
export class AnsStack {
  #head = LOWEST;
  #words: Uint16Array = new Uint16Array(1024);
  #count = 0;
  #drawn = 0;
  readonly #spare: Rng;

  /** @param spare where even numbers come from when the stack runs empty */
  constructor(spare: Rng) {
    this.#spare = spare;
  }

  /** The bits that it takes to store. */
  get bits(): number {
    return 64 + this.#count * WORD_BITS;
  }

  /** The bits that were drawn to begin with. */
  get drawnBits(): number {
    return this.#drawn * WORD_BITS;
  }

  /**
   * @param start a whole number, below 2^precision
   * @param width a whole number from 1; start + width is at most 2^precision
   * @throws RangeError for an interval that is none: it could not be popped again
   */
  push(start: number, width: number, precision: number): void {
    const total = 2 ** precision;
    if (!(width >= 1 && start >= 0 && start + width <= total && precision <= MOST_PRECISION))
      throw new RangeError(`There is no symbol at ${start}, ${width} wide, of 2^${precision}.`);
    const most = (LOWEST / total) * WORD * width;
    while (this.#head >= most) {
      const word = this.#head % WORD;
      this.#append(word);
      this.#head = (this.#head - word) / WORD;
    }
    const rest = this.#head % width;
    this.#head = ((this.#head - rest) / width) * total + start + rest;
  }

  /** Where in [0, 2^precision) the topmost symbol lies; {@link pop} takes it off. */
  peek(precision: number): number {
    return this.#head % 2 ** precision;
  }

  /** Takes off the topmost symbol, whose interval this is. */
  pop(start: number, width: number, precision: number): void {
    const total = 2 ** precision;
    const place = this.#head % total;
    this.#head = width * ((this.#head - place) / total) + place - start;
    while (this.#head < LOWEST) this.#head = this.#head * WORD + this.#take();
  }

  /** The head, then the words, the last first to be popped; 16 bits each, the most significant of the head first. */
  toWords(): Uint16Array {
    const out = new Uint16Array(HEAD_WORDS + this.#count);
    for (let i = HEAD_WORDS - 1, rest = this.#head; i >= 0; i--) {
      out[i] = rest % WORD;
      rest = Math.floor(rest / WORD);
    }
    out.set(this.#words.subarray(0, this.#count), HEAD_WORDS);
    return out;
  }

  /** @throws RangeError for words that no stack was written as */
  static fromWords(words: Uint16Array, spare: Rng): AnsStack {
    const stack = new AnsStack(spare);
    stack.#head = words.subarray(0, HEAD_WORDS).reduce((sum, word) => sum * WORD + word, 0);
    if (words.length < HEAD_WORDS || stack.#head < LOWEST || stack.#head >= LOWEST * WORD)
      throw new RangeError('These words are no stack.');
    stack.#words = words.slice(HEAD_WORDS);
    stack.#count = stack.#words.length;
    return stack;
  }

  #append(word: number): void {
    if (this.#count === this.#words.length) {
      const larger = new Uint16Array(2 * this.#count + 1024);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[this.#count++] = word;
  }

  #take(): number {
    if (this.#count > 0) return this.#words[--this.#count];
    this.#drawn++;
    return this.#spare.below(WORD);
  }
}

/** The head is stored in 64 bits. */
const HEAD_WORDS = 4;

/**
 * The intervals of numbers 0 … count − 1, made from a distribution function: each at least 1 wide, so that whatever
 * comes can be pushed.
 */
export interface Symbols {
  readonly count: number;
  /** The chance of a number below i; 0 for 0, 1 for `count`, never falling. */
  readonly below: (i: number) => number;
  readonly precision: number;
}

/** Where number i begins. */
const startOf = ({ count, below, precision }: Symbols, i: number): number =>
  i <= 0 ? 0 : i >= count ? 2 ** precision : Math.floor(below(i) * (2 ** precision - count)) + i;

/** Puts a number on the stack. */
export function pushSymbol(stack: AnsStack, symbols: Symbols, i: number): void {
  const start = startOf(symbols, i);
  stack.push(start, startOf(symbols, i + 1) - start, symbols.precision);
}

/** Takes a number off the stack. */
export function popSymbol(stack: AnsStack, symbols: Symbols): number {
  const place = stack.peek(symbols.precision);
  let [low, high] = [0, symbols.count];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (startOf(symbols, middle) <= place) low = middle;
    else high = middle;
  }
  const start = startOf(symbols, low);
  stack.pop(start, startOf(symbols, low + 1) - start, symbols.precision);
  return low;
}
