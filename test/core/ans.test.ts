import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnsStack, MOST_PRECISION, popSymbol, pushSymbol, type Symbols } from '../../src/core/ans.ts';
import { normalCdf, normalQuantile } from '../../src/core/normal.ts';
import { createRng } from '../../src/core/rng.ts';

const empty = (seed = 1): AnsStack => new AnsStack(createRng(seed));

const symbol = fc
  .tuple(
    fc.integer({ min: 1, max: MOST_PRECISION }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  ) // prettier-ignore
  .map(([precision, a, b]) => {
    const total = 2 ** precision;
    const start = Math.floor(a * (total - 1));
    return { start, width: 1 + Math.floor(b * (total - start - 1)), precision };
  });

describe('a stack of symbols', () => {
  it('gives back what was put on it, the last first, and is as it was before', () => {
    fc.assert(
      fc.property(fc.array(symbol, { maxLength: 200 }), fc.integer({ min: 0, max: 60 }), (symbols, draws) => {
        const stack = empty();
        for (let i = 0; i < draws; i++) stack.pop(stack.peek(16), 1, 16);
        const before = stack.toWords();
        for (const { start, width, precision } of symbols) stack.push(start, width, precision);
        const carried = AnsStack.fromWords(stack.toWords(), createRng(2));
        for (const { start, width, precision } of [...symbols].reverse()) {
          const place = carried.peek(precision);
          expect(place >= start && place < start + width).toBe(true);
          carried.pop(start, width, precision);
        }
        expect(carried.toWords()).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  it('takes off first, and puts back: what bits back do', () => {
    fc.assert(
      fc.property(
        fc.array(symbol, { minLength: 1, maxLength: 100 }),
        fc.integer({ min: 1, max: 99 }),
        (symbols, seed) => {
          // prettier-ignore
          const stack = empty(seed);
          const taken = symbols.map((s) => {
            const i = popSymbol(stack, uniform(s.precision));
            return { i, precision: s.precision };
          });
          for (const { i, precision } of [...taken].reverse()) pushSymbol(stack, uniform(precision), i);
          // All that is left is what was drawn.
          expect(stack.bits).toBe(64 + stack.drawnBits);
        },
      ),
    );
  });

  it('costs what symbols are improbable', () => {
    const stack = empty();
    const rng = createRng(5);
    const chances = [0.9, 0.05, 0.03, 0.02];
    const below = [0, 0.9, 0.95, 0.98, 1];
    const symbols: Symbols = { count: 4, below: (i) => below[i], precision: 24 };
    let nats = 0;
    for (let n = 0; n < 50_000; n++) {
      const u = rng.uniform();
      const i = below.findIndex((edge) => u < edge) - 1;
      pushSymbol(stack, symbols, i);
      nats -= Math.log(chances[i]);
    }
    expect((stack.bits - 64) / (nats / Math.LN2)).toBeCloseTo(1, 3);
  });

  it('refuses what could not be taken off again', () => {
    expect(() => empty().push(0, 0, 8)).toThrow(RangeError);
    expect(() => empty().push(200, 100, 8)).toThrow(RangeError);
    expect(() => AnsStack.fromWords(new Uint16Array(4), createRng(1))).toThrow(RangeError);
  });
});

const uniform = (precision: number): Symbols => {
  const bits = Math.min(precision, 12);
  return { count: 2 ** bits, below: (i) => i / 2 ** bits, precision };
};

describe('symbols of a distribution function', () => {
  it('are told apart, however improbable', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -400, max: 700, noNaN: true }),
        fc.double({ min: 0.01, max: 300, noNaN: true }),
        fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 30 }),
        (mean, deviation, values) => {
          const grey: Symbols = { count: 256, below: (i) => normalCdf((i - 0.5 - mean) / deviation), precision: 24 }; // prettier-ignore
          const stack = empty();
          for (const value of values) pushSymbol(stack, grey, value);
          expect(values.map(() => popSymbol(stack, grey))).toEqual([...values].reverse());
          expect(stack.bits).toBe(64);
        },
      ),
    );
  });
});

describe('the normal distribution', () => {
  it('is the one in tables', () => {
    // By erfc of C's library.
    expect(normalCdf(0)).toBeCloseTo(0.5, 15);
    expect(normalCdf(1)).toBeCloseTo(0.8413447460685429, 15);
    expect(normalCdf(-3) / 0.0013498980316300946).toBeCloseTo(1, 12);
    expect(normalCdf(-8) / 6.220960574271786e-16).toBeCloseTo(1, 6);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 13);
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
  });

  it('is undone by its quantiles, and never falls', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (p) => {
        expect(Math.abs(normalCdf(normalQuantile(p)) - p)).toBeLessThan(1e-14);
      }),
    );
    let [before, fall] = [0, 0];
    for (let x = -40; x < 40; x += 0.001) {
      const now = normalCdf(x);
      fall = Math.max(fall, before - now);
      before = now;
    }
    expect(fall).toBeLessThan(1e-16);
  });
});
