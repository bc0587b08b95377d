import { type AnsStack, popSymbol, pushSymbol, type Symbols } from '../../core/ans.ts';
import { normalCdf, normalQuantile } from '../../core/normal.ts';
import type { Instrument } from '../latent/instrument.ts';
import type { PixelCode } from './pixel-code.ts';

/** A model that is played one picture at a time: batches of another size may round otherwise. */
export type Coder = Pick<Instrument, 'encode' | 'decode' | 'latentSize'>;

/** The most and the fewest bins that a latent is told by: 2 to the power of these. */
const [FEWEST_BITS, MOST_BITS] = [6, 16];
const POSTERIOR_PRECISION = 28;
/** Bins are narrower than the sharpest posteriors by so much, in the middle of the prior; outwards they widen. */
const NARROWER = 8;

/**
 * How finely latents must be told so that next to nothing is lost: by the sharpest hundredth of the posteriors. More
 * would only take more bits to begin with.
 */
export function latentBitsFor(logVariances: Float32Array): number {
  const sorted = logVariances.slice().sort();
  const sharpest = Math.exp(sorted[Math.floor(sorted.length / 100)] / 2);
  const bins = (NARROWER * Math.sqrt(2 * Math.PI)) / sharpest;
  return Math.min(MOST_BITS, Math.max(FEWEST_BITS, Math.ceil(Math.log2(bins))));
}

/** The line in 2^bits bins that N(0, 1) finds equally likely. */
export class LatentBins {
  readonly count: number;
  readonly bits: number;
  /** The quantiles of half bins: edges and middles by turns. */
  readonly #quantiles: Float64Array;

  constructor(bits: number) {
    this.bits = bits;
    this.count = 2 ** bits;
    this.#quantiles = Float64Array.from({ length: 2 * this.count + 1 }, (_, i) =>
      normalQuantile(i / (2 * this.count)),
    );
  }

  /** The median of a bin. */
  middle(bin: number): number {
    return this.#quantiles[2 * bin + 1];
  }

  /** The bins as a posterior N(mean, exp(logVariance)) finds them likely. */
  under(mean: number, logVariance: number): Symbols {
    const scale = Math.exp(-logVariance / 2);
    return {
      count: this.count,
      below: (bin) => normalCdf((this.#quantiles[2 * bin] - mean) * scale),
      precision: POSTERIOR_PRECISION,
    };
  }
}

/** Posteriors of one picture, a latent each. */
function posteriorsOf(coder: Coder, bins: LatentBins, bytes: Uint8Array): Symbols[] {
  const { mean, logVariance } = coder.encode(bytes, 1);
  if (logVariance === null) throw new RangeError('A deterministic code gives no bits back.');
  return Array.from(mean, (m, k) => bins.under(m, logVariance[k]));
}

const drawnFrom = (coder: Coder, bins: LatentBins, chosen: readonly number[]): Float32Array =>
  coder.decode(
    Float32Array.from(chosen, (bin) => bins.middle(bin)),
    1,
  );

/**
 * Puts one picture on the stack by bits-back coding (BB-ANS: Townsend, Bird & Barber 2019, arXiv 1901.04866): the
 * latents are taken off it, as the posterior finds them likely; then the pixels and the latents are put on, as
 * decoder and prior find them likely. On average it grows by the negative ELBO.
 */
export function pushPicture(
  stack: AnsStack,
  coder: Coder,
  bins: LatentBins,
  pixels: PixelCode,
  bytes: Uint8Array,
): void {
  // prettier-ignore
  const chosen = posteriorsOf(coder, bins, bytes).map((symbols) => popSymbol(stack, symbols));
  pixels.push(stack, bytes, drawnFrom(coder, bins, chosen));
  for (const bin of [...chosen].reverse()) stack.push(bin, 1, bins.bits);
}

/** Takes one picture off the stack, and gives back the bits that its latents were chosen by. */
export function popPicture(stack: AnsStack, coder: Coder, bins: LatentBins, pixels: PixelCode): Uint8Array {
  const chosen = Array.from({ length: coder.latentSize }, () => {
    const bin = stack.peek(bins.bits);
    stack.pop(bin, 1, bins.bits);
    return bin;
  });
  const bytes = pixels.pop(stack, drawnFrom(coder, bins, chosen));
  const posteriors = posteriorsOf(coder, bins, bytes);
  for (let k = chosen.length - 1; k >= 0; k--) pushSymbol(stack, posteriors[k], chosen[k]);
  return bytes;
}

/**
 * The negative ELBO of pictures under N(0, 1) and the same likelihood of whole bytes, in nats each, `[count]`: the
 * rate in closed form, the distortion averaged over samples of the (continuous) posterior.
 * @param noise standard normal, for each sample one number a latent: of every picture, or the same for all
 */
export function negativeElbo(
  coder: Coder,
  pixels: PixelCode,
  { bytes, count }: { readonly bytes: Uint8Array; readonly count: number },
  noise: readonly Float32Array[],
): Float64Array {
  const { mean, logVariance } = coder.encode(bytes, count);
  if (logVariance === null) throw new RangeError('A deterministic code bounds nothing.');
  const size = bytes.length / count;
  const out = new Float64Array(count);
  mean.forEach((m, i) => {
    const l = logVariance[i];
    out[Math.floor(i / coder.latentSize)] += (m * m + Math.exp(l) - 1 - l) / 2;
  });
  for (const sample of noise) {
    const latents = mean.map((m, i) => m + Math.exp(logVariance[i] / 2) * sample[i % sample.length]);
    const drawn = coder.decode(latents, count);
    for (let i = 0; i < count; i++) {
      const at = i * size;
      out[i] += pixels.nats(bytes.subarray(at, at + size), drawn.subarray(at, at + size)) / noise.length;
    }
  }
  return out;
}
