import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import {
  chancesOf,
  keepAside,
  mostProbable,
  sharpnessOf,
  teachersOf,
} from '../../../src/engine/evaluate/told-kinds.ts';

function toEnd<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Clouds around corners, `apart` from the middle; which kind each is of goes round. */
function clouds(kinds: readonly number[], apart: number, size = 6, seed = 1): Float64Array[] {
  const rng = createRng(seed);
  return kinds.map((kind) => Float64Array.from({ length: size }, (_, k) => rng.normal() + (k === kind ? apart : 0))); // prettier-ignore
}

const round = (count: number, kinds: number): number[] => Array.from({ length: count }, (_, i) => i % kinds);

describe('chances of kinds', () => {
  it('are 1 together, in the order of their scores, however sharp, and never overflow', () => {
    const scores = fc.array(fc.double({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 2, maxLength: 9 });
    fc.assert(
      fc.property(scores, fc.double({ min: 0.05, max: 20, noNaN: true }), (values, sharpness) => {
        const chances = chancesOf(Float64Array.from(values), sharpness);
        expect(chances.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        expect(chances[values.indexOf(Math.max(...values))]).toBe(Math.max(...chances));
      }),
    );
  });

  it('are each kind’s own, normalised', () => {
    const odds = (p: number): number => Math.log(p / (1 - p));
    const chances = chancesOf(Float64Array.of(odds(0.6), odds(0.2), odds(0.4)), 1);
    [0.5, 1 / 6, 1 / 3].forEach((p, i) => expect(chances[i]).toBeCloseTo(p, 12));
  });
});

describe('pictures that are kept aside', () => {
  it('are told by others: rightly where kinds are apart, by chance where labels mean nothing', () => {
    const kinds = round(60, 3);
    const right = (features: Float64Array[]): number =>
      toEnd(keepAside(features, kinds, 1)).filter(
        (own, i) => own !== null && mostProbable(own, 1).kind === kinds[i],
      ).length;
    expect(right(clouds(kinds, 9))).toBe(60);
    const byChance = right(clouds(kinds, 0));
    expect(byChance).toBeGreaterThan(8);
    expect(byChance).toBeLessThan(34);
  });

  it('are as many of each kind at a time: what is left does not speak against them', () => {
    // Of features that say nothing only the numbers of labels are left, which must be equal.
    const kinds = round(12, 4);
    const nothing = kinds.map(() => new Float64Array(3));
    for (const own of toEnd(keepAside(nothing, kinds, 1))) {
      expect(own).toHaveLength(4);
      for (const score of own ?? []) expect(score).toBeCloseTo(own?.[0] ?? NaN, 6);
    }
  });

  it('are none of one of its kind, and all the others are', () => {
    const kinds = [0, 0, 0, 1, 1, 2];
    const scores = toEnd(keepAside(clouds(kinds, 9), kinds, 1));
    expect(scores.map((own) => own !== null)).toEqual([true, true, true, true, true, false]);
    for (const own of scores.slice(0, 5)) expect(own).toHaveLength(3);
    expect(toEnd(keepAside(clouds([0, 1, 2], 9), [0, 1, 2], 1))).toEqual([null, null, null]);
  });
});

describe('sharpness', () => {
  /** Scores whose probabilities are true, blunted. */
  const drawn = (blunt: number): { scores: Float64Array[]; kinds: number[] } => {
    const rng = createRng(5);
    const kinds: number[] = [];
    const scores = Array.from({ length: 3000 }, () => {
      const p = rng.uniform();
      kinds.push(rng.uniform() < p ? 0 : 1);
      // Of two kinds each is the other's opposite; p^s : (1 - p)^s.
      return Float64Array.of(Math.log(p / (1 - p)) * blunt, -Math.log(p / (1 - p)) * blunt);
    });
    return { scores, kinds };
  };

  it('is about 1 where probabilities are true, and takes bluntness back', () => {
    const [right, blunt] = [drawn(1), drawn(0.25)];
    expect(sharpnessOf(right.scores, right.kinds)).toBeCloseTo(1, 0);
    const sharpness = sharpnessOf(blunt.scores, blunt.kinds);
    expect(sharpness).toBeGreaterThan(2);
    const told = blunt.scores.map((own) => mostProbable(own, sharpness));
    const sure = told.flatMap(({ kind, sureness }, i) => (sureness > 0.9 ? [kind === blunt.kinds[i]] : []));
    const right90 = sure.filter(Boolean).length / sure.length;
    expect(right90).toBeGreaterThan(0.9);
    expect(right90).toBeLessThan(0.99);
  });

  it('is not without end where a handful is all right', () => {
    const scores = round(6, 2).map((kind) => Float64Array.of(kind === 0 ? 1 : -1, kind === 0 ? -1 : 1));
    expect(sharpnessOf(scores, round(6, 2))).toBeLessThan(10);
  });
});

it('as many of each kind teach, where there are more than are needed', () => {
  const kinds = [...Array.from({ length: 3000 }, () => 0), ...Array.from({ length: 40 }, () => 1)];
  const teachers = teachersOf(kinds, 1);
  expect(teachers).toHaveLength(2000);
  expect(new Set(teachers).size).toBe(2000);
  expect(teachers.filter((i) => kinds[i] === 1)).toHaveLength(40);
});
