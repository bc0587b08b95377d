import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import {
  areaUnderCurve,
  learnAttribute,
  score,
  type LearningMethod,
  type LabelledLatents,
} from '../../../src/engine/latent/attribute.ts';

const SIZE = 6;
/** The direction that the attribute really has. */
const TRUE = [0.8, -0.6, 0, 0.5, 0, 0];
/** Noise of very different widths, and the widest correlated with the direction. */
const MIX = [
  [1.5, 0, 0, 0, 0, 0],
  [0.9, 0.4, 0, 0, 0, 0],
  [0, 0, 2, 0, 0, 0],
  [0.3, 0, 0, 0.5, 0, 0],
  [0, 0, 1.2, 0, 0.3, 0],
  [0, 0, 0, 0, 0, 1],
];
const PLAIN = MIX.map((row, a) => row.map((_, b) => (a === b ? 1 : 0)));

function synthetic(
  count: number,
  mix: readonly (readonly number[])[],
  seed: number,
  share = 0.5,
): LabelledLatents {
  const rng = createRng(seed);
  const latents = new Float32Array(count * SIZE);
  const has = Array.from({ length: count }, (_, i) => i < count * share);
  has.forEach((yes, n) => {
    const noise = mix.map(() => rng.normal());
    mix.forEach((row, k) => {
      latents[n * SIZE + k] = 3 + (yes ? TRUE[k] : 0) + row.reduce((sum, m, i) => sum + m * noise[i], 0);
    });
  });
  return { latents, logVariances: null, size: SIZE, has };
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    ab += a[k] * b[k];
    aa += a[k] ** 2;
    bb += b[k] ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** The chance Φ(d/√2) that two normals of variance 1 whose means are d apart are in order, taken numerically. */
function chanceInOrder(d: number): number {
  let sum = 0;
  for (let x = -8; x < d / Math.SQRT2; x += 1e-3)
    sum += (Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI)) * 1e-3;
  return sum;
}

const METHODS: LearningMethod[] = ['mean', 'logistic'];

describe.each(METHODS)('an attribute learned by %s', (method) => {
  it.each([
    ['plain', PLAIN],
    ['correlated', MIX],
  ] as const)('points where the attribute does, in %s noise', (_, mix) => {
    const vector = learnAttribute(synthetic(3000, mix, 1), method, 1);
    expect(cosine(vector.direction, TRUE)).toBeGreaterThan(0.98);
  });

  it.each([
    ['plain', PLAIN],
    ['correlated', MIX],
  ] as const)('added once raises the score by exactly one standard deviation, in %s noise', (_, mix) => {
    const data = synthetic(400, mix, 2);
    const vector = learnAttribute(data, method, 1);
    const scores = data.has.map((_, n) => score(vector, data.latents, n));
    const mean = scores.reduce((a, b) => a + b) / scores.length;
    const deviation = Math.sqrt(scores.reduce((sum, s) => sum + (s - mean) ** 2, 0) / scores.length);
    expect(mean).toBeCloseTo(0, 4);
    expect(deviation).toBeCloseTo(1, 3);
    const moved = data.latents.map((v, i) => v + vector.direction[i % SIZE]);
    scores.forEach((before, n) => expect(score(vector, moved, n) - before).toBeCloseTo(1, 4));
  });

  it('is told apart in pictures not learned from as well as the noise allows', () => {
    const plain = Math.hypot(...TRUE);
    const measured = learnAttribute(synthetic(2000, PLAIN, 3), method, 1).heldOutAuc;
    expect(Math.abs(measured - chanceInOrder(plain))).toBeLessThan(0.03);
  });

  it('is found where few have it', () => {
    const vector = learnAttribute(synthetic(4000, MIX, 4, 0.05), method, 1);
    expect(cosine(vector.direction, TRUE)).toBeGreaterThan(0.9);
    expect(vector.heldOutAuc).toBeGreaterThan(0.6);
  });

  it('is a finite one, learned from two and two in more dimensions than pictures', () => {
    const vector = learnAttribute(synthetic(4, PLAIN, 5), method, 1);
    for (const value of [...vector.direction, ...vector.weights, vector.bias])
      expect(value).toSatisfy(Number.isFinite);
  });

  it('that nothing tells is told by chance only', () => {
    const data = synthetic(1000, MIX, 6);
    const rng = createRng(7);
    const guessed = learnAttribute(
      { ...data, has: data.has.map(() => rng.uniform() < 0.5) },
      method,
      1,
    ).heldOutAuc;
    expect(Math.abs(guessed - 0.5)).toBeLessThan(0.07);
  });

  it('that sides can be told apart by without fail has no endless direction', () => {
    const data = synthetic(200, PLAIN, 8);
    const apart = data.latents.map((v, i) =>
      i % SIZE === 2 ? (data.has[Math.floor(i / SIZE)] ? 10 : -10) : v,
    );
    const vector = learnAttribute({ ...data, latents: apart }, method, 1);
    expect(vector.heldOutAuc).toBe(1);
    expect(Math.abs(vector.direction[2] - 10)).toBeLessThan(0.5);
  });

  it('is the same when it is learned again', () => {
    const data = synthetic(100, MIX, 9);
    expect(learnAttribute(data, method, 3)).toEqual(learnAttribute(data, method, 3));
  });

  it.each([0, 1])('is refused with %i pictures on a side', (few) => {
    const data = synthetic(10, PLAIN, 10);
    for (const turned of [true, false]) {
      const has = data.has.map((_, n) => n < few === turned);
      expect(() => learnAttribute({ ...data, has }, method, 1)).toThrow(RangeError);
    }
  });
});

