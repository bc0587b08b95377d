import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cholesky, multiplyLower, solveLower, solveLowerTransposed } from '../../src/core/cholesky.ts';

const SIZE = 5;
const entries = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), {
  minLength: SIZE * SIZE,
  maxLength: SIZE * SIZE,
});
const vector = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: SIZE, maxLength: SIZE });

/** M·Mᵀ + I: positive definite whatever M is. */
function positiveDefinite(m: readonly number[]): Float64Array {
  const out = new Float64Array(SIZE * SIZE);
  for (let i = 0; i < SIZE; i++) {
    for (let j = 0; j < SIZE; j++) {
      out[i * SIZE + j] = i === j ? 1 : 0;
      for (let k = 0; k < SIZE; k++) out[i * SIZE + j] += m[i * SIZE + k] * m[j * SIZE + k];
    }
  }
  return out;
}

describe('cholesky', () => {
  it('solves what it factors: A·(L⁻ᵀ·L⁻¹·x) = x', () => {
    fc.assert(
      fc.property(entries, vector, (m, x) => {
        const a = positiveDefinite(m);
        const factor = cholesky(a, SIZE);
        const y = solveLowerTransposed(factor, solveLower(factor, Float64Array.from(x), SIZE), SIZE);
        for (let i = 0; i < SIZE; i++) {
          let sum = 0;
          for (let j = 0; j < SIZE; j++) sum += a[i * SIZE + j] * y[j];
          expect(sum).toBeCloseTo(x[i], 8);
        }
      }),
    );
  });

  it('multiplies back: L⁻¹·(L·x) = x', () => {
    fc.assert(
      fc.property(entries, vector, (m, x) => {
        const factor = cholesky(positiveDefinite(m), SIZE);
        const back = solveLower(factor, multiplyLower(factor, Float64Array.from(x), SIZE), SIZE);
        back.forEach((value, i) => expect(value).toBeCloseTo(x[i], 9));
      }),
    );
  });

  it('refuses a matrix that is not positive definite', () => {
    expect(() => cholesky(Float64Array.from([1, 2, 2, 1]), 2)).toThrow(RangeError);
  });
});
