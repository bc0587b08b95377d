import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEAST_SIZE, placeWindow, type Rectangle } from '../../src/main/placement.ts';

const HD: Rectangle = { x: 0, y: 0, width: 1920, height: 1040 };
const LEFT: Rectangle = { x: -1280, y: 100, width: 1280, height: 984 };

const inside = (a: Rectangle, b: Rectangle): boolean =>
  a.x >= b.x && a.y >= b.y && a.x + a.width <= b.x + b.width && a.y + a.height <= b.y + b.height;

describe('placeWindow', () => {
  it('puts the first window in the middle of the main display', () => {
    const { x, y, width, height } = placeWindow(null, [HD, LEFT]);
    expect(x + width / 2).toBeCloseTo(960, 0);
    expect(y + height / 2).toBeCloseTo(520, 0);
  });

  it('leaves a window where it was, on whichever display', () => {
    const saved = { x: -1200, y: 150, width: 1000, height: 700 };
    expect(placeWindow(saved, [HD, LEFT])).toEqual(saved);
  });

  it('brings a window back whose display was taken away', () => {
    const saved = { x: -1200, y: 150, width: 1000, height: 700 };
    const placed = placeWindow(saved, [HD]);
    expect(inside(placed, HD)).toBe(true);
    expect(placed).toMatchObject({ width: 1000, height: 700 });
  });

  it('is always wholly on a display, and never smaller than can be used where that fits', () => {
    const rectangle = fc.record({
      x: fc.integer({ min: -5000, max: 5000 }),
      y: fc.integer({ min: -5000, max: 5000 }),
      width: fc.integer({ min: 1, max: 6000 }),
      height: fc.integer({ min: 1, max: 6000 }),
    });
    fc.assert(
      fc.property(
        fc.option(rectangle),
        fc.array(rectangle, { minLength: 1, maxLength: 3 }),
        (saved, areas) => {
          const placed = placeWindow(saved, areas);
          const home = areas.find((area) => inside(placed, area));
          expect(home).toBeDefined();
          if (home === undefined) return;
          expect(placed.width).toBeGreaterThanOrEqual(Math.min(LEAST_SIZE.width, home.width));
          expect(placed.height).toBeGreaterThanOrEqual(Math.min(LEAST_SIZE.height, home.height));
        },
      ),
    );
  });
});
