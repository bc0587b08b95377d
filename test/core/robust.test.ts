import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCsv } from '../../src/core/csv.ts';
import { createRng } from '../../src/core/rng.ts';
import { median, medianDeviation } from '../../src/core/robust.ts';

const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 40 });

describe('the median', () => {
  it('has as many values below as above', () => {
    fc.assert(
      fc.property(values, (list) => {
        const middle = median(list);
        const half = list.length / 2;
        expect(list.filter((value) => value < middle).length).toBeLessThanOrEqual(half);
        expect(list.filter((value) => value > middle).length).toBeLessThanOrEqual(half);
      }),
    );
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('deviates from it as a Gaussian does, though a tenth of the values are anywhere', () => {
    const rng = createRng(3);
    const drawn = Array.from({ length: 5000 }, () => 7 + 2 * rng.normal());
    expect(medianDeviation(drawn)).toBeCloseTo(2, 1);
    drawn.fill(1e9, 0, 500);
    expect(medianDeviation(drawn)).toBeLessThan(2.5);
  });
});

describe('a table as CSV', () => {
  it('quotes what would be read otherwise', () => {
    expect(
      toCsv(
        ['name', 'n'],
        [
          ['a,b', 1],
          ['say "hi"', null],
          ['plain', true],
        ],
      ),
    ).toBe('name,n\n"a,b",1\n"say ""hi""",\nplain,true\n');
  });
});
