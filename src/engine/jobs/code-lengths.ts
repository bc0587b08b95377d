import type { OnProgress } from '../../contract/progress.ts';
import { createRng, fillNormal, STREAM } from '../../core/rng.ts';
import { latentBitsFor, negativeElbo } from '../evaluate/bits-back.ts';
import { type PixelCodeName, pixelCodes } from '../evaluate/pixel-code.ts';
import type { Instrument } from '../latent/instrument.ts';
import { breathe } from '../node/breathe.ts';

/** Draws from each posterior. */
const SAMPLES = 8;
/** Pictures a call: one blocks the process. */
const CHUNK = 16;

export interface Counted {
  /** uint8, HWC, one after the other. */
  readonly pixels: Uint8Array;
  readonly count: number;
  /** By which likelihood of whole bytes. */
  readonly code: PixelCodeName;
  readonly seed: number;
}

/**
 * How long each picture's code is by bits back: its negative ELBO, nats, `[count]`, an average of some draws; and how
 * finely latents must be told for it, bits.
 */
export async function codeLengths(
  instrument: Pick<Instrument, 'encode' | 'decode' | 'latentSize'>,
  { pixels, count, code, seed }: Counted,
  {
    onProgress,
    signal,
  }: { readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined },
): Promise<{ nats: Float64Array; latentBits: number }> {
  const size = pixels.length / count;
  const rng = createRng(seed, STREAM.posteriorNoise, 1);
  const nats = new Float64Array(count);
  let latentBits = 0;
  for (let start = 0; start < count; start += CHUNK) {
    const some = Math.min(CHUNK, count - start);
    const bytes = pixels.subarray(start * size, (start + some) * size);
    const latents = instrument.encode(bytes, some);
    const { logVariance } = latents;
    const noise = Array.from({ length: SAMPLES }, () =>
      fillNormal(new Float32Array(some * instrument.latentSize), rng),
    );
    if (logVariance !== null) latentBits = Math.max(latentBits, latentBitsFor(logVariance));
    nats.set(
      negativeElbo({ ...instrument, encode: () => latents }, pixelCodes[code], { bytes, count: some }, noise),
      start,
    );
    onProgress?.({ stage: 'Measuring', done: start + some, total: count, unit: 'pictures' });
    await breathe(signal);
  }
  return { nats, latentBits };
}
