/** The directions in which pictures differ most. */
export interface Directions {
  readonly count: number;
  readonly latentSize: number;
  /** `[count, latentSize]`, each one standard deviation long. */
  readonly directions: Float32Array;
  readonly shares: Float32Array;
  readonly mean: Float32Array;
}

const row = ({ directions, latentSize }: Directions, index: number): Float32Array =>
  directions.subarray(index * latentSize, (index + 1) * latentSize);

/** How far a latent lies along each direction, in standard deviations from the middle of the pictures. */
export function coordinatesOf(all: Directions, latent: Float32Array): number[] {
  return Array.from({ length: all.count }, (_, index) => {
    const direction = row(all, index);
    let along = 0;
    let length = 0;
    for (const [k, value] of direction.entries()) {
      along += value * ((latent[k] ?? 0) - (all.mean[k] ?? 0));
      length += value * value;
    }
    return length > 0 ? along / length : 0;
  });
}

/** A latent moved along one direction, by so many standard deviations. */
export function moved(all: Directions, latent: Float32Array, index: number, by: number): Float32Array {
  const direction = row(all, index);
  return latent.map((value, k) => value + by * (direction[k] ?? 0));
}

/** The two ends of each direction, seen from the middle: `[2 · count, latentSize]`, low before high. */
export function endsOf(all: Directions, count: number, deviations: number): Float32Array {
  const ends = new Float32Array(2 * count * all.latentSize);
  for (let index = 0; index < count; index++) {
    ends.set(moved(all, all.mean, index, -deviations), 2 * index * all.latentSize);
    ends.set(moved(all, all.mean, index, deviations), (2 * index + 1) * all.latentSize);
  }
  return ends;
}
