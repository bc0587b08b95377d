import { MorphloomError } from '../../contract/errors.ts';
import { FEWEST_POINTS, MOST_POINTS, type MorphSettings } from '../../contract/morph.ts';
import type { Timeline } from '../../contract/timeline.ts';
import { createRng, STREAM } from '../../core/rng.ts';
import { fitLatentGaussian, mahalanobis } from '../latent/aggregate.ts';
import { latentPath } from './path.ts';

/** A walk goes no farther out than this part of the pictures lies. */
const INSIDE = 0.95;
/** Points for each turn of the fastest movement: with fewer the curve through them would cut the corners. */
const POINTS_A_TURN = 4;
/** Moments of each way at which its distance is looked at. */
const MOMENTS = 16;
/** Latents are kept in single precision. */
const ROUNDING = 1e-5;

export interface WalkRequest {
  readonly count: number;
  /** Scales the distance from the middle: below 1 safer pictures. Above 1 it ends where the pictures do. */
  readonly temperature: number;
  readonly seed: number;
}

/**
 * Random points of a closed loop: `a·cos + b·sin` at so many points of the circle, summed over the slow
 * frequencies, where `a` and `b` are drawn from the Gaussian of the latents. So each point by itself is a draw
 * from it, neighbours are related, and the loop keeps about the distance from the middle at which the pictures
 * are, where straight ways between single draws lead through the middle (White 2016, arXiv 1609.04468). Drawn as combinations of the pictures themselves, so that nothing of it lies where
 * no two pictures differ. The loop is made smaller until the smooth curve through the points lies within the
 * distances of 95% of the pictures. The same request gives the same walk.
 * @param means posterior means of the pictures, `[n, size]`
 * @returns `count` latents, in order; the last is followed by the first
 * Throws `usage` for fewer than two pictures, or another number of points than 3 to 256.
 */
export function walkLatents(
  means: Float32Array,
  size: number,
  { count, temperature, seed }: WalkRequest,
): Float32Array[] {
  if (!(count >= FEWEST_POINTS && count <= MOST_POINTS)) {
    throw new MorphloomError('usage', `A walk goes through ${FEWEST_POINTS} to ${MOST_POINTS} places.`);
  }
  const pictures = means.length / size;
  if (pictures < 2) {
    throw new MorphloomError('usage', 'A walk needs two pictures at least, or there is nowhere to go.');
  }
  const gaussian = fitLatentGaussian(means, null, size);
  const { mean } = gaussian;
  const offsets = drawLoop(means, mean, count, seed);
  const placed = (scale: number): Float32Array[] =>
    offsets.map((offset) => Float32Array.from(offset, (value, k) => mean[k] + scale * value));
  const distance = (latent: Float32Array): number => mahalanobis(latent, gaussian);
  const own = Array.from({ length: pictures }, (_, n) => distance(means.subarray(n * size, (n + 1) * size)));
  const limit = own.sort((a, b) => a - b)[Math.ceil(INSIDE * pictures) - 1];
  const farthest = farthestOf(placed(temperature), size, distance);
  // The curve through points that are moved towards the middle is the curve moved towards the middle.
  const within = Math.min(1, (limit * (1 - ROUNDING)) / farthest);
  return placed(farthest > 0 ? temperature * within : temperature);
}

/** Offsets from the middle, `count` of `[size]`. */
function drawLoop(means: Float32Array, mean: Float64Array, count: number, seed: number): Float64Array[] {
  const size = mean.length;
  const pictures = means.length / size;
  const turns = Math.max(1, Math.round(count / POINTS_A_TURN));
  const rng = createRng(seed, STREAM.walk);
  const offsets = Array.from({ length: count }, () => new Float64Array(size));
  for (let n = 0; n < pictures; n++) {
    const waves = Array.from({ length: turns }, () => [rng.normal(), rng.normal()] as const);
    offsets.forEach((offset, i) => {
      let weight = 0;
      waves.forEach(([a, b], turn) => {
        const angle = (2 * Math.PI * (turn + 1) * i) / count;
        weight += a * Math.cos(angle) + b * Math.sin(angle);
      });
      weight /= Math.sqrt(turns * pictures);
      for (let k = 0; k < size; k++) offset[k] += weight * (means[n * size + k] - mean[k]);
    });
  }
  return offsets;
}

function farthestOf(
  points: readonly Float32Array[],
  size: number,
  distance: (latent: Float32Array) => number,
): number {
  const path = latentPath('spline', points, true);
  const latent = new Float32Array(size);
  let farthest = 0;
  for (let segment = 0; segment < path.segments; segment++) {
    for (let moment = 0; moment < MOMENTS; moment++) {
      path.at(segment, moment / MOMENTS, latent);
      farthest = Math.max(farthest, distance(latent));
    }
  }
  return farthest;
}

/** A timeline that goes round through latents, evenly as it is seen: nothing tells where it begins. */
export function walkTimeline(
  name: string,
  latents: readonly Float32Array[],
  nameOf: (number: number) => string,
  { frames, framesPerSecond, path, ease, hold }: Pick<MorphSettings, 'frames' | 'framesPerSecond' | 'path' | 'ease' | 'hold'>, // prettier-ignore
): Timeline {
  return {
    schema: 1,
    name,
    keyframes: latents.map((latent, i) => ({
      key: String(i + 1),
      place: { kind: 'latent', values: [...latent], name: nameOf(i + 1) },
      holdSeconds: hold / framesPerSecond,
      seconds: null,
      ease,
    })),
    tracks: [],
    path,
    loop: 'cycle',
    detail: 1,
    fit: false,
    seconds: frames / framesPerSecond,
    framesPerSecond,
  };
}
