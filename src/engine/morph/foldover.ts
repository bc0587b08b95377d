import { blur } from './blur.ts';
import type { Flow } from './warp.ts';

/**
 * Below this determinant a neighbourhood is squeezed to less than a tenth: its detail would smear, and at 0
 * the picture folds over itself, which is seen as a tear.
 */
const SMALLEST_DETERMINANT = 0.1;
const SMOOTHINGS = 6;

/**
 * The smallest Jacobian determinant of the map (x, y) → (x + u, y + v), by forward differences in both
 * orientations of each square of pixels. 1 where nothing moves; 0 or less where the map folds over.
 */
export function smallestDeterminant({ u, v }: Flow, width: number, height: number): number {
  let smallest = Infinity;
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      const i = y * width + x;
      const [right, below, across] = [i + 1, i + width, i + width + 1];
      const first = (1 + u[right] - u[i]) * (1 + v[below] - v[i]) - (u[below] - u[i]) * (v[right] - v[i]);
      const second =
        (1 + u[across] - u[below]) * (1 + v[across] - v[right]) -
        (u[across] - u[right]) * (v[across] - v[below]);
      if (first < smallest) smallest = first;
      if (second < smallest) smallest = second;
    }
  }
  return smallest;
}

/**
 * Makes a flow that tears smooth enough not to, in place: first by ever wider smoothing; a flow that folds
 * even then is shortened, which ends in no motion and so never fails. Returns how often it had to.
 * @param scratch as long as a plane of the flow
 */
export function unfold(flow: Flow, width: number, height: number, scratch: Float32Array): number {
  let repairs = 0;
  while (!(smallestDeterminant(flow, width, height) >= SMALLEST_DETERMINANT)) {
    if (repairs < SMOOTHINGS) {
      const sigma = Math.min(1.5 ** repairs, Math.max(width, height) / 8);
      for (const plane of [flow.u, flow.v]) blur(plane, width, height, 1, sigma, plane, scratch);
    } else {
      for (const plane of [flow.u, flow.v]) for (let i = 0; i < plane.length; i++) plane[i] *= 0.7;
    }
    repairs++;
  }
  return repairs;
}
