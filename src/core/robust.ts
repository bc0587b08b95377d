/** The middle value; the mean of the two in the middle of an even number of them; NaN of none. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Makes the median deviation of a Gaussian its standard deviation: 1/Φ⁻¹(¾). */
const GAUSSIAN = 1.482602218505602;

/** How far values typically are from their median, as a standard deviation that outliers hardly move. */
export function medianDeviation(values: ArrayLike<number>): number {
  const middle = median(values);
  return GAUSSIAN * median(Float64Array.from(values, (value) => Math.abs(value - middle)));
}
