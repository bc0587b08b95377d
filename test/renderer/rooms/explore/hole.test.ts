import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canBeFilled,
  type Hole,
  noHole,
  part,
  PARTS,
  type Part,
  rectangle,
  stroke,
} from '../../../../src/renderer/rooms/explore/hole.ts';

const rows = ({ width, height, missing }: Hole): string[] =>
  Array.from({ length: height }, (_, y) => [...missing.subarray(y * width, (y + 1) * width)].join(''));
const sum = ({ missing }: Hole): number => missing.reduce((a, b) => a + b, 0);

describe('a hole in a picture', () => {
  it('is painted by strokes of a round brush, and taken back by the eraser', () => {
    const painted = stroke(noHole(7, 3), [1.5, 1.5], [5.5, 1.5], { radius: 1 });
    expect(rows(painted)).toEqual(['0111110', '1111111', '0111110']);
    const erased = stroke(painted, [3.5, 1.5], [3.5, 1.5], { radius: 0.5, erase: true });
    expect(rows(erased)).toEqual(['0111110', '1110111', '0111110']);
  });

  it('takes rectangles between any two corners, on top of what is there', () => {
    const two = rectangle(rectangle(noHole(5, 2), [0, 0], [2, 1]), [5, 2], [4, 1]);
    expect(rows(two)).toEqual(['11000', '00001']);
  });

  it('can be a part of the picture, of any size, that leaves something to tell by', () => {
    expect(rows(part(noHole(4, 2), 'left'))).toEqual(['1100', '1100']);
    expect(rows(part(noHole(4, 4), 'middle'))).toEqual(['0000', '0110', '0110', '0000']);
    const side = fc.integer({ min: 2, max: 40 });
    fc.assert(
      fc.property(side, side, fc.constantFrom(...(Object.keys(PARTS) as Part[])), (width, height, which) => {
        expect(canBeFilled(part(noHole(width, height), which))).toBe(true);
      }),
    );
  });

  it('never changes what was painted before', () => {
    const point = fc.tuple(
      fc.double({ min: -5, max: 15, noNaN: true }),
      fc.double({ min: -5, max: 15, noNaN: true }),
    );
    fc.assert(
      fc.property(point, point, fc.double({ min: 0.1, max: 6, noNaN: true }), (from, to, radius) => {
        const before = rectangle(noHole(10, 10), [2, 2], [5, 5]);
        const after = stroke(before, from, to, { radius });
        expect(sum(before)).toBe(9);
        expect(sum(after)).toBeGreaterThanOrEqual(9);
        before.missing.forEach((missing, i) => expect(after.missing[i]).toBeGreaterThanOrEqual(missing));
      }),
    );
  });

  it('can be filled where something is missing and something is not', () => {
    expect(canBeFilled(noHole(3, 3))).toBe(false);
    expect(canBeFilled(rectangle(noHole(3, 3), [0, 0], [3, 3]))).toBe(false);
    expect(canBeFilled(rectangle(noHole(3, 3), [0, 0], [3, 1]))).toBe(true);
  });
});
