import type { OnProgress } from '../../contract/progress.ts';
import { createRng, fillNormal, STREAM } from '../../core/rng.ts';
import { drawLatents, fitLatentGaussian } from '../latent/aggregate.ts';
import type { Latents } from '../latent/instrument.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { encodeDataset } from './pictures.ts';

export interface SampleRequest {
  readonly count: number;
  /** Scales the distance from the middle. */
  readonly temperature: number;
  /** From a Gaussian fitted to where the pictures lie, or from the standard normal prior. */
  readonly from: 'pictures' | 'prior';
  readonly seed: number;
}

/** More pictures do not move the fit by anything that is seen. */
export const MOST_FITTED = 4000;

/** Draws pictures, `[count, h, w, c]` in [0, 1]. The same request gives the same pictures. */
export async function drawSamples(
  instrument: OpenedInstrument,
  request: SampleRequest,
  context: { onProgress?: OnProgress | undefined; signal?: AbortSignal | undefined } = {},
): Promise<Float32Array> {
  const encoded = (): Promise<Latents> => encodeDataset(instrument, { most: MOST_FITTED, ...context });
  return instrument.decode(await sampleLatents(instrument.latentSize, request, encoded), request.count);
}

/**
 * The latents of samples, `[count, size]`.
 * @param encoded gives the latents of (at most {@link MOST_FITTED}) pictures; asked only where they are needed
 */
export async function sampleLatents(
  size: number,
  { count, temperature, from, seed }: SampleRequest,
  encoded: () => Promise<Latents>,
): Promise<Float32Array> {
  const rng = createRng(seed, STREAM.samples);
  if (from === 'prior') return fillNormal(new Float32Array(count * size), rng).map((x) => x * temperature);
  const { mean, logVariance } = await encoded();
  return drawLatents(fitLatentGaussian(mean, logVariance, size), count, temperature, rng);
}
