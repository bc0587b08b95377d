export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** As much of the window as has to be on a display for it to be found and moved, in pixels. */
const GRIP = { width: 120, height: 60 };

export const LEAST_SIZE = { width: 880, height: 560 };
const FIRST_SIZE = { width: 1360, height: 860 };

/**
 * Where a window goes that was last at `saved`: there, made to fit the display that it is on; or in the middle
 * of the first display, where it would not be seen (a display was taken away, or it is the first time).
 * @param areas of the displays, without panels and docks, the main one first, in pixels
 */
export function placeWindow(saved: Rectangle | null, areas: readonly Rectangle[]): Rectangle {
  const main = areas[0] ?? { x: 0, y: 0, ...FIRST_SIZE };
  const home =
    saved === null
      ? undefined
      : areas.find((area) => overlap(titleOf(saved), area) >= GRIP.width * GRIP.height);
  const area = home ?? main;
  const wanted = saved ?? { ...FIRST_SIZE };
  const width = Math.min(Math.max(wanted.width, LEAST_SIZE.width), area.width);
  const height = Math.min(Math.max(wanted.height, LEAST_SIZE.height), area.height);
  if (saved === null || home === undefined) {
    const x = area.x + Math.round((area.width - width) / 2);
    return { x, y: area.y + Math.round((area.height - height) / 2), width, height };
  }
  const keep = (at: number, size: number, from: number, length: number): number =>
    Math.min(Math.max(at, from), from + length - size);
  return {
    x: keep(saved.x, width, area.x, area.width),
    y: keep(saved.y, height, area.y, area.height),
    width,
    height,
  };
}

/** The strip that a window is moved by. */
const titleOf = ({ x, y, width }: Rectangle): Rectangle => ({ x, y, width, height: GRIP.height });

function overlap(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}
