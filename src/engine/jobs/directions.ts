import type { OnProgress } from '../../contract/progress.ts';
import { principalAxes } from '../latent/axes.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { encodeDataset } from './pictures.ts';

/** Directions of more pictures than these are the same to the eye. */
export const MOST_FOR_DIRECTIONS = 4000;

/**
 * Places along the directions in which the pictures differ most, seen from their middle.
 * @param at in standard deviations
 * @returns latents `[directions, at, z]`, and the part of all difference that each direction has, in [0, 1]
 */
export async function latentsAlongDirections(
  instrument: OpenedInstrument,
  {
    count,
    at,
    onProgress,
    signal,
  }: {
    readonly count: number;
    readonly at: readonly number[];
    readonly onProgress?: OnProgress | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<{ latents: Float32Array; shares: number[] }> {
  const { latentSize: size } = instrument;
  const { mean } = await encodeDataset(instrument, { most: MOST_FOR_DIRECTIONS, onProgress, signal });
  const { mean: middle, axes, deviations, shares } = principalAxes(mean, size, count);
  const latents = new Float32Array(deviations.length * at.length * size);
  deviations.forEach((deviation, axis) =>
    at.forEach((distance, i) => {
      for (let k = 0; k < size; k++)
        latents[(axis * at.length + i) * size + k] = middle[k] + distance * deviation * axes[axis * size + k];
    }),
  );
  return { latents, shares: [...shares] };
}
