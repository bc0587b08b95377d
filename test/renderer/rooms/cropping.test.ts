import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Bounds,
  centred,
  type Frame,
  frameOf,
  pulled,
  rectangleOf,
  scaled,
  within,
} from '../../../src/renderer/rooms/pictures/cropping.ts';

const bounds = fc.record({
  width: fc.integer({ min: 16, max: 4000 }),
  height: fc.integer({ min: 16, max: 4000 }),
  aspect: fc.double({ min: 0.25, max: 4, noNaN: true }),
});
const wish = fc.record({
  x: fc.double({ min: -5000, max: 5000, noNaN: true }),
  y: fc.double({ min: -5000, max: 5000, noNaN: true }),
  width: fc.double({ min: 0, max: 9000, noNaN: true }),
});

function expectInside({ x, y, width }: Frame, around: Bounds): void {
  expect(width).toBeGreaterThan(0);
  expect(x).toBeGreaterThanOrEqual(-1e-6);
  expect(y).toBeGreaterThanOrEqual(-1e-6);
  expect(x + width).toBeLessThanOrEqual(around.width + 1e-6);
  expect(y + width / around.aspect).toBeLessThanOrEqual(around.height + 1e-6);
}

describe('a frame on a picture', () => {
  it('stays within the picture, wherever it is wished, dragged, pulled or scaled to', () => {
    fc.assert(
      fc.property(
        bounds,
        wish,
        wish,
        fc.boolean(),
        fc.boolean(),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (around, first, to, right, down, factor) => {
          const frame = within(first, around);
          expectInside(frame, around);
          expectInside(scaled(frame, factor, around), around);
          expectInside(pulled(frame, { right, down }, to, around), around);
          expectInside(centred(around), around);
        },
      ),
    );
  });

  it('keeps the corner opposite to the one that is pulled', () => {
    fc.assert(
      fc.property(bounds, wish, wish, fc.boolean(), fc.boolean(), (around, first, to, right, down) => {
        const frame = within(first, around);
        const next = pulled(frame, { right, down }, to, around);
        const corner = ({ x, y, width }: Frame): [number, number] => [
          right ? x : x + width,
          down ? y : y + width / around.aspect,
        ];
        const [x, y] = corner(frame);
        const [nextX, nextY] = corner(next);
        expect(nextX).toBeCloseTo(x, 5);
        expect(nextY).toBeCloseTo(y, 5);
      }),
    );
  });

  it('comes back the same from the rectangle that is kept, which is a valid one', () => {
    fc.assert(
      fc.property(bounds, wish, (around, first) => {
        const frame = within(first, around);
        const rectangle = rectangleOf(frame, around);
        expect(rectangle.x + rectangle.width).toBeLessThanOrEqual(1);
        expect(rectangle.y + rectangle.height).toBeLessThanOrEqual(1);
        const again = frameOf(rectangle, around);
        const pixel = Math.max(around.width, around.height) * 1e-5;
        expect(Math.abs(again.x - frame.x)).toBeLessThanOrEqual(pixel * 4);
        expect(Math.abs(again.width - frame.width)).toBeLessThanOrEqual(pixel * 4);
      }),
    );
  });
});
