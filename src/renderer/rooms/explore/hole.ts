/** What is missing of a picture: row by row, 1 where something is missing. */
export interface Hole {
  readonly width: number;
  readonly height: number;
  readonly missing: Uint8Array;
}

/** In pixels of the picture; the middle of the first pixel is at .5. */
export type Point = readonly [x: number, y: number];

export const noHole = (width: number, height: number): Hole => ({
  width,
  height,
  missing: new Uint8Array(width * height),
});

function paint(hole: Hole, isIn: (x: number, y: number) => boolean, value: 0 | 1): Hole {
  const missing = hole.missing.slice();
  for (let y = 0; y < hole.height; y++)
    for (let x = 0; x < hole.width; x++) if (isIn(x + 0.5, y + 0.5)) missing[y * hole.width + x] = value;
  return { ...hole, missing };
}

/** A stroke of a round brush from one point to another; `erase` takes away from the hole. */
export function stroke(
  hole: Hole,
  [x0, y0]: Point,
  [x1, y1]: Point,
  { radius, erase = false }: { radius: number; erase?: boolean },
): Hole {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const near = (x: number, y: number): boolean => {
    const along = length > 0 ? Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / length)) : 0;
    return Math.hypot(x - x0 - along * dx, y - y0 - along * dy) <= radius;
  };
  return paint(hole, near, erase ? 0 : 1);
}

/** A rectangle between two corners, in any order, on top of what is missing already. */
export function rectangle(hole: Hole, [x0, y0]: Point, [x1, y1]: Point): Hole {
  const [left, right, top, bottom] = [Math.min(x0, x1), Math.max(x0, x1), Math.min(y0, y1), Math.max(y0, y1)];
  return paint(hole, (x, y) => x >= left && x <= right && y >= top && y <= bottom, 1);
}

/** Parts of a picture that can be said without a pointer: left, top, right, bottom, in parts of the sides. */
export const PARTS = {
  left: [0, 0, 0.5, 1],
  right: [0.5, 0, 1, 1],
  upper: [0, 0, 1, 0.5],
  lower: [0, 0.5, 1, 1],
  middle: [0.25, 0.25, 0.75, 0.75],
} as const;
export type Part = keyof typeof PARTS;

/** That part of a picture, and nothing else. */
export function part({ width, height }: Hole, which: Part): Hole {
  const [left, top, right, bottom] = PARTS[which];
  return rectangle(noHole(width, height), [left * width, top * height], [right * width, bottom * height]);
}

/** Whether there is something to fill in, and something to tell by. */
export const canBeFilled = ({ missing }: Hole): boolean => missing.includes(1) && missing.includes(0);
