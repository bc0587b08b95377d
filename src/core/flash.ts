/**
 * Whether moving pictures flash so that they can set off seizures: WCAG 2.2, success criterion 2.3.1 and its
 * definition of the general and the red flash threshold.
 */

/** WCAG: a change of 10% or more of the greatest relative luminance, where the darker is below 0.80. */
const LUMINANCE_CHANGE = 0.1;
const DARKER_BELOW = 0.8;
/** The red flash as the Photosensitive Epilepsy Analysis Tool measures it: (R − G − B) × 320 changes by 20. */
const RED_CHANGE = 20 / 320;
const SATURATED_RED = 0.8;
/** Three flashes in a second are allowed, and a flash is two opposing changes: the seventh is one too many. */
const CHANGES_TOO_MANY = 7;
/** A quarter of any 10° of the field of view; the picture is taken to fill 10°, as nobody knows its size on screen. */
const AREA_TOO_LARGE = 0.25;
const CELLS_ACROSS = 32;

/** What a watch found. */
export interface FlashVerdict {
  /** The part of the picture, 0 to 1, that flashed more than three times within one second, at its worst. */
  readonly area: number;
  /** Whether that is more than is safe. */
  readonly unsafe: boolean;
  /** When it first was more than is safe, in seconds; null where it never was. */
  readonly atSeconds: number | null;
  /** What changed: the brightness, or a saturated red. */
  readonly kind: 'general' | 'red' | null;
}

export interface FlashWatch {
  /** The next frame: rows from the top, uint8, sRGB; with 4 channels straight alpha, over black. */
  add(frame: FlashFrame): void;
  /** What was seen; a loop is followed over its seam. */
  verdict(): FlashVerdict;
}

export interface FlashFrame {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
}

interface Grid {
  readonly luminance: Float32Array;
  readonly red: Float32Array;
}

/**
 * Follows frames of one size in about 32 × 32 cells, each the mean of its pixels in linear light: what flickers
 * finer than a cell is what the definition excepts as a fine, balanced pattern.
 * @param framesPerSecond above 0
 * @param loops whether the first frame follows the last
 */
export function createFlashWatch(framesPerSecond: number, loops: boolean): FlashWatch {
  const opening: Grid[] = [];
  const inSecond = Math.max(1, Math.ceil(framesPerSecond));
  let general: Swings | null = null;
  let red: Swings | null = null;
  let frames = 0;
  const follow = ({ luminance, red: redness }: Grid): void => {
    general ??= createSwings(luminance.length, LUMINANCE_CHANGE, DARKER_BELOW, framesPerSecond);
    red ??= createSwings(redness.length, RED_CHANGE, Infinity, framesPerSecond);
    general.add(luminance);
    red.add(redness);
  };
  return {
    add: (frame) => {
      const grid = gridOf(frame);
      if (opening.length < inSecond) opening.push(grid);
      frames++;
      follow(grid);
    },
    verdict: () => {
      if (loops && frames > 1) {
        for (let again = 0; again < 2 * inSecond; again++) follow(opening[again % opening.length]);
      }
      const worst = [
        { kind: 'general' as const, ...(general?.worst() ?? NOTHING) },
        { kind: 'red' as const, ...(red?.worst() ?? NOTHING) },
      ].sort((a, b) => b.area - a.area)[0];
      const unsafe = worst.area > AREA_TOO_LARGE;
      const at = worst.frame % Math.max(1, frames);
      return {
        area: worst.area,
        unsafe,
        atSeconds: unsafe ? at / framesPerSecond : null,
        kind: unsafe ? worst.kind : null,
      };
    },
  };
}

const NOTHING = { area: 0, frame: 0 };

/** sRGB (IEC 61966-2-1) to linear light. */
const LINEAR = Float32Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

function gridOf({ width, height, channels, data }: FlashFrame): Grid {
  const across = Math.min(width, CELLS_ACROSS);
  const down = Math.min(height, CELLS_ACROSS);
  const luminance = new Float32Array(across * down);
  const red = new Float32Array(across * down);
  const counts = new Uint32Array(across * down);
  // Large pictures are looked at in every few pixels: a cell's mean does not change by it.
  const step = Math.max(1, Math.floor(Math.min(width, height) / 256));
  for (let y = 0; y < height; y += step) {
    const row = Math.floor((y * down) / height) * across;
    for (let x = 0; x < width; x += step) {
      const at = (y * width + x) * channels;
      const cell = row + Math.floor((x * across) / width);
      const alpha = channels === 4 ? data[at + 3] / 255 : 1;
      const [r, g, b] = [LINEAR[data[at]], LINEAR[data[at + 1]], LINEAR[data[at + 2]]];
      luminance[cell] += alpha * (0.2126 * r + 0.7152 * g + 0.0722 * b);
      if (r >= SATURATED_RED * (r + g + b)) red[cell] += alpha * Math.max(0, r - g - b);
      counts[cell]++;
    }
  }
  for (let cell = 0; cell < counts.length; cell++) {
    luminance[cell] /= counts[cell];
    red[cell] /= counts[cell];
  }
  return { luminance, red };
}

interface Swings {
  add(values: Float32Array): void;
  /** The greatest part of the cells that swung too often within one second, and the first frame at which it was too great. */
  worst(): { area: number; frame: number };
}

/** Follows each cell's turning points: a change counts when it is opposed to the last and at least `change`. */
function createSwings(cells: number, change: number, darkerBelow: number, framesPerSecond: number): Swings {
  const direction = new Int8Array(cells);
  const least = new Float32Array(cells).fill(Infinity);
  const greatest = new Float32Array(cells).fill(-Infinity);
  /** The frames of each cell's latest changes, in a ring. */
  const changes = new Float64Array(cells * CHANGES_TOO_MANY).fill(-Infinity);
  const next = new Uint8Array(cells);
  let frame = -1;
  let worst = NOTHING;
  let unsafeSince: number | null = null;

  const turn = (cell: number, way: 1 | -1, value: number): void => {
    direction[cell] = way;
    least[cell] = value;
    greatest[cell] = value;
    changes[cell * CHANGES_TOO_MANY + next[cell]] = frame;
    next[cell] = (next[cell] + 1) % CHANGES_TOO_MANY;
  };
  return {
    add: (values) => {
      frame++;
      let flashing = 0;
      for (let cell = 0; cell < cells; cell++) {
        const value = values[cell];
        const rises = value - least[cell] >= change && least[cell] < darkerBelow;
        const falls = greatest[cell] - value >= change && value < darkerBelow;
        if (direction[cell] <= 0 && rises) turn(cell, 1, value);
        else if (direction[cell] >= 0 && falls) turn(cell, -1, value);
        least[cell] = Math.min(least[cell], value);
        greatest[cell] = Math.max(greatest[cell], value);
        // The ring's next place holds the oldest of the last seven.
        if (frame - changes[cell * CHANGES_TOO_MANY + next[cell]] < framesPerSecond) flashing++;
      }
      const area = flashing / cells;
      if (area > AREA_TOO_LARGE) unsafeSince ??= frame;
      if (area > worst.area) worst = { area, frame };
    },
    worst: () => ({ area: worst.area, frame: unsafeSince ?? worst.frame }),
  };
}
