import { toScreen, type MapView, type Size } from './view.ts';

/** What of a map is drawn how. Indices of points. */
export interface MapLayout {
  /** Shown as pictures: as many as have room. */
  readonly pictures: readonly number[];
  /** Shown as dots. */
  readonly dots: readonly number[];
  /** Side of the pictures, in pixels. */
  readonly side: number;
}

const LEAST_SIDE = 34;
const MOST_SIDE = 92;

/** Side of pictures at a zoom: they grow with it, more slowly. */
export const sideAt = (zoom: number): number =>
  Math.round(Math.min(MOST_SIDE, LEAST_SIDE + 14 * Math.log2(Math.max(1, zoom))));

/**
 * Which points are pictures: earlier points come first, and none covers more than a little of another. Points
 * keep their picture as one zooms in, since there is only more room.
 * @param points `[n, 2]`
 */
export function layOut(points: Float32Array, view: MapView, size: Size, zoom: number): MapLayout {
  const side = sideAt(zoom);
  const apart = side * 0.86;
  const taken = new Map<string, [number, number][]>();
  const pictures: number[] = [];
  const dots: number[] = [];
  const cell = (v: number): number => Math.floor(v / apart);
  for (let i = 0; 2 * i < points.length; i++) {
    const [x, y] = toScreen(view, points[2 * i] ?? 0, points[2 * i + 1] ?? 0);
    if (x < -side || y < -side || x > size.width + side || y > size.height + side) continue;
    if (isFree(x, y)) {
      const key = `${cell(x)} ${cell(y)}`;
      taken.set(key, [...(taken.get(key) ?? []), [x, y]]);
      pictures.push(i);
    } else dots.push(i);
  }
  return { pictures, dots, side };

  function isFree(x: number, y: number): boolean {
    for (let cx = cell(x) - 1; cx <= cell(x) + 1; cx++) {
      for (let cy = cell(y) - 1; cy <= cell(y) + 1; cy++) {
        for (const [ox, oy] of taken.get(`${cx} ${cy}`) ?? [])
          if (Math.abs(ox - x) < apart && Math.abs(oy - y) < apart) return false;
      }
    }
    return true;
  }
}

/** The point nearest to a place on the map, and how far it is, in units of the map; null without points. */
export function nearestPoint(
  points: Float32Array,
  x: number,
  y: number,
): { index: number; distance: number } | null {
  const [nearest] = nearestPoints(points, x, y, 1);
  return nearest ?? null;
}

/** The points nearest to a place on the map, the nearest first. */
export function nearestPoints(
  points: Float32Array,
  x: number,
  y: number,
  count: number,
): { index: number; distance: number }[] {
  const best: { index: number; distance: number }[] = [];
  for (let index = 0; 2 * index < points.length; index++) {
    const distance = Math.hypot((points[2 * index] ?? 0) - x, (points[2 * index + 1] ?? 0) - y);
    if (best.length === count && distance >= (best[count - 1]?.distance ?? 0)) continue;
    const at = best.findIndex((other) => other.distance > distance);
    best.splice(at < 0 ? best.length : at, 0, { index, distance });
    if (best.length > count) best.pop();
  }
  return best;
}

/**
 * How much each of the nearest points counts for a spot between them: the nearer the more, a point that is hit
 * exactly alone. They sum to 1. (Shepard 1968, with the square of the distance.)
 */
export function spotWeights(distances: readonly number[]): number[] {
  const exact = distances.findIndex((distance) => distance < 1e-9);
  if (exact >= 0) return distances.map((_, i) => (i === exact ? 1 : 0));
  const raw = distances.map((distance) => 1 / distance ** 2);
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((weight) => weight / sum);
}

/** The rows' weighted mean. @param rows `[n, size]` */
export function blend(rows: Float32Array, weights: readonly number[], size: number): Float32Array {
  const mixed = new Float32Array(size);
  for (const [i, weight] of weights.entries())
    for (let k = 0; k < size; k++) mixed[k] = (mixed[k] ?? 0) + weight * (rows[i * size + k] ?? 0);
  return mixed;
}

/** The nearest point in a direction, for arrow keys: within a quarter turn, straight ahead before aside. */
export function pointTowards(points: Float32Array, from: number, dx: number, dy: number): number | null {
  const [x, y] = [points[2 * from] ?? 0, points[2 * from + 1] ?? 0];
  let best: { index: number; cost: number } | null = null;
  for (let index = 0; 2 * index < points.length; index++) {
    const [ox, oy] = [(points[2 * index] ?? 0) - x, (points[2 * index + 1] ?? 0) - y];
    const along = ox * dx + oy * dy;
    const aside = Math.abs(ox * dy - oy * dx);
    if (along <= 1e-9 || aside > along) continue;
    const cost = along + 2 * aside;
    if (best === null || cost < best.cost) best = { index, cost };
  }
  return best?.index ?? null;
}
