import {
  cholesky,
  dot,
  multiplyLower,
  multiplyLowerTransposed,
  solveLower,
  solveLowerTransposed,
} from '../../core/cholesky.ts';
import type { LatentGaussian } from './aggregate.ts';
import type { AttributeVector } from './attribute.ts';

/**
 * How much of another attribute comes along with one: by how many standard deviations `other` changes where a
 * picture is moved by one along `moved`. 0 is none of it.
 */
export function leakage(
  moved: Pick<AttributeVector, 'direction'>,
  other: Pick<AttributeVector, 'weights'>,
): number {
  return dot(moved.direction, other.weights);
}

/** Less of its own than this is left of an attribute that cannot be told from the others. */
const LEAST_LEFT = 0.05;

/**
 * The same attribute, freed of others: of all directions along which none of them changes, the one that is
 * nearest where the pictures lie, d − ΣF(FᵀΣF)⁻¹Fᵀd with the others' weights as the columns of F and the latents'
 * covariance Σ. It moves as far as before; how much a picture has is measured as before.
 * @throws RangeError where next to nothing is left of it: pictures that have it have the others too
 */
export function freeOf(
  attribute: AttributeVector,
  others: readonly Pick<AttributeVector, 'weights'>[],
  { factor, size }: LatentGaussian,
): AttributeVector {
  const count = others.length;
  if (count === 0) return attribute;
  const filters = others.map(({ weights }) => Float64Array.from(weights));
  // The rows of FᵀL: their products are those of FᵀΣF.
  const rows = filters.map((filter) => multiplyLowerTransposed(factor, filter, size));
  const products = new Float64Array(count * count);
  rows.forEach((a, i) => rows.forEach((b, j) => (products[i * count + j] = dot(a, b))));
  // Two that are one attribute under two names are no reason to fail.
  for (let i = 0; i < count; i++) products[i * count + i] *= 1 + 1e-6;
  const along = Float64Array.from(filters, (filter) => dot(filter, attribute.direction));
  const lower = cholesky(products, count);
  const shares = solveLowerTransposed(lower, solveLower(lower, along, count), count);
  const direction = Float64Array.from(attribute.direction);
  rows.forEach((row, i) => {
    const pulled = multiplyLower(factor, row, size);
    for (let k = 0; k < size; k++) direction[k] -= shares[i] * pulled[k];
  });
  const left = dot(direction, attribute.weights);
  if (left < LEAST_LEFT) {
    throw new RangeError('Next to nothing is left of the attribute without the others.');
  }
  return { ...attribute, direction: Float32Array.from(direction, (value) => value / left) };
}
