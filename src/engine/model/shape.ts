/** The pictures that a model takes: `[height, width, channels]`, 1 grey, 3 colour, 4 colour with alpha. */
export interface ImageShape {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

const DEEPEST = 6;
/** The smallest side that is worth a further halving: 4 × 4 keeps a notion of place. */
const SMALLEST_SIDE = 4;
/** A shorter side that stays longer than this leaves more places than a dense layer can tie together. */
const LARGEST_ROOT = 16;

/**
 * How many times a convolutional network halves this picture: as often as both sides stay whole and no
 * shorter than four. 0 where they cannot be halved often enough: such pictures cannot be modelled by halving.
 */
export function halvings({ width, height }: Pick<ImageShape, 'width' | 'height'>): number {
  let count = 0;
  let [w, h] = [width, height];
  while (count < DEEPEST && w % 2 === 0 && h % 2 === 0 && Math.min(w, h) / 2 >= SMALLEST_SIDE) {
    w /= 2;
    h /= 2;
    count++;
  }
  return Math.min(w, h) > LARGEST_ROOT ? 0 : count;
}

/** The size nearest to this one, each side by itself, whose pictures can be halved often enough. */
export function nearestHalvable({ width, height }: Pick<ImageShape, 'width' | 'height'>): {
  width: number;
  height: number;
} {
  const largest = LARGEST_ROOT * 2 ** DEEPEST;
  let unit = SMALLEST_SIDE ** 2;
  while (unit * LARGEST_ROOT < Math.min(width, height, largest)) unit *= 2;
  const near = (side: number): number => Math.min(largest, Math.max(unit, Math.round(side / unit) * unit));
  return { width: near(width), height: near(height) };
}
