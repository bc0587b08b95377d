/** Re-timing a path by its length, so that equal times pass equal lengths. */

/** Lengths of the way up to each sample, from the lengths of the steps between: one entry more than steps. */
export function cumulativeLengths(steps: ArrayLike<number>): Float64Array {
  const cumulative = new Float64Array(steps.length + 1);
  for (let i = 0; i < steps.length; i++) cumulative[i + 1] = cumulative[i] + steps[i];
  return cumulative;
}

/**
 * Where a part of the way is done: the position, counted in samples and parts of them, at which `fraction` (in
 * [0, 1]) of the whole length lies behind. Linear between samples, never decreasing in `fraction`; 0 and 1
 * give the ends exactly. A path without length is passed evenly.
 * @param cumulative non-decreasing lengths from 0, two or more
 */
export function positionAtLength(cumulative: ArrayLike<number>, fraction: number): number {
  const last = cumulative.length - 1;
  const total = cumulative[last];
  if (fraction <= 0) return 0;
  if (fraction >= 1) return last;
  if (!(total > 0)) return fraction * last;
  const wanted = fraction * total;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (cumulative[middle] <= wanted) low = middle;
    else high = middle;
  }
  const step = cumulative[high] - cumulative[low];
  return low + (step > 0 ? Math.min(1, (wanted - cumulative[low]) / step) : 0);
}

/** The part of the whole length, in [0, 1], that lies behind a position counted in samples: the inverse of {@link positionAtLength}. */
export function lengthAtPosition(cumulative: ArrayLike<number>, position: number): number {
  const last = cumulative.length - 1;
  const total = cumulative[last];
  if (position <= 0) return 0;
  if (position >= last) return 1;
  if (!(total > 0)) return position / last;
  const low = Math.floor(position);
  return (cumulative[low] + (position - low) * (cumulative[low + 1] - cumulative[low])) / total;
}
