/**
 * The mean squared errors between two pictures `[h, w, c]`, of what can be seen and of what is missing.
 * @param hole `[h, w]`, not 0 where a part is missing
 */
export function errorInside(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  hole: ArrayLike<number>,
): { seen: number; missing: number } {
  const channels = a.length / hole.length;
  const sum = { seen: 0, missing: 0 };
  let missing = 0;
  for (let i = 0; i < hole.length; i++) {
    let squares = 0;
    for (let k = i * channels; k < (i + 1) * channels; k++) squares += (a[k] - b[k]) ** 2;
    if (hole[i]) missing++;
    sum[hole[i] ? 'missing' : 'seen'] += squares;
  }
  return {
    seen: sum.seen / Math.max(1, (hole.length - missing) * channels),
    missing: sum.missing / Math.max(1, missing * channels),
  };
}

/** The PSNR of a mean squared error between pictures in [0, 1], dB; 60 where there is none. */
export const decibels = (meanSquared: number): number => -10 * Math.log10(Math.max(meanSquared, 1e-6));
