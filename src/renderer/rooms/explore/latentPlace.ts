import type { Place } from '../../../contract/timeline.ts';

/** A place that is no picture of the project. */
export const latentPlace = (latent: Float32Array, name: string): Place => ({
  kind: 'latent',
  values: Array.from(latent),
  name,
});
