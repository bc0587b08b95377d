import type { Pixels } from '../../contract/studio/state.ts';
import { throwIfCancelled } from '../../contract/errors.ts';
import { type Dataset, pixelsOf } from '../dataset/index.ts';
import { type Instrument, type Latents, toBytes } from '../latent/instrument.ts';
import { breathe } from '../node/breathe.ts';

/** Pictures a call: one blocks the process, and somebody else may be waiting. */
const CHUNK = 16;

type Player = Omit<Instrument, 'dispose'>;

/** Draws latents `[count, z]`, a few at a time; `pause` is called before each few. */
export async function drawInPieces(
  { image: { width, height, channels }, latentSize: z, decode }: Player,
  latents: Float32Array,
  pause: () => Promise<void>,
): Promise<Pixels> {
  const count = latents.length / z;
  const size = width * height * channels;
  const bytes = new Uint8Array(count * size);
  for (let start = 0; start < count; start += CHUNK) {
    await pause();
    const chunk = latents.subarray(start * z, (start + CHUNK) * z);
    bytes.set(toBytes(decode(chunk, chunk.length / z)), start * size);
  }
  return { count, width, height, channels, bytes };
}

/** The latents of packed pixels, a few pictures at a time; `pause` is called before each few. */
export async function encodeInPieces(
  { image: { width, height, channels }, latentSize: z, encode }: Player,
  pixels: Uint8Array,
  pause: () => Promise<void>,
): Promise<Latents> {
  const size = width * height * channels;
  const mean = new Float32Array((pixels.length / size) * z);
  let logVariance: Float32Array | null = null;
  for (let start = 0; start * size < pixels.length; start += CHUNK) {
    await pause();
    const chunk = pixels.subarray(start * size, (start + CHUNK) * size);
    const latents = encode(chunk, chunk.length / size);
    mean.set(latents.mean, start * z);
    if (latents.logVariance === null) continue;
    logVariance ??= new Float32Array(mean.length);
    logVariance.set(latents.logVariance, start * z);
  }
  return { mean, logVariance };
}

/** Draws latents `[count, z]`, and lets others in meanwhile. */
export const decodeGently = (
  instrument: Player,
  latents: Float32Array,
  signal: AbortSignal,
): Promise<Pixels> => drawInPieces(instrument, latents, () => breathe(signal));

/** The posterior means of pictures of the dataset, `[n, z]`, letting others in meanwhile. */
export async function encodeGently(
  instrument: Player,
  dataset: Dataset,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Float32Array> {
  throwIfCancelled(signal);
  // Read before the first pause: the dataset may be another afterwards.
  const { bytes } = pixelsOf(dataset, ids);
  return (await encodeInPieces(instrument, bytes, () => breathe(signal))).mean;
}
