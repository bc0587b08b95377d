/**
 * Schedules: a value as a function of training progress, which runs from 0 to 1 whatever the budget is
 * counted in. Pure, so a step can be repeated.
 */
export type Schedule = (progress: number) => number;

const clamp01 = (x: number): number => Math.min(1, Math.max(0, x));

export const constant =
  (value: number): Schedule =>
  () =>
    value;

/** Rises (or falls) in a straight line from `from` to `to` until progress `until`, then stays. */
export const linearWarmup =
  (from: number, to: number, until: number): Schedule =>
  (progress) =>
    until <= 0 ? to : from + (to - from) * clamp01(progress / until);

/**
 * Repeated linear warm-ups (Fu et al. 2019, arXiv 1903.10145): in each of `cycles` equal parts the value rises
 * from `from` to `to` within the first `rise` of the part, then holds.
 */
export const cyclicalWarmup =
  (from: number, to: number, cycles: number, rise: number): Schedule =>
  (progress) => {
    const phase = progress >= 1 ? 1 : (clamp01(progress) * cycles) % 1;
    return from + (to - from) * (rise <= 0 ? 1 : clamp01(phase / rise));
  };

/** A short linear ramp from 0 over `ramp`, then half a cosine from `peak` down to `peak · floor`. */
export const rampThenCosine =
  (peak: number, ramp: number, floor: number): Schedule =>
  (progress) => {
    const p = clamp01(progress);
    if (p < ramp) return (peak * p) / ramp;
    const fall = (p - ramp) / (1 - ramp);
    return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * fall)));
  };

/**
 * A short linear ramp from 0 over `ramp`, then 1/√n: `peak · √(ramp / progress)`, the decay that convergence
 * proofs assume (Surendran et al. 2024, arXiv 2410.16750).
 * @param ramp above 0
 */
export const rampThenInverseRoot =
  (peak: number, ramp: number): Schedule =>
  (progress) => {
    const p = clamp01(progress);
    return p < ramp ? (peak * p) / ramp : peak * Math.sqrt(ramp / p);
  };
