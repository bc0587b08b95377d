import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sidesOf } from '../../../src/engine/jobs/attribute-examples.ts';

describe('the sides of a column', () => {
  it.each([
    ['marks', [0, 1, 1, 0, 1, 0], [false, true, true, false, true, false]],
    ['marks that few have', [0, 0, 0, 0, 0, 0, 0, 0, 1, 1], [...Array<boolean>(8).fill(false), true, true]],
    ['marks that few lack', [1, 1, 1, 1, 1, 1, 1, -1], [...Array<boolean>(7).fill(true), false]],
    [
      'thirds of a scale',
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
      [false, false, false, false, null, null, true, true, true],
    ],
    [
      'a column that is mostly 0',
      [0, 0, 0, 0, 0, 0, 0, 0.2, 0.5, 0.9],
      [...Array<boolean>(7).fill(false), true, true, true],
    ],
    [
      'a column that is mostly its middle',
      [-1, 0, 0, 0, 0, 0, 0, 2],
      [false, null, null, null, null, null, null, true],
    ],
    ['a column that says nothing', [3, 3, 3], [null, null, null]],
  ])('%s', (_, values, expected) => {
    expect(sidesOf(values)).toEqual(expected);
  });

  it('both exist wherever values differ, and every yes lies above every no', () => {
    const values = fc.array(
      fc.oneof(fc.integer({ min: 0, max: 3 }), fc.double({ noNaN: true, min: -5, max: 5 })),
      { minLength: 2, maxLength: 40 },
    );
    fc.assert(
      fc.property(values, (column) => {
        fc.pre(column.some((value) => value !== column[0]));
        const sides = sidesOf(column);
        const of = (yes: boolean): number[] => column.filter((_, i) => sides[i] === yes);
        expect(of(true).length).toBeGreaterThan(0);
        expect(of(false).length).toBeGreaterThan(0);
        expect(Math.min(...of(true))).toBeGreaterThan(Math.max(...of(false)));
      }),
    );
  });
});
