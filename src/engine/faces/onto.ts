import { type AlignedCrop, pixelAlignmentOf } from '../../contract/faces.ts';
import { smoothstep } from '../../core/easing.ts';
import { chained, inverse, moved, type PlanePoint, scaleOf } from '../../core/similarity.ts';
import { type Raster, warpPicture } from './warp.ts';

/** How far the put-back face fades into the photo, in distances of the eyes. */
const FEATHER = 0.45;
/** The colour of the border is carried inwards on a grid of so many cells a side. */
const CELLS = 24;
/** A face without an outline of its own, in distances of the eyes: half width, half height, and how far below the eyes its middle is. */
const OVAL = { across: 1.15, down: 1.6, below: 0.45 };
const OVAL_POINTS = 36;
/** An outline ends at the forehead's skin and at the jaw's edge; the seam should lie beyond. */
const WIDENED = 1.12;

export interface PhotoCompositor {
  readonly width: number;
  readonly height: number;
  /**
   * The photo with another face.
   * @param frame `[height, width, 3]` of the aligned frame
   * @param keep how much of what the frame is too coarse to show of the photo itself is added, in [0, 1]: 1 where
   *   the frame shows the photo's own face
   * @returns `[height, width, 3]` of the photo
   */
  compose(frame: Uint8Array, keep: number): Uint8Array;
}

export interface PhotoCompositorOptions {
  /** 3 channels. */
  readonly photo: Raster;
  readonly crop: AlignedCrop;
  /** What `crop` shows of the photo, as the morph draws it: `[height, width, 3]`, of `frameSize`. */
  readonly own: Uint8Array;
  readonly frameSize: { readonly width: number; readonly height: number };
  /** The face's outline in parts of the photo's sides; an oval about the eyes where it is not known. */
  readonly outline?: readonly PlanePoint[] | undefined;
}

/**
 * Puts aligned frames back on the photo that one of them came from. What differs from the photo's own frame is
 * laid over it through a mask that ends softly at the face's outline; the difference that remains along that
 * border is carried inwards and taken off, so that skin and light go on. With the photo's own frame the result
 * is the photo, to the byte; outside the mask it always is.
 */
export function createPhotoCompositor({
  photo,
  crop,
  own,
  frameSize,
  outline,
}: PhotoCompositorOptions): PhotoCompositor {
  const toPhoto = pixelAlignmentOf(crop, photo, frameSize);
  const eyes = crop.eyes.map(({ x, y }) => ({ x: x * photo.width, y: y * photo.height }));
  const apart = Math.hypot(eyes[1].x - eyes[0].x, eyes[1].y - eyes[0].y);
  const face = outline?.map(({ x, y }) => ({ x: x * photo.width, y: y * photo.height })) ?? ovalAbout(eyes);
  const frame = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ].map(([x, y]) => moved(toPhoto, { x: x * frameSize.width, y: y * frameSize.height }));
  const region = [hull(widened(face)), frame];
  const box = boxWithin(frame, photo);
  const mask = softMask(region, box, FEATHER * apart);
  const toFrame = chained({ a: 1, b: 0, x: box.left, y: box.top }, inverse(toPhoto));
  const inBox = (pixels: Uint8Array): Uint8Array =>
    warpPicture({ ...frameSize, channels: 3, data: pixels }, toFrame, box);

  const at = (i: number): number =>
    ((box.top + Math.floor(i / box.width)) * photo.width + box.left + (i % box.width)) * 3;
  const ownInBox = inBox(own);
  const border = createBorder(mask, box);
  const missing = new Float32Array(3 * mask.length);
  const shown = new Float32Array(3 * mask.length);

  return {
    width: photo.width,
    height: photo.height,
    compose: (pixels, keep) => {
      const out = Uint8Array.from(photo.data);
      const inPlace = inBox(pixels);
      for (let i = 0; i < mask.length; i++) {
        if (mask[i] === 0) continue;
        const from = at(i);
        for (let c = 0; c < 3; c++) {
          const original = photo.data[from + c];
          shown[3 * i + c] = inPlace[3 * i + c] + keep * (original - ownInBox[3 * i + c]);
          missing[3 * i + c] = original - shown[3 * i + c];
        }
      }
      const correction = border.inwards(missing);
      for (let i = 0; i < mask.length; i++) {
        if (mask[i] === 0) continue;
        const to = at(i);
        for (let c = 0; c < 3; c++) {
          const original = photo.data[to + c];
          const wanted = shown[3 * i + c] + correction(i, c);
          const value = Math.round(original + mask[i] * (wanted - original));
          out[to + c] = value < 0 ? 0 : value > 255 ? 255 : value;
        }
      }
      return out;
    },
  };
}

