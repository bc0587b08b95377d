import type { Rng } from './rng.ts';

function squaredDistance(
  points: Float64Array,
  i: number,
  centre: ArrayLike<number>,
  at: number,
  size: number,
): number {
  let sum = 0;
  for (let d = 0; d < size; d++) sum += (points[i * size + d] - centre[at + d]) ** 2;
  return sum;
}

/**
 * Points to begin with, each drawn in proportion to its squared distance from those before (Arthur & Vassilvitskii
 * 2007); `[count, size]`.
 */
export function kMeansPlusPlus(points: Float64Array, size: number, count: number, rng: Rng): Float64Array {
  const n = points.length / size;
  const centres = new Float64Array(count * size);
  const nearest = new Float64Array(n).fill(Infinity);
  let chosen = rng.below(n);
  for (let k = 0; k < count; k++) {
    centres.set(points.subarray(chosen * size, (chosen + 1) * size), k * size);
    let total = 0;
    for (let i = 0; i < n; i++) {
      nearest[i] = Math.min(nearest[i], squaredDistance(points, i, centres, k * size, size));
      total += nearest[i];
    }
    let left = rng.uniform() * total;
    for (chosen = 0; chosen < n - 1 && left >= nearest[chosen]; chosen++) left -= nearest[chosen];
  }
  return centres;
}

const LLOYD_ROUNDS = 50;

/** Lloyd's k-means from these centres, which it moves: which each point is nearest to. Yields after each round. */
export function* lloyd(
  points: Float64Array,
  size: number,
  centres: Float64Array,
): Generator<void, Uint32Array> {
  const n = points.length / size;
  const count = centres.length / size;
  const labels = new Uint32Array(n);
  for (let round = 0; round < LLOYD_ROUNDS; round++) {
    let changed = round === 0;
    for (let i = 0; i < n; i++) {
      let [best, distance] = [0, Infinity];
      for (let k = 0; k < count; k++) {
        const own = squaredDistance(points, i, centres, k * size, size);
        if (own < distance) [best, distance] = [k, own];
      }
      changed ||= labels[i] !== best;
      labels[i] = best;
    }
    yield;
    if (!changed) break;
    const members = new Uint32Array(count);
    const sums = new Float64Array(centres.length);
    for (let i = 0; i < n; i++) {
      members[labels[i]]++;
      for (let d = 0; d < size; d++) sums[labels[i] * size + d] += points[i * size + d];
    }
    for (let i = 0; i < sums.length; i++) {
      const own = members[Math.floor(i / size)];
      // A centre that lost all its points stays where it is.
      if (own > 0) centres[i] = sums[i] / own;
    }
  }
  return labels;
}
