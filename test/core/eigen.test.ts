import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Eigen, leadingEigen, symmetricEigen } from '../../src/core/eigen.ts';
import { createRng } from '../../src/core/rng.ts';

/** A symmetric matrix with these eigenvalues, along axes drawn at random. */
function matrixWith(values: readonly number[], seed: number): Float64Array {
  const size = values.length;
  const rng = createRng(seed);
  const axes: number[][] = [];
  while (axes.length < size) {
    const axis = Array.from({ length: size }, () => rng.normal());
    for (const other of [...axes, ...axes]) {
      const along = axis.reduce((sum, x, k) => sum + x * other[k], 0);
      axis.forEach((_, k) => (axis[k] -= along * other[k]));
    }
    const length = Math.hypot(...axis);
    axes.push(axis.map((x) => x / length));
  }
  const matrix = new Float64Array(size * size);
  axes.forEach((axis, i) =>
    axis.forEach((x, a) => axis.forEach((y, b) => (matrix[a * size + b] += values[i] * x * y))),
  );
  return matrix;
}

/** How far each vector is from being one: the largest entry of A·v − λ·v. */
function residual(matrix: Float64Array, size: number, { values, vectors }: Eigen): number {
  let worst = 0;
  values.forEach((value, i) => {
    for (let a = 0; a < size; a++) {
      let sum = 0;
      for (let b = 0; b < size; b++) sum += matrix[a * size + b] * vectors[i * size + b];
      worst = Math.max(worst, Math.abs(sum - value * vectors[i * size + a]));
    }
  });
  return worst;
}

function unevenness({ values, vectors }: Eigen, size: number): number {
  let worst = 0;
  for (let i = 0; i < values.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += vectors[i * size + k] * vectors[j * size + k];
      worst = Math.max(worst, Math.abs(sum - (i === j ? 1 : 0)));
    }
  }
  return worst;
}

describe('eigenvectors of a symmetric matrix', () => {
  it('are perpendicular, of length 1, and only stretched; largest first', () => {
    const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(values, fc.nat(), (wanted, seed) => {
        const matrix = matrixWith(wanted, seed);
        const eigen = symmetricEigen(matrix, wanted.length);
        const sorted = [...wanted].sort((a, b) => b - a);
        eigen.values.forEach((value, i) => expect(value).toBeCloseTo(sorted[i], 8));
        expect(residual(matrix, wanted.length, eigen)).toBeLessThan(1e-9 * 100);
        expect(unevenness(eigen, wanted.length)).toBeLessThan(1e-10);
      }),
    );
  });

  it('of nothing but zeros are the axes themselves', () => {
    expect([...symmetricEigen(new Float64Array(4), 2).vectors]).toEqual([1, 0, 0, 1]);
    expect([...leadingEigen(new Float64Array(9), 3, 2).values]).toEqual([0, 0]);
  });

  it('leading ones of a large covariance are those of all of them', () => {
    const size = 130;
    for (const fade of [0.7, 0.97]) {
      const matrix = matrixWith(
        Array.from({ length: size }, (_, i) => 5 * fade ** i),
        3,
      );
      const few = leadingEigen(matrix, size, 6);
      few.values.forEach((value, i) => expect(value).toBeCloseTo(5 * fade ** i, 8));
      expect(residual(matrix, size, few)).toBeLessThan(1e-4);
      expect(unevenness(few, size)).toBeLessThan(1e-10);
    }
  });

  it('leading ones come to an end where eigenvalues are the same, or too few', () => {
    const size = 120;
    const rank = matrixWith([3, 3, 3, 1, ...Array.from({ length: size - 4 }, () => 0)], 4);
    const { values } = leadingEigen(rank, size, 8);
    [3, 3, 3, 1, 0, 0, 0, 0].forEach((value, i) => expect(values[i]).toBeCloseTo(value, 8));
  });
});
