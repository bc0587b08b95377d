import type { OnProgress } from '../../contract/progress.ts';
import { createRng, fillNormal, STREAM } from '../../core/rng.ts';
import { drawLatents, fitLatentGaussian } from '../latent/aggregate.ts';
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
const MOST_FITTED = 4000;

/** Draws pictures, `[count, h, w, c]` in [0, 1]. The same request gives the same pictures. */
export async function drawSamples(
  instrument: OpenedInstrument,
  { count, temperature, from, seed }: SampleRequest,
  context: { onProgress?: OnProgress | undefined; signal?: AbortSignal | undefined } = {},
): Promise<Float32Array> {
  const rng = createRng(seed, STREAM.samples);
  const { latentSize } = instrument;
  if (from === 'prior') {
    const latents = fillNormal(new Float32Array(count * latentSize), rng).map((x) => x * temperature);
    return instrument.decode(latents, count);
  }
  const { mean, logVariance } = await encodeDataset(instrument, { most: MOST_FITTED, ...context });
  const gaussian = fitLatentGaussian(mean, logVariance, latentSize);
  return instrument.decode(drawLatents(gaussian, count, temperature, rng), count);
}
