import { UMAP } from 'umap-js';
import { createRng, STREAM } from '../../core/rng.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { breathe } from '../node/breathe.ts';
import { principalAxes, project } from './axes.ts';

export const MAP_METHODS = ['pca', 'umap'] as const;
export type MapMethod = (typeof MAP_METHODS)[number];

interface Hooks {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A point itself among them. */
const NEIGHBOURS = 15;
/** With fewer there is no neighbourhood to keep, and the straight projection shows all there is. */
const FEWEST_FOR_UMAP = 8;

/**
 * Brings latents to two dimensions: by their principal axes, or by UMAP (McInnes et al. 2018, arXiv
 * 1802.03426) with exact neighbours. The same latents give the same map.
 * @param latents `[n, size]`
 * @returns `[n, 2]` in [0, 1], with both axes to one scale, the middle at 0.5
 */
export async function mapLatents(
  latents: Float32Array,
  size: number,
  method: MapMethod,
  hooks: Hooks = {},
): Promise<Float32Array> {
  const n = latents.length / size;
  const flat = project(latents, principalAxes(latents, size, 2));
  const straight = size === 1 ? flatten(flat) : flat;
  if (method === 'pca' || n < FEWEST_FOR_UMAP) return intoUnitSquare(straight);
  return intoUnitSquare(await umap(latents, size, hooks));
}

/** One dimension as two. */
const flatten = (values: Float32Array): Float32Array => {
  const out = new Float32Array(2 * values.length);
  values.forEach((value, i) => (out[2 * i] = value));
  return out;
};

async function umap(
  latents: Float32Array,
  size: number,
  { onProgress, signal }: Hooks,
): Promise<Float32Array> {
  const n = latents.length / size;
  const k = Math.min(NEIGHBOURS, n - 1);
  const indices: number[][] = [];
  const distances: number[][] = [];
  for (let i = 0; i < n; i++) {
    await breathe(signal);
    const near = nearest(latents, size, latents.subarray(i * size, (i + 1) * size), k);
    indices.push(near.map(({ index }) => index));
    distances.push(near.map(({ distance }) => distance));
    onProgress?.({ stage: 'Finding neighbours', done: i + 1, total: n, unit: 'pictures' });
  }
  const rng = createRng(0, STREAM.walk, n);
  const fit = new UMAP({ nComponents: 2, nNeighbors: k, random: () => rng.uniform() });
  fit.setPrecomputedKNN(indices, distances);
  const points = Array.from({ length: n }, (_, i) => Array.from(latents.subarray(i * size, (i + 1) * size)));
  const epochs = fit.initializeFit(points);
  for (let epoch = 0; epoch < epochs; epoch++) {
    await breathe(signal);
    fit.step();
    onProgress?.({ stage: 'Drawing the map', done: epoch + 1, total: epochs, unit: 'rounds' });
  }
  return Float32Array.from(fit.getEmbedding().flat());
}

/** The nearest of `latents` by Euclidean distance, nearest first; of equals the first. */
export function nearest(
  latents: Float32Array,
  size: number,
  to: Float32Array,
  count: number,
): { index: number; distance: number }[] {
  const n = latents.length / size;
  const best: { index: number; distance: number }[] = [];
  let worst = Infinity;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let k = 0; k < size && sum < worst; k++) sum += (latents[i * size + k] - to[k]) ** 2;
    if (sum >= worst) continue;
    let place = best.length;
    while (place > 0 && best[place - 1].distance > sum) place--;
    best.splice(place, 0, { index: i, distance: sum });
    if (best.length > count) best.pop();
    if (best.length === count) worst = best[count - 1].distance;
  }
  return best.map(({ index, distance }) => ({ index, distance: Math.sqrt(distance) }));
}

function intoUnitSquare(points: Float32Array): Float32Array {
  const range = [0, 1].map((axis) => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = axis; i < points.length; i += 2) {
      low = Math.min(low, points[i]);
      high = Math.max(high, points[i]);
    }
    return { middle: (low + high) / 2, extent: high - low };
  });
  const scale = Math.max(range[0].extent, range[1].extent) || 1;
  return points.map((value, i) => 0.5 + (value - range[i % 2].middle) / scale);
}
