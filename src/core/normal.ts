const SQRT_2_PI = Math.sqrt(2 * Math.PI);

/**
 * Φ(x), the chance that a standard normal number is at most x; within 1e-15 of it, and exactly 0 or 1 beyond 37
 * (Hart 1968, in West's form, Wilmott 2005).
 */
export function normalCdf(x: number): number {
  const size = Math.abs(x);
  if (size > 37) return x < 0 ? 0 : 1;
  const density = Math.exp((-size * size) / 2);
  let tail: number;
  if (size < 7.07106781186547) {
    let above = 3.52624965998911e-2 * size + 0.700383064443688;
    above = above * size + 6.37396220353165;
    above = above * size + 33.912866078383;
    above = above * size + 112.079291497871;
    above = above * size + 221.213596169931;
    above = above * size + 220.206867912376;
    let below = 8.83883476483184e-2 * size + 1.75566716318264;
    below = below * size + 16.064177579207;
    below = below * size + 86.7807322029461;
    below = below * size + 296.564248779674;
    below = below * size + 637.333633378831;
    below = below * size + 793.826512519948;
    below = below * size + 440.413735824752;
    tail = (density * above) / below;
  } else {
    const fraction = size + 1 / (size + 2 / (size + 3 / (size + 4 / (size + 0.65))));
    tail = density / fraction / SQRT_2_PI;
  }
  return x > 0 ? 1 - tail : tail;
}

const NEAR = {
  above: [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239], // prettier-ignore
  below: [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1], // prettier-ignore
};
const FAR = {
  above: [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783], // prettier-ignore
  below: [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
};
/** Below this chance the far formula holds. */
const FAR_FROM = 0.02425;

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, c) => sum * x + c, 0);

/**
 * Φ⁻¹(p): −∞ for 0, ∞ for 1; about 1e-15 off between (Acklam's rational approximation, then one step of Halley's
 * method on {@link normalCdf}).
 */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p <= 0) return -Infinity;
  let x: number;
  if (p < FAR_FROM) {
    const q = Math.sqrt(-2 * Math.log(p));
    x = polynomial(FAR.above, q) / polynomial(FAR.below, q);
  } else {
    const q = p - 0.5;
    x = (q * polynomial(NEAR.above, q * q)) / polynomial(NEAR.below, q * q);
  }
  const step = (normalCdf(x) - p) * SQRT_2_PI * Math.exp((x * x) / 2);
  return x - step / (1 + (x * step) / 2);
}
