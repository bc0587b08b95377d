import type { CropRectangle } from '../../../contract/studio/state.ts';

/** The least part of a picture that a crop may keep, of its shorter side. */
const LEAST = 0.05;

/** A rectangle in pixels of the original. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface Bounds {
  readonly width: number;
  readonly height: number;
  /** Width by height of the frame. */
  readonly aspect: number;
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

/** The widest frame that fits. */
const widest = ({ width, height, aspect }: Bounds): number => Math.min(width, height * aspect);

/** The frame nearest to the wished one that has its shape and lies within the picture. */
export function within(frame: Frame, bounds: Bounds): Frame {
  const most = widest(bounds);
  const width = clamp(frame.width, most * LEAST, most);
  return {
    width,
    x: clamp(frame.x, 0, bounds.width - width),
    y: clamp(frame.y, 0, bounds.height - width / bounds.aspect),
  };
}

/** The frame that fills the shape from the middle. */
export function centred(bounds: Bounds): Frame {
  const width = widest(bounds);
  return { width, x: (bounds.width - width) / 2, y: (bounds.height - width / bounds.aspect) / 2 };
}

/** A frame of another width around the same middle. */
export function scaled(frame: Frame, factor: number, bounds: Bounds): Frame {
  const width = clamp(frame.width * factor, widest(bounds) * LEAST, widest(bounds));
  const by = (frame.width - width) / 2;
  return within({ width, x: frame.x + by, y: frame.y + by / bounds.aspect }, bounds);
}

/** A frame with one corner dragged; the opposite one stays. `right` and `down` say which it is. */
export function pulled(
  frame: Frame,
  corner: { readonly right: boolean; readonly down: boolean },
  to: { readonly x: number; readonly y: number },
  bounds: Bounds,
): Frame {
  const fixedX = corner.right ? frame.x : frame.x + frame.width;
  const fixedY = corner.down ? frame.y : frame.y + frame.width / bounds.aspect;
  const wish = Math.max(
    (corner.right ? 1 : -1) * (to.x - fixedX),
    (corner.down ? 1 : -1) * (to.y - fixedY) * bounds.aspect,
  );
  const room = Math.min(
    corner.right ? bounds.width - fixedX : fixedX,
    (corner.down ? bounds.height - fixedY : fixedY) * bounds.aspect,
  );
  const width = clamp(wish, widest(bounds) * LEAST, room);
  return {
    width,
    x: corner.right ? fixedX : fixedX - width,
    y: corner.down ? fixedY : fixedY - width / bounds.aspect,
  };
}

export const frameOf = (rectangle: CropRectangle, bounds: Bounds): Frame =>
  within(
    { x: rectangle.x * bounds.width, y: rectangle.y * bounds.height, width: rectangle.width * bounds.width },
    bounds,
  );

export function rectangleOf({ x, y, width }: Frame, bounds: Bounds): CropRectangle {
  const part = (value: number, whole: number): number => Math.round((value / whole) * 1e6) / 1e6;
  const left = part(x, bounds.width);
  const top = part(y, bounds.height);
  return {
    x: left,
    y: top,
    width: Math.min(1 - left, part(width, bounds.width)),
    height: Math.min(1 - top, part(width / bounds.aspect, bounds.height)),
  };
}
