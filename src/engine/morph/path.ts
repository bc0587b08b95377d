import type { MorphPath } from '../../contract/morph.ts';
import { catmullRom, lerp, type Path, piecewise, slerp } from '../../core/interpolate.ts';

/** The way through the keyframes' latents; a closed one returns from the last to the first. */
export function latentPath(kind: MorphPath, latents: readonly Float32Array[], closed: boolean): Path {
  if (kind === 'spline') return catmullRom(latents, closed);
  return piecewise(latents, closed, kind === 'lerp' ? lerp : slerp);
}
