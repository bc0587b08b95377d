import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_EYE_PLACE, type Eyes } from '../../../src/contract/faces.ts';
import { moved } from '../../../src/core/similarity.ts';
import {
  clicked,
  eyesOf,
  type Faced,
  frameCorners,
  guessed,
  isPlaced,
  shapeByHand,
  toFrame,
  withMark,
} from '../../../src/renderer/rooms/pictures/eyes.ts';

const upright = { width: 400, height: 300 };
const frame = { width: 64, height: 96 };
const at = DEFAULT_EYE_PLACE;
const point = fc.record({
  x: fc.double({ min: 0, max: 1, noNaN: true }),
  y: fc.double({ min: 0, max: 1, noNaN: true }),
});
const eyes = fc
  .tuple(point, point)
  .filter(([a, b]) => Math.abs(a.x - b.x) > 0.01)
  .map(([a, b]): Eyes => [a, b]);
const placed: Eyes = [
  { x: 0.3, y: 0.4 },
  { x: 0.6, y: 0.5 },
];
const picture = (rest: Partial<Faced>): Faced => ({ id: 'a', name: 'a.png', crop: null, ...rest });

describe('eyes placed by hand', () => {
  it('are two clicks, in any order; a third moves the nearer one', () => {
    const [left, right] = placed;
    for (const order of [placed, [right, left]]) {
      const marks = order.reduce(
        (before: readonly { x: number; y: number }[], to) => clicked(before, to, upright),
        [],
      );
      expect(marks).toEqual(placed);
      expect(clicked(marks, { x: 0.7, y: 0.45 }, upright)).toEqual([left, { x: 0.7, y: 0.45 }]);
    }
  });

  it('are none while they are one, or lie on one place', () => {
    expect(eyesOf([])).toBeNull();
    expect(eyesOf([placed[0]])).toBeNull();
    expect(eyesOf([placed[0], placed[0]])).toBeNull();
    expect(eyesOf(placed)).toEqual(placed);
  });

  it('stay within the picture, whatever drags them', () => {
    expect(withMark(placed, 1, { x: 1.4, y: -2 })).toEqual([placed[0], { x: 1, y: 0 }]);
  });

  it('come to lie where those of all others do', () => {
    fc.assert(
      fc.property(eyes, (pair) => {
        const [left, right] = [...pair].sort((a, b) => a.x - b.x);
        const to = toFrame(pair, at, upright, frame);
        const [first, second] = [left, right].map(({ x, y }) =>
          moved(to, { x: x * upright.width, y: y * upright.height }),
        );
        expect(first?.x).toBeCloseTo(at.x * frame.width, 6);
        expect(first?.y).toBeCloseTo(at.y * frame.height, 6);
        expect(second?.x).toBeCloseTo((1 - at.x) * frame.width, 6);
        expect(second?.y).toBeCloseTo(at.y * frame.height, 6);
      }),
    );
  });

  it('cut out of the picture what the frame shows', () => {
    fc.assert(
      fc.property(eyes, (pair) => {
        const to = toFrame(pair, at, upright, frame);
        const corners = frameCorners(pair, at, upright, frame).map((corner) => moved(to, corner));
        const wanted = [
          [0, 0],
          [frame.width, 0],
          [frame.width, frame.height],
          [0, frame.height],
        ];
        for (const [i, [x, y]] of wanted.entries()) {
          expect(corners[i]?.x).toBeCloseTo(x ?? NaN, 6);
          expect(corners[i]?.y).toBeCloseTo(y ?? NaN, 6);
        }
      }),
    );
  });

  it('are guessed so that the frame fills the picture from the middle', () => {
    const corners = frameCorners(guessed(upright, frame, at), at, upright, frame);
    expect(corners[0]?.x).toBeCloseTo(100, 2);
    expect(corners[0]?.y).toBeCloseTo(0, 2);
    expect(corners[2]?.x).toBeCloseTo(300, 2);
    expect(corners[2]?.y).toBeCloseTo(300, 2);
  });
});

describe('what undoing brings back', () => {
  const rectangle = { x: 0.1, y: 0.1, width: 0.5, height: 0.5 };
  it('is a crop by hand, without eyes', () => {
    expect(shapeByHand(picture({ crop: rectangle }))).toEqual({
      crop: { id: 'a', rectangle },
      eyes: { id: 'a', eyes: null },
    });
  });

  it('is eyes placed by hand, without a crop', () => {
    expect(shapeByHand(picture({ crop: { eyes: placed, at } }))).toEqual({
      crop: { id: 'a', rectangle: null },
      eyes: { id: 'a', eyes: placed },
    });
  });

  it('is neither where eyes were found, or a picture was set aside', () => {
    const neither = { crop: { id: 'a', rectangle: null }, eyes: { id: 'a', eyes: null } };
    const found = picture({ crop: { eyes: placed, at }, faces: 1 });
    expect(isPlaced(found)).toBe(false);
    for (const one of [found, picture({}), picture({ crop: 'centre', faces: 0 })]) {
      expect(shapeByHand(one)).toEqual(neither);
    }
  });
});
