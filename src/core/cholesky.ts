/** Vectors and triangular matrices, dense and row-major, in double precision. */

/**
 * The lower factor L of a symmetric positive definite matrix, A = L·Lᵀ.
 * @param matrix `[size, size]`, of which only the lower triangle is read
 * @throws RangeError where the matrix is not positive definite
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column];
      for (let k = 0; k < column; k++) sum -= factor[row * size + k] * factor[column * size + k];
      if (row === column) {
        if (!(sum > 0)) throw new RangeError('The matrix is not positive definite.');
        factor[row * size + row] = Math.sqrt(sum);
      } else factor[row * size + column] = sum / factor[column * size + column];
    }
  }
  return factor;
}

/** L·x */
export function multiplyLower(factor: Float64Array, x: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    let sum = 0;
    for (let k = 0; k <= row; k++) sum += factor[row * size + k] * x[k];
    out[row] = sum;
  }
  return out;
}

/** Lᵀ·x */
export function multiplyLowerTransposed(factor: Float64Array, x: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) out[column] += factor[row * size + column] * x[row];
  return out;
}

/** L⁻¹·x */
export function solveLower(factor: Float64Array, x: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    let sum = x[row];
    for (let k = 0; k < row; k++) sum -= factor[row * size + k] * out[k];
    out[row] = sum / factor[row * size + row];
  }
  return out;
}

/** L⁻ᵀ·x */
export function solveLowerTransposed(factor: Float64Array, x: Float64Array, size: number): Float64Array {
  const out = Float64Array.from(x);
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) out[row] -= factor[k * size + row] * out[k];
    out[row] /= factor[row * size + row];
  }
  return out;
}

/** The sum of products of two vectors of one length. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
