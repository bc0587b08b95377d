import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/core/rng.ts';
import {
  correlationRatio,
  disentanglementCompletenessInformativeness,
  discretise,
  type Factor,
  lasso,
  mutualInformation,
  mutualInformationGap,
  scoresOfImportance,
  separatedAttributePredictability,
  squaredCorrelation,
  strongestCodes,
} from '../../src/core/disentanglement.ts';

/**
 * Four codes of three factors, made so that any language makes the same numbers. The reference values were computed
 * from them with numpy and scikit-learn 1.9.1, after the definitions: numpy.histogram's bins and mutual_info_score
 * (as disentanglement_lib does), numpy.corrcoef, scipy.stats.entropy, Lasso(alpha=0.02) on standardised columns.
 */
const N = 240;
const noise = (i: number, k: number): number => ((i * 7919 + k * 104729) % 1000) / 1000 - 0.5;
const FACTORS = [
  (i: number) => i % 3,
  (i: number) => Math.floor(i / 3) % 4,
  (i: number) => Math.floor(i / 12) % 5,
];
const codes = Float64Array.from({ length: 4 * N }, (_, at) => {
  const i = Math.floor(at / 4);
  const [a, b, c] = FACTORS.map((factor) => factor(i));
  return [a + 0.4 * noise(i, 1), b + 0.6 * c + 0.8 * noise(i, 2), c + 0.2 * noise(i, 3), noise(i, 4)][at % 4];
});
const factors = (kind: Factor['kind']): Factor[] =>
  FACTORS.map((factor, f) => ({
    name: `f${f}`,
    kind,
    values: Array.from({ length: N }, (_, i) => factor(i)),
  }));
const data = { codes, size: 4, factors: factors('category') };
const column = (k: number): Float64Array => codes.filter((_, i) => i % 4 === k);

describe('the strongest code', () => {
  it('is the one that a factor was made into; it says nearly all of it', () => {
    const found = strongestCodes(data);
    expect(found.map(({ code }) => code)).toEqual([0, 1, 2]);
    expect(found[0].share).toBeGreaterThan(0.9);
    for (const { share, gap } of found) expect(gap).toBeLessThanOrEqual(share);
  });

  it('says nothing of what it has nothing to do with, however few the things are', () => {
    for (const n of [40, 60, 200, 2000]) {
      const rng = createRng(n);
      const codes = Float64Array.from({ length: 4 * n }, () => rng.uniform());
      const values = Float64Array.from({ length: n }, () => rng.uniform());
      const [{ share }] = strongestCodes({
        codes,
        size: 4,
        factors: [{ name: 'x', kind: 'number', values }],
      });
      expect(share).toBeLessThan(0.12);
    }
  });
});

describe('the mutual information gap', () => {
  it('is what the reference says of fixed codes', () => {
    const { score, each } = mutualInformationGap(data);
    [0.9812402193461347, 0.24149272673956448, 0.569253845237654].forEach((value, f) =>
      expect(each[f]).toBeCloseTo(value, 10),
    );
    expect(score).toBeCloseTo(0.5973289304411177, 10);
    expect(mutualInformation(discretise(column(1)), data.factors[2].values)).toBeCloseTo(
      0.6932591921097262,
      10,
    );
  });

  it('is 1 where each factor has a code of its own, 0 where it has two', () => {
    const own = Float64Array.from({ length: 3 * N }, (_, at) => FACTORS[at % 3](Math.floor(at / 3)));
    expect(mutualInformationGap({ codes: own, size: 3, factors: data.factors }).score).toBeCloseTo(1, 10);
    const twice = Float64Array.from({ length: 2 * N }, (_, at) => FACTORS[0](at >> 1));
    expect(mutualInformationGap({ codes: twice, size: 2, factors: [data.factors[0]] }).score).toBeCloseTo(
      0,
      10,
    );
  });

  it('does not depend on the order, the signs or the units of codes', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
        fc.double({ min: 0.1, max: 9, noNaN: true }),
        (order, unit) => {
          const moved = codes.map((_, at) => 3 + unit * codes[at - (at % 4) + order[at % 4]]);
          const same = { ...data, codes: moved };
          expect(separatedAttributePredictability(same).score).toBeCloseTo(
            separatedAttributePredictability(data).score,
            8,
          );
          expect(Math.abs(mutualInformationGap(same).score - mutualInformationGap(data).score)).toBeLessThan(
            0.02,
          );
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('separated attribute predictability', () => {
  it('is what the reference says of fixed codes, by squared correlations', () => {
    const { score } = separatedAttributePredictability({ ...data, factors: factors('number') });
    expect(score).toBeCloseTo(0.7379871007773645, 10);
    expect(squaredCorrelation(column(1), data.factors[2].values)).toBeCloseTo(0.367893884737172, 10);
  });

  it('of two kinds, both ways to measure are one', () => {
    const bits = fc.array(fc.tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.nat(1)), {
      minLength: 3,
      maxLength: 30,
    });
    fc.assert(
      fc.property(bits, (rows) => {
        const [values, kinds] = [rows.map(([value]) => value), rows.map(([, kind]) => kind)];
        expect(correlationRatio(values, kinds)).toBeCloseTo(squaredCorrelation(values, kinds), 8);
      }),
    );
  });
});

describe('disentanglement, completeness and informativeness', () => {
  it('of a matrix of importances are what the reference says', () => {
    const importance = [[0.9, 0.1, 0], [0.2, 0.5, 0.3], [0.05, 0.05, 0.9], [0.1, 0.1, 0.1]].map((row) => Float64Array.from(row)); // prettier-ignore
    const { disentanglement, completeness } = scoresOfImportance(importance);
    expect(disentanglement).toBeCloseTo(0.4266272462262837, 8);
    expect(completeness).toBeCloseTo(0.3782966639751614, 8);
  });

  it('come from the same weights as the reference’s lasso', () => {
    const standard = (x: Float64Array): Float64Array => {
      const centre = x.reduce((a, b) => a + b) / N;
      const spread = Math.sqrt(x.reduce((sum, value) => sum + (value - centre) ** 2, 0) / N);
      return x.map((value) => (value - centre) / spread);
    };
    const weights = lasso([0, 1, 2, 3].map((k) => standard(column(k))), standard(Float64Array.from(data.factors[1].values)), 0.02); // prettier-ignore
    [0, 1.2009879785540534, -0.7053730484466966, 0.07000538410047621].forEach((value, k) =>
      expect(weights[k]).toBeCloseTo(value, 6),
    );
  });

  it('are high of codes that are the factors, and low of codes that are all of them', () => {
    const own = Float64Array.from({ length: 3 * N }, (_, at) => FACTORS[at % 3](Math.floor(at / 3)));
    const clear = disentanglementCompletenessInformativeness({
      codes: own,
      size: 3,
      factors: factors('number'),
    });
    for (const figure of Object.values(clear)) expect(figure).toBeGreaterThan(0.99);
    const mixed = Float64Array.from({ length: 3 * N }, (_, at) => {
      const [a, b, c] = FACTORS.map((factor) => factor(Math.floor(at / 3)));
      return [a + b + c, a - b + c, a + b - c][at % 3];
    });
    const muddled = disentanglementCompletenessInformativeness({
      codes: mixed,
      size: 3,
      factors: factors('number'),
    });
    expect(muddled.disentanglement).toBeLessThan(0.5);
    expect(muddled.informativeness).toBeGreaterThan(0.99);
  });
});
