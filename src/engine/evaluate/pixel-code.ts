import { type AnsStack, popSymbol, pushSymbol, type Symbols } from '../../core/ans.ts';
import { normalCdf } from '../../core/normal.ts';

/**
 * p(x | z) of whole bytes, as it is written: what a decoder drew says how probable each byte is. Pictures are of
 * one size; `drawn` is in [0, 1].
 */
export interface PixelCode {
  push(stack: AnsStack, bytes: Uint8Array, drawn: Float32Array): void;
  pop(stack: AnsStack, drawn: Float32Array): Uint8Array;
  /** −log p(x | z) in nats, what is said beside the pixels included. */
  nats(bytes: Uint8Array, drawn: Float32Array): number;
}

export const PIXEL_CODES = ['binary', 'levels'] as const;
export type PixelCodeName = (typeof PIXEL_CODES)[number];

const PRECISION = 24;

/** The chance of what has this chance by the model: every symbol keeps one part in 2^24. */
const kept = (chance: number, symbols: number): number =>
  chance * (1 - symbols / 2 ** PRECISION) + 1 / 2 ** PRECISION;

const coin = (light: number): Symbols => ({
  count: 2,
  below: (i) => (i === 0 ? 0 : i === 1 ? 1 - light : 1),
  precision: PRECISION,
});

/** Black and white, 0 or 255: the Bernoulli likelihood. */
const binary: PixelCode = {
  push: (stack, bytes, drawn) => {
    for (let d = bytes.length - 1; d >= 0; d--) pushSymbol(stack, coin(drawn[d]), bytes[d] === 255 ? 1 : 0);
  },
  pop: (stack, drawn) => Uint8Array.from(drawn, (light) => 255 * popSymbol(stack, coin(light))),
  nats: (bytes, drawn) =>
    drawn.reduce((sum, light, d) => sum - Math.log(kept(bytes[d] === 255 ? light : 1 - light, 2)), 0),
};

/** Standard deviations that a picture may be off by, in grey levels, evenly spread on a logarithmic scale. */
const DEVIATIONS = Float64Array.from({ length: 256 }, (_, k) => 0.05 * 2560 ** (k / 255));
const DEVIATION_BITS = 8;

/**
 * The deviation nearest to the best Gaussian's (Rybkin et al. 2021, arXiv 2006.13202): the mean squared error, less
 * what rounding to levels adds (Sheppard's correction).
 */
function bestDeviation(bytes: Uint8Array, drawn: Float32Array): number {
  let squares = 0;
  for (let d = 0; d < bytes.length; d++) squares += (bytes[d] - 255 * drawn[d]) ** 2;
  const error = squares / bytes.length;
  const best = Math.sqrt(Math.max(error - 1 / 12, error / 4, 1e-9));
  const k = Math.round((255 * Math.log(best / DEVIATIONS[0])) / Math.log(2560));
  return Math.min(255, Math.max(0, k));
}

/** The Gaussian around what was drawn, integrated over each level; the outermost levels take what lies beyond. */
const level = (drawn: number, deviation: number): Symbols => {
  const [mean, scale] = [255 * drawn, 1 / deviation];
  return {
    count: 256,
    below: (i) => (i === 0 ? 0 : i === 256 ? 1 : normalCdf((i - 0.5 - mean) * scale)),
    precision: PRECISION,
  };
};

/** Bytes of 256 levels: a Gaussian whose deviation is chosen for each picture, and said beside it. */
const levels: PixelCode = {
  push: (stack, bytes, drawn) => {
    const k = bestDeviation(bytes, drawn);
    for (let d = bytes.length - 1; d >= 0; d--) pushSymbol(stack, level(drawn[d], DEVIATIONS[k]), bytes[d]);
    stack.push(k, 1, DEVIATION_BITS);
  },
  pop: (stack, drawn) => {
    const k = stack.peek(DEVIATION_BITS);
    stack.pop(k, 1, DEVIATION_BITS);
    return Uint8Array.from(drawn, (mean) => popSymbol(stack, level(mean, DEVIATIONS[k])));
  },
  nats: (bytes, drawn) => {
    const deviation = DEVIATIONS[bestDeviation(bytes, drawn)];
    let sum = DEVIATION_BITS * Math.LN2;
    for (let d = 0; d < bytes.length; d++) {
      const { below } = level(drawn[d], deviation);
      sum -= Math.log(kept(below(bytes[d] + 1) - below(bytes[d]), 256));
    }
    return sum;
  },
};

export const pixelCodes: Readonly<Record<PixelCodeName, PixelCode>> = { binary, levels };
