import { createRng } from './rng.ts';

/** Eigenvalues, largest first, and the eigenvector of each, `[count, size]`, of length 1. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

const MOST_SWEEPS = 60;
/** Beyond this size all eigenvectors of a matrix take long; few of them do not. */
const SMALL = 96;
const OVERSAMPLING = 8;
const MOST_ROUNDS = 300;
const TOLERANCE = 1e-12;

/**
 * All eigenvalues and eigenvectors of a symmetric matrix, by cyclic Jacobi rotations (Golub & Van Loan,
 * Matrix Computations, section 8.5): accurate to the last digits, and cubic in the size.
 * @param matrix `[size, size]`, row-major, symmetric
 */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const a = Float64Array.from(matrix);
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  let norm = 0;
  for (const x of a) norm += x * x;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += a[p * size + q] ** 2;
    if (off <= norm * Number.EPSILON ** 2) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, v, size, p, q);
  }
  const order = Array.from({ length: size }, (_, i) => i).sort((i, j) => a[j * size + j] - a[i * size + i]);
  const vectors = new Float64Array(size * size);
  order.forEach((from, to) => vectors.set(v.subarray(from * size, (from + 1) * size), to * size));
  return { values: Float64Array.from(order, (i) => a[i * size + i]), vectors };
}

/** Makes the entry (p, q) zero. `v` holds the eigenvectors as rows. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q];
  if (apq === 0) return;
  const theta = (a[q * size + q] - a[p * size + p]) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < size; k++) {
    const [kp, kq] = [a[k * size + p], a[k * size + q]];
    a[k * size + p] = c * kp - s * kq;
    a[k * size + q] = s * kp + c * kq;
  }
  for (let k = 0; k < size; k++) {
    const [pk, qk] = [a[p * size + k], a[q * size + k]];
    a[p * size + k] = c * pk - s * qk;
    a[q * size + k] = s * pk + c * qk;
    const [vp, vq] = [v[p * size + k], v[q * size + k]];
    v[p * size + k] = c * vp - s * vq;
    v[q * size + k] = s * vp + c * vq;
  }
}

/**
 * The `count` largest eigenvalues of a symmetric matrix without negative ones (a covariance), and their
 * vectors: by Jacobi where it is small, else by subspace iteration with Rayleigh–Ritz (Halko et al. 2011,
 * arXiv 0909.4061). Vectors of eigenvalues that are the same are any of their plane.
 */
export function leadingEigen(matrix: Float64Array, size: number, count: number): Eigen {
  const wanted = Math.min(count, size);
  const width = Math.min(size, wanted + OVERSAMPLING);
  if (size <= SMALL || 2 * width >= size) return first(symmetricEigen(matrix, size), wanted, size);
  const rng = createRng(size, wanted);
  let basis: Float64Array = new Float64Array(width * size).map(() => rng.normal());
  orthonormalise(basis, width, size);
  let ritz: Eigen = { values: new Float64Array(width), vectors: new Float64Array(0) };
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const image = multiplyRows(basis, matrix, width, size);
    const inner = new Float64Array(width * width);
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) inner[i * width + j] = dotRows(basis, i, image, j, size);
    }
    const before = ritz.values;
    ritz = symmetricEigen(inner, width);
    basis = multiply(ritz.vectors, image, width, width, size);
    orthonormalise(basis, width, size);
    const settled = ritz.values.every(
      (value, i) =>
        i >= wanted || Math.abs(value - before[i]) <= TOLERANCE * Math.max(ritz.values[0], 1e-300),
    );
    if (settled && round > 2) break;
  }
  return first({ values: ritz.values, vectors: basis }, wanted, size);
}

const first = ({ values, vectors }: Eigen, count: number, size: number): Eigen => ({
  values: values.slice(0, count).map((value) => Math.max(0, value)),
  vectors: vectors.slice(0, count * size),
});

function dotRows(a: Float64Array, i: number, b: Float64Array, j: number, size: number): number {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += a[i * size + k] * b[j * size + k];
  return sum;
}

/** Rows times a symmetric matrix. */
function multiplyRows(
  rows: Float64Array,
  symmetric: Float64Array,
  count: number,
  size: number,
): Float64Array {
  const out = new Float64Array(count * size);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < size; j++) out[i * size + j] = dotRows(rows, i, symmetric, j, size);
  }
  return out;
}

function multiply(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  inner: number,
  columns: number,
): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k];
      for (let j = 0; j < columns; j++) out[i * columns + j] += factor * b[k * columns + j];
    }
  }
  return out;
}

/** Gram–Schmidt in place, twice, which is enough (Giraud et al. 2005); rows that vanish stay zero. */
function orthonormalise(rows: Float64Array, count: number, size: number): void {
  for (let i = 0; i < count; i++) {
    const own = rows.subarray(i * size, (i + 1) * size);
    const before = Math.sqrt(dotRows(rows, i, rows, i, size));
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const along = dotRows(rows, i, rows, j, size);
        for (let k = 0; k < size; k++) own[k] -= along * rows[j * size + k];
      }
    }
    const length = Math.sqrt(dotRows(rows, i, rows, i, size));
    const scale = length > 1e-12 * before ? 1 / length : 0;
    for (let k = 0; k < size; k++) own[k] *= scale;
  }
}
