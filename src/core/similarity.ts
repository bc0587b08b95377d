/** Similarity transforms of the plane: turned, scaled, moved; never mirrored. */

export interface PlanePoint {
  readonly x: number;
  readonly y: number;
}

/**
 * Takes (px, py) to (a·px − b·py + x, b·px + a·py + y): √(a² + b²) is the scale, atan2(b, a) the turn in
 * radians, clockwise where y points down.
 */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly x: number;
  readonly y: number;
}

/** Where a point comes to lie. */
export function moved({ a, b, x, y }: Similarity, point: PlanePoint): PlanePoint {
  return { x: a * point.x - b * point.y + x, y: b * point.x + a * point.y + y };
}

/** How much longer lengths become. */
export function scaleOf({ a, b }: Similarity): number {
  return Math.hypot(a, b);
}

/** The transform that takes all back. One of scale 0 has none, and gives infinities. */
export function inverse({ a, b, x, y }: Similarity): Similarity {
  const square = a * a + b * b;
  const back = { a: a / square, b: -b / square };
  return { ...back, x: -(back.a * x - back.b * y), y: -(back.b * x + back.a * y) };
}

/** First `first`, then `second`. */
export function chained(first: Similarity, second: Similarity): Similarity {
  const { x, y } = moved(second, first);
  return {
    a: second.a * first.a - second.b * first.b,
    b: second.b * first.a + second.a * first.b,
    x,
    y,
  };
}

/**
 * The similarity that brings `from` nearest to `to`, pair by pair, by the sum of squared distances; two pairs
 * meet exactly. In the plane it is complex regression, the closed form of S. Umeyama, "Least-squares
 * estimation of transformation parameters between two point patterns", 1991, without his mirrored case.
 * @param from two points or more that do not all coincide
 */
export function similarityBetween(from: readonly PlanePoint[], to: readonly PlanePoint[]): Similarity {
  const middleOf = (points: readonly PlanePoint[]): PlanePoint => ({
    x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
    y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
  });
  const [source, target] = [middleOf(from), middleOf(to)];
  let [along, across, square] = [0, 0, 0];
  from.forEach((point, i) => {
    const [px, py] = [point.x - source.x, point.y - source.y];
    const [qx, qy] = [to[i].x - target.x, to[i].y - target.y];
    along += px * qx + py * qy;
    across += px * qy - py * qx;
    square += px * px + py * py;
  });
  const [a, b] = [along / square, across / square];
  return { a, b, x: target.x - (a * source.x - b * source.y), y: target.y - (b * source.x + a * source.y) };
}
