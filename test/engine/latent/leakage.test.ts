import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { fitLatentGaussian } from '../../../src/engine/latent/aggregate.ts';
import { learnAttribute } from '../../../src/engine/latent/attribute.ts';
import { freeOf, leakage } from '../../../src/engine/latent/leakage.ts';

const SIZE = 6;

/** Latents in which two attributes often come together, and what each picture has of them. */
function correlated(count: number, together: number, seed: number) {
  const rng = createRng(seed);
  const latents = new Float32Array(count * SIZE);
  const sides = Array.from({ length: count }, (_, n) => {
    const first = rng.uniform() < 0.5;
    const second = rng.uniform() < together ? first : !first;
    for (let k = 0; k < SIZE; k++) latents[n * SIZE + k] = rng.normal() * (k === 4 ? 3 : 1);
    latents[n * SIZE] += first ? 2 : -2;
    latents[n * SIZE + 1] += second ? 2 : -2;
    return { first, second };
  });
  const learned = (side: 'first' | 'second', method: 'mean' | 'logistic' = 'mean') =>
    learnAttribute({ latents, logVariances: null, size: SIZE, has: sides.map((s) => s[side]) }, method, 1);
  return { learned, gaussian: fitLatentGaussian(latents, null, SIZE) };
}

describe('leakage', () => {
  it('is 1 of itself, and more of another the oftener the two come together', () => {
    const rarely = correlated(600, 0.5, 1);
    const often = correlated(600, 0.9, 1);
    expect(leakage(often.learned('first'), often.learned('first'))).toBeCloseTo(1, 4);
    expect(Math.abs(leakage(rarely.learned('first'), rarely.learned('second')))).toBeLessThan(0.15);
    expect(leakage(often.learned('first'), often.learned('second'))).toBeGreaterThan(0.5);
  });
});

describe('an attribute that is freed of others', () => {
  it('takes none of them along, and moves as far as before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99 }),
        fc.double({ min: 0.3, max: 0.7, noNaN: true }),
        fc.constantFrom('mean' as const, 'logistic' as const),
        (seed, together, method) => {
          const { learned, gaussian } = correlated(200, together, seed);
          const [first, second] = [learned('first', method), learned('second', method)];
          const free = freeOf(first, [second], gaussian);
          expect(leakage(free, second)).toBeCloseTo(0, 3);
          expect(leakage(free, first)).toBeCloseTo(1, 4);
          expect(free.weights).toEqual(first.weights);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('is, of one other, what the closed form says', () => {
    const { learned, gaussian } = correlated(400, 0.8, 3);
    const [first, second] = [learned('first'), learned('second')];
    const row = (matrix: Float64Array, k: number): Float64Array => matrix.slice(k * SIZE, (k + 1) * SIZE);
    const product = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
      Array.from(a).reduce((sum, value, k) => sum + value * b[k], 0);
    // Σf, with Σ = LLᵀ written out.
    const covariance = (i: number, j: number): number =>
      product(row(gaussian.factor, i), row(gaussian.factor, j));
    const pulled = Array.from(second.weights, (_, i) =>
      product(
        second.weights,
        Array.from(second.weights, (_w, j) => covariance(i, j)),
      ),
    );
    const share = product(second.weights, first.direction) / product(second.weights, pulled);
    const expected = pulled.map((value, k) => first.direction[k] - share * value);
    const left = product(expected, first.weights);
    const free = freeOf(first, [second], gaussian);
    free.direction.forEach((value, k) => expect(value).toBeCloseTo(expected[k] / left, 3));
  });

  it('stays as it is without others, and is refused where nothing is left', () => {
    const { learned, gaussian } = correlated(200, 0.8, 2);
    const first = learned('first');
    expect(freeOf(first, [], gaussian)).toBe(first);
    expect(() => freeOf(first, [first], gaussian)).toThrow(RangeError);
    expect(() => freeOf(first, [learned('second'), first, first], gaussian)).toThrow(RangeError);
  });
});
