import type { Pixels } from '../../contract/studio/state.ts';
import { throwIfCancelled } from '../../contract/errors.ts';
import { type Dataset, pixelsOf } from '../dataset/index.ts';
import { type Instrument, toBytes } from '../latent/instrument.ts';
import { breathe } from '../node/breathe.ts';

/** Pictures a call: one blocks the process, and somebody else may be waiting. */
const CHUNK = 16;

/** Draws latents `[count, z]`, a few at a time. */
export async function decodeGently(
  instrument: Instrument,
  latents: Float32Array,
  signal: AbortSignal,
): Promise<Pixels> {
  const { width, height, channels } = instrument.image;
  const z = instrument.latentSize;
  const count = latents.length / z;
  const size = width * height * channels;
  const bytes = new Uint8Array(count * size);
  for (let start = 0; start < count; start += CHUNK) {
    await breathe(signal);
    const chunk = latents.subarray(start * z, (start + CHUNK) * z);
    bytes.set(toBytes(instrument.decode(chunk, chunk.length / z)), start * size);
  }
  return { count, width, height, channels, bytes };
}

/** The posterior means of pictures of the dataset, `[n, z]`, a few at a time. */
export async function encodeGently(
  instrument: Instrument,
  dataset: Dataset,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Float32Array> {
  throwIfCancelled(signal);
  const z = instrument.latentSize;
  const latents = new Float32Array(ids.length * z);
  // Read before the first pause: the dataset may be another afterwards.
  const { bytes } = pixelsOf(dataset, ids);
  const size = bytes.length / ids.length;
  for (let start = 0; start < ids.length; start += CHUNK) {
    const chunk = bytes.subarray(start * size, (start + CHUNK) * size);
    latents.set(instrument.encode(chunk, chunk.length / size).mean, start * z);
    await breathe(signal);
  }
  return latents;
}