describe('the two methods', () => {
  it('differ where the noise is correlated: the regression tells apart better, along the same direction', () => {
    const data = synthetic(3000, MIX, 11);
    const [mean, logistic] = METHODS.map((method) => learnAttribute(data, method, 1));
    expect(logistic.heldOutAuc).toBeGreaterThan(mean.heldOutAuc + 0.05);
    expect(cosine(mean.direction, logistic.direction)).toBeGreaterThan(0.98);
  });
});

describe('the regression', () => {
  /** Few pictures, many dimensions that say nothing: narrow in the means, wide in the posterior. */
  function drowned(count: number, seed: number) {
    const size = 60;
    const rng = createRng(seed);
    const latents = new Float32Array(count * size).map(() => 0.1 * rng.normal());
    const has = Array.from({ length: count }, (_, n) => n % 2 === 0);
    has.forEach((yes, n) => (latents[n * size] = rng.normal() + (yes ? 1.2 : -1.2)));
    const logVariances = latents.map((_, i) => (i % size === 0 ? -4 : 0));
    return { latents, logVariances, size, has };
  }

  it('is not drowned by dimensions in which the posterior says nothing', () => {
    const data = drowned(120, 12);
    const known = learnAttribute(data, 'logistic', 1);
    const unaware = learnAttribute({ ...data, logVariances: null }, 'logistic', 1);
    const best = areaUnderCurve(data.has.map((has, n) => ({ has, score: data.latents[n * data.size] })));
    expect(known.heldOutAuc).toBeGreaterThan(best - 0.03);
    expect(known.heldOutAuc).toBeGreaterThan(unaware.heldOutAuc + 0.02);
  });

  it('learns from undecided pictures too, which have no part in the score', () => {
    const data = synthetic(600, PLAIN, 13);
    const amounts = data.has.map((_, n) => {
      const along = TRUE.reduce((sum, t, k) => sum + t * (data.latents[n * SIZE + k] - 3), 0);
      return along;
    });
    const sorted = [...amounts].sort((a, b) => a - b);
    const [low, high] = [sorted[30], sorted[570]];
    const has = amounts.map((a) => (a <= low ? false : a >= high ? true : null));
    const graded = amounts.map((a) => (a - low) / (high - low));
    const without = learnAttribute({ ...data, has }, 'logistic', 1);
    const withThem = learnAttribute({ ...data, has, amounts: graded }, 'logistic', 1);
    expect(withThem.heldOutAuc).toBeGreaterThan(0.99);
    expect(cosine(withThem.weights, TRUE)).toBeGreaterThan(cosine(without.weights, TRUE));
    expect(cosine(withThem.weights, TRUE)).toBeGreaterThan(0.995);
  });

  it.each(METHODS)('and the mean count pictures by their shares (%s)', (method) => {
    const data = synthetic(300, PLAIN, 14);
    const twice = data.has.map((_, n) => n % 3 === 0);
    const rows = data.has.flatMap((_, n) => (twice[n] ? [n, n] : [n]));
    const latents = Float32Array.from(
      rows.flatMap((n) => [...data.latents.subarray(n * SIZE, (n + 1) * SIZE)]),
    );
    const repeated = learnAttribute({ ...data, latents, has: rows.map((n) => data.has[n]) }, method, 1);
    const shared = learnAttribute({ ...data, shares: twice.map((two) => (two ? 2 : 1)) }, method, 1);
    expect(cosine(repeated.direction, shared.direction)).toBeGreaterThan(0.99);
  });
});

describe('the area under the curve', () => {
  const scored = fc.record({
    has: fc.boolean(),
    score: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.double({ min: 0, max: 4, noNaN: true })),
  });

  it('is the share of pairs that are in order, ties counted half', () => {
    fc.assert(
      fc.property(fc.array(scored, { minLength: 2, maxLength: 40 }), (items) => {
        const [yes, no] = [items.filter(({ has }) => has), items.filter(({ has }) => !has)];
        fc.pre(yes.length > 0 && no.length > 0);
        let inOrder = 0;
        for (const a of yes)
          for (const b of no) inOrder += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0;
        expect(areaUnderCurve(items)).toBeCloseTo(inOrder / (yes.length * no.length), 10);
      }),
    );
  });

  it('is 1 for a perfect order, 0 for its reverse, ½ where all are equal', () => {
    const items = (sign: number) => [3, 4, 1, 2].map((s, i) => ({ has: i < 2, score: sign * s }));
    expect(areaUnderCurve(items(1))).toBe(1);
    expect(areaUnderCurve(items(-1))).toBe(0);
    expect(areaUnderCurve(items(0))).toBe(0.5);
  });
});
