import { dot } from '../../core/cholesky.ts';
import { leadingEigen } from '../../core/eigen.ts';
import type { AttributeVector } from './attribute.ts';

/** The directions in which latents differ most. */
export interface PrincipalAxes {
  /** `[size]` */
  readonly mean: Float64Array;
  /** `[count, size]`, of length 1, perpendicular to each other; those that differ most first. */
  readonly axes: Float64Array;
  /** The standard deviation along each. */
  readonly deviations: Float64Array;
  /** The part of all variance that each has, in [0, 1]. */
  readonly shares: Float64Array;
}

/**
 * The principal axes of latents. An axis points to where the latents reach farther out (its third moment is
 * not negative), so that the same latents always give the same signs.
 * @param latents `[n, size]`, at least one
 */
export function principalAxes(latents: Float32Array, size: number, count: number): PrincipalAxes {
  const n = latents.length / size;
  const mean = new Float64Array(size);
  for (let i = 0; i < latents.length; i++) mean[i % size] += latents[i] / n;
  const covariance = covarianceAround(mean, latents, size);
  const { values, vectors } = leadingEigen(covariance, size, count);
  for (let i = 0; i < values.length; i++) {
    const axis = vectors.subarray(i * size, (i + 1) * size);
    if (thirdMoment(latents, mean, axis) < 0) axis.forEach((x, k) => (axis[k] = -x));
  }
  let total = 0;
  for (let k = 0; k < size; k++) total += covariance[k * size + k];
  return {
    mean,
    axes: vectors,
    deviations: values.map(Math.sqrt),
    shares: values.map((value) => (total === 0 ? 0 : value / total)),
  };
}

/**
 * An axis as an attribute: how far a latent lies along it, in standard deviations. Null where there is no such
 * axis, or nothing differs along it.
 * @param reversed whether its lower end is the attribute
 */
export function axisAttribute(
  { mean, axes, deviations }: PrincipalAxes,
  index: number,
  reversed: boolean,
): AttributeVector | null {
  const size = mean.length;
  const deviation = deviations[index] ?? 0;
  if (!(deviation > 0)) return null;
  const sign = reversed ? -1 : 1;
  const axis = axes.subarray(index * size, (index + 1) * size);
  return {
    method: 'axis',
    direction: Float32Array.from(axis, (x) => sign * x * deviation),
    weights: Float32Array.from(axis, (x) => (sign * x) / deviation),
    bias: (-sign * dot(axis, mean)) / deviation,
    heldOutAuc: NaN,
  };
}

/** Where latents lie along the axes, in the latents' own units: `[n, count]`. */
export function project(latents: Float32Array, { mean, axes, deviations }: PrincipalAxes): Float32Array {
  const size = mean.length;
  const [n, count] = [latents.length / size, deviations.length];
  const out = new Float32Array(n * count);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < count; a++)
      out[i * count + a] = along(latents, i, mean, axes.subarray(a * size, (a + 1) * size));
  }
  return out;
}

/** The covariance of latents `[n, size]` around a mean, `[size, size]`. */
export function covarianceAround(
  mean: Float64Array,
  latents: Float32Array | Float64Array,
  size: number,
): Float64Array {
  const n = latents.length / size;
  const covariance = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < size; k++) centred[k] = latents[i * size + k] - mean[k];
    for (let a = 0; a < size; a++) {
      for (let b = 0; b <= a; b++) covariance[a * size + b] += (centred[a] * centred[b]) / n;
    }
  }
  for (let a = 0; a < size; a++)
    for (let b = 0; b < a; b++) covariance[b * size + a] = covariance[a * size + b];
  return covariance;
}

function along(latents: Float32Array, i: number, mean: Float64Array, axis: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < axis.length; k++) sum += (latents[i * axis.length + k] - mean[k]) * axis[k];
  return sum;
}

function thirdMoment(latents: Float32Array, mean: Float64Array, axis: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < latents.length / axis.length; i++) sum += along(latents, i, mean, axis) ** 3;
  return sum;
}
