/** Ways from vector to vector. Vectors are dense float arrays of one length; results go to `out`. */

/** Below this angle from 0 or π (in radians) a great circle is not determined by its two points. */
const DEGENERATE_ANGLE = 1e-6;

/** A way through one or more segments. */
export interface Path {
  readonly segments: number;
  /** The point at `t` in [0, 1] of a segment (counted from 0). Knots are met exactly. */
  at(segment: number, t: number, out: Float32Array): void;
}

/** The straight line: `(1 − t)·a + t·b`. */
export function lerp(a: Float32Array, b: Float32Array, t: number, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = (1 - t) * a[i] + t * b[i];
}

function norm(a: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * a[i];
  return Math.sqrt(sum);
}

/**
 * The great circle: the direction turns at constant angular speed (Shoemake 1985), the length changes
 * linearly. Opposite vectors turn through the axis that is most nearly square to them, so that the result is
 * determined; a vector of length 0 has no direction, and then the way is the straight line.
 */
export function slerp(a: Float32Array, b: Float32Array, t: number, out: Float32Array): void {
  const lengthA = norm(a);
  const lengthB = norm(b);
  if (t <= 0 || t >= 1 || lengthA === 0 || lengthB === 0) return lerp(a, b, Math.min(1, Math.max(0, t)), out);
  // Kahan's angle: exact for nearly equal and nearly opposite vectors, where acos is not.
  let apart = 0;
  let together = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] / lengthA;
    const y = b[i] / lengthB;
    apart += (x - y) * (x - y);
    together += (x + y) * (x + y);
  }
  const angle = 2 * Math.atan2(Math.sqrt(apart), Math.sqrt(together));
  const length = (1 - t) * lengthA + t * lengthB;
  if (angle < DEGENERATE_ANGLE || (angle > Math.PI - DEGENERATE_ANGLE && a.length < 2))
    return lerp(a, b, t, out);
  if (angle > Math.PI - DEGENERATE_ANGLE) return halfTurn(a, lengthA, t, length, out);
  const fromA = (Math.sin((1 - t) * angle) / Math.sin(angle)) * (length / lengthA);
  const fromB = (Math.sin(t * angle) / Math.sin(angle)) * (length / lengthB);
  for (let i = 0; i < out.length; i++) out[i] = fromA * a[i] + fromB * b[i];
}

/** From `a` to the opposite direction, through the axis along which `a` extends least. */
function halfTurn(a: Float32Array, lengthA: number, t: number, length: number, out: Float32Array): void {
  let axis = 0;
  for (let i = 1; i < a.length; i++) if (Math.abs(a[i]) < Math.abs(a[axis])) axis = i;
  const along = a[axis] / lengthA;
  const square = Math.sqrt(1 - along * along);
  const cos = Math.cos(Math.PI * t);
  const sin = Math.sin(Math.PI * t);
  for (let i = 0; i < out.length; i++) {
    const direction = a[i] / lengthA;
    const perpendicular = ((i === axis ? 1 : 0) - along * direction) / square;
    out[i] = length * (cos * direction + sin * perpendicular);
  }
}

/** Segment by segment from point to point; a closed path ends with the segment from the last to the first. */
export function piecewise(
  points: readonly Float32Array[],
  closed: boolean,
  between: (a: Float32Array, b: Float32Array, t: number, out: Float32Array) => void,
): Path {
  const segments = segmentsThrough(points, closed);
  return {
    segments,
    at: (segment, t, out) => between(points[segment], points[(segment + 1) % points.length], t, out),
  };
}

/**
 * The centripetal Catmull–Rom spline (Yuksel, Schaefer, Keyser 2011): passes through every point with a
 * continuous direction, without the cusps and loops of the uniform one. Beyond the ends of an open path the
 * neighbour is mirrored. Two points give the straight line.
 */
export function catmullRom(points: readonly Float32Array[], closed: boolean): Path {
  const segments = segmentsThrough(points, closed);
  const size = points[0].length;
  const mirrored = (end: Float32Array, inner: Float32Array): Float32Array =>
    end.map((value, i) => 2 * value - inner[i]);
  const point = (index: number): Float32Array => {
    if (closed) return points[(index + points.length) % points.length];
    if (index < 0) return mirrored(points[0], points[1]);
    return index < points.length ? points[index] : mirrored(points[index - 1], points[index - 2]);
  };
  const spacing = (a: Float32Array, b: Float32Array): number => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += (a[i] - b[i]) ** 2;
    return Math.sqrt(Math.sqrt(sum));
  };
  const pieces = Array.from({ length: segments }, (_, segment) => {
    const [before, from, to, after] = [-1, 0, 1, 2].map((offset) => point(segment + offset));
    // Points that coincide leave a spacing of 0; any positive one then gives the same curve.
    const middle = spacing(from, to) || 1;
    const first = spacing(before, from) || middle;
    const last = spacing(to, after) || middle;
    const leaving = new Float32Array(size);
    const arriving = new Float32Array(size);
    for (let i = 0; i < size; i++) {
      const slope = (to[i] - from[i]) / middle;
      const slopeBefore = (from[i] - before[i]) / first;
      const slopeAfter = (after[i] - to[i]) / last;
      leaving[i] = middle * (slopeBefore - (to[i] - before[i]) / (first + middle) + slope);
      arriving[i] = middle * (slope - (after[i] - from[i]) / (middle + last) + slopeAfter);
    }
    return { from, to, leaving, arriving };
  });
  return {
    segments,
    at: (segment, t, out) => {
      const { from, to, leaving, arriving } = pieces[segment];
      const t2 = t * t;
      const t3 = t2 * t;
      const weightTo = 3 * t2 - 2 * t3;
      for (let i = 0; i < out.length; i++) {
        out[i] =
          (1 - weightTo) * from[i] +
          weightTo * to[i] +
          (t3 - 2 * t2 + t) * leaving[i] +
          (t3 - t2) * arriving[i];
      }
    },
  };
}

function segmentsThrough(points: readonly Float32Array[], closed: boolean): number {
  if (points.length < 2)
    throw new RangeError(`A path needs two points at least; there are ${points.length}.`);
  return closed ? points.length : points.length - 1;
}
