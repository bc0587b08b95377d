/** What of the map is seen: its points lie in [0, 1] × [0, 1], upwards; the window's pixels go down. */
export interface MapView {
  /** Pixels of one unit of the map. */
  readonly scale: number;
  /** Where the map's origin is, in pixels. */
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const MARGIN = 44;
const MOST_ZOOM = 60;

/** All of the map, in the middle. */
export function wholeMap({ width, height }: Size): MapView {
  const scale = Math.max(1, Math.min(width, height) - 2 * MARGIN);
  return { scale, x: (width - scale) / 2, y: (height + scale) / 2 };
}

export const toScreen = ({ scale, x, y }: MapView, px: number, py: number): [number, number] => [
  x + px * scale,
  y - py * scale,
];

export const toMap = ({ scale, x, y }: MapView, sx: number, sy: number): [number, number] => [
  (sx - x) / scale,
  (y - sy) / scale,
];

/** Enlarges by a factor; what is at the pixel stays there. Never smaller than the whole map. */
export function zoomAt(view: MapView, size: Size, factor: number, sx: number, sy: number): MapView {
  const whole = wholeMap(size).scale;
  const scale = Math.min(Math.max(view.scale * factor, whole * 0.8), whole * MOST_ZOOM);
  const by = scale / view.scale;
  return keepInSight({ scale, x: sx - (sx - view.x) * by, y: sy - (sy - view.y) * by }, size);
}

export const panBy = (view: MapView, size: Size, dx: number, dy: number): MapView =>
  keepInSight({ ...view, x: view.x + dx, y: view.y + dy }, size);

/** The map never leaves the window: some of it is always in the middle. */
function keepInSight({ scale, x, y }: MapView, { width, height }: Size): MapView {
  return {
    scale,
    x: Math.min(Math.max(x, width / 2 - scale), width / 2),
    y: Math.min(Math.max(y, height / 2), height / 2 + scale),
  };
}

/** Moves the map so that a point is seen, with some room around it. */
export function reveal(view: MapView, size: Size, px: number, py: number, room = 60): MapView {
  const [sx, sy] = toScreen(view, px, py);
  const dx = sx < room ? room - sx : sx > size.width - room ? size.width - room - sx : 0;
  const dy = sy < room ? room - sy : sy > size.height - room ? size.height - room - sy : 0;
  return dx === 0 && dy === 0 ? view : panBy(view, size, dx, dy);
}