/** How many pixels of a photo one of the frame's covers: at 1 over it, the photo is as large as the frame's face. */
export function photoPixelsPerFramePixel(
  crop: AlignedCrop,
  photo: { readonly width: number; readonly height: number },
  frameSize: { readonly width: number; readonly height: number },
): number {
  return scaleOf(pixelAlignmentOf(crop, photo, frameSize));
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function ovalAbout([left, right]: readonly PlanePoint[]): PlanePoint[] {
  const [dx, dy] = [right.x - left.x, right.y - left.y];
  const middle = { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 };
  return Array.from({ length: OVAL_POINTS }, (_, i) => {
    const turn = (2 * Math.PI * i) / OVAL_POINTS;
    const [u, v] = [OVAL.across * Math.cos(turn), OVAL.below + OVAL.down * Math.sin(turn)];
    return { x: middle.x + u * dx - v * dy, y: middle.y + u * dy + v * dx };
  });
}

function widened(points: readonly PlanePoint[]): PlanePoint[] {
  const x = points.reduce((sum, point) => sum + point.x, 0) / points.length;
  const y = points.reduce((sum, point) => sum + point.y, 0) / points.length;
  return points.map((point) => ({ x: x + WIDENED * (point.x - x), y: y + WIDENED * (point.y - y) }));
}

/** The convex hull, clockwise on a screen (A. M. Andrew's monotone chain, 1979). */
function hull(points: readonly PlanePoint[]): PlanePoint[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const half = (line: readonly PlanePoint[]): PlanePoint[] => {
    const chain: PlanePoint[] = [];
    for (const p of line) {
      while (chain.length > 1 && turn(chain[chain.length - 2], chain[chain.length - 1], p) <= 0) chain.pop();
      chain.push(p);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

/** Above 0 where the way from `a` over `b` to `c` turns clockwise on a screen. */
const turn = (a: PlanePoint, b: PlanePoint, c: PlanePoint): number =>
  (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);

function boxWithin(points: readonly PlanePoint[], { width, height }: Raster): Box {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const left = Math.min(width - 1, Math.max(0, Math.floor(Math.min(...xs))));
  const top = Math.min(height - 1, Math.max(0, Math.floor(Math.min(...ys))));
  const right = Math.max(left + 1, Math.min(width, Math.ceil(Math.max(...xs))));
  const bottom = Math.max(top + 1, Math.min(height, Math.ceil(Math.max(...ys))));
  return { left, top, width: right - left, height: bottom - top };
}

/** 1 well inside all of the convex regions, 0 outside of one, smooth between. */
function softMask(regions: readonly (readonly PlanePoint[])[], box: Box, feather: number): Float32Array {
  const edges = regions.flatMap((region) =>
    region.map((from, i) => {
      const to = region[(i + 1) % region.length];
      const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
      return { x: from.x, y: from.y, nx: -(to.y - from.y) / length, ny: (to.x - from.x) / length };
    }),
  );
  const mask = new Float32Array(box.width * box.height);
  for (let i = 0; i < mask.length; i++) {
    const x = box.left + (i % box.width) + 0.5;
    const y = box.top + Math.floor(i / box.width) + 0.5;
    let inside = Infinity;
    for (const edge of edges) inside = Math.min(inside, (x - edge.x) * edge.nx + (y - edge.y) * edge.ny);
    mask[i] = smoothstep(Math.min(1, Math.max(0, inside / feather)));
  }
  return mask;
}

interface Border {
  /** Values given for each pixel, taken where the mask fades, and carried to everywhere else. */
  inwards(values: Float32Array): (pixel: number, channel: number) => number;
}

/** Carries what is known along the fading border inwards: inverse-distance weighting (D. Shepard, 1968) of its cells. */
function createBorder(mask: Float32Array, box: Box): Border {
  const cells = CELLS * CELLS;
  const cellOf = (i: number): number => {
    const column = Math.min(CELLS - 1, Math.floor(((i % box.width) * CELLS) / box.width));
    const row = Math.min(CELLS - 1, Math.floor((Math.floor(i / box.width) * CELLS) / box.height));
    return row * CELLS + column;
  };
  const sums = new Float64Array(3 * cells);
  const weights = new Float64Array(cells);
  const outer = (m: number): number => (m > 0 && m < 1 ? m * (1 - m) ** 2 : 0);
  for (let i = 0; i < mask.length; i++) weights[cellOf(i)] += outer(mask[i]);
  const known = [...weights.keys()].filter((cell) => weights[cell] > 0);
  const grid = new Float64Array(3 * cells);
  return {
    inwards: (values) => {
      sums.fill(0);
      for (let i = 0; i < mask.length; i++) {
        const weight = outer(mask[i]);
        if (weight === 0) continue;
        const cell = cellOf(i);
        for (let c = 0; c < 3; c++) sums[3 * cell + c] += weight * values[3 * i + c];
      }
      for (let cell = 0; cell < cells; cell++) {
        const [row, column] = [Math.floor(cell / CELLS), cell % CELLS];
        let total = 0;
        const sum = [0, 0, 0];
        for (const from of known) {
          const square = (Math.floor(from / CELLS) - row) ** 2 + ((from % CELLS) - column) ** 2;
          const near = 1 / (0.5 + square) ** 1.5;
          total += near * weights[from];
          for (let c = 0; c < 3; c++) sum[c] += near * sums[3 * from + c];
        }
        for (let c = 0; c < 3; c++) grid[3 * cell + c] = total > 0 ? sum[c] / total : 0;
      }
      const clamp = (k: number): number => Math.min(CELLS - 1, Math.max(0, k));
      return (pixel, channel) => {
        const u = (((pixel % box.width) + 0.5) * CELLS) / box.width - 0.5;
        const v = ((Math.floor(pixel / box.width) + 0.5) * CELLS) / box.height - 0.5;
        const [q, r] = [Math.floor(u), Math.floor(v)];
        const value = (i: number, j: number): number =>
          grid[3 * (clamp(r + j) * CELLS + clamp(q + i)) + channel];
        const upper = value(0, 0) + (u - q) * (value(1, 0) - value(0, 0));
        const lower = value(0, 1) + (u - q) * (value(1, 1) - value(0, 1));
        return upper + (v - r) * (lower - upper);
      };
    },
  };
}
