/** A known cause of variation: a number for each thing, with an order, or the number of a kind, without one. */
export interface Factor {
  readonly name: string;
  readonly kind: 'number' | 'category';
  readonly values: ArrayLike<number>;
}

/** Codes `[n, size]`, and what is known of the same n things. */
export interface CodesAndFactors {
  readonly codes: ArrayLike<number>;
  readonly size: number;
  readonly factors: readonly Factor[];
}

/** A figure for each code (rows) and factor (columns), `[size, factors]`. */
export type Relations = readonly Float64Array[];

const BINS = 20;

/** Which of so many bins of one width each value is in, from 0. */
export function discretise(values: ArrayLike<number>, bins = BINS): Uint32Array {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) [low, high] = [Math.min(low, values[i]), Math.max(high, values[i])];
  const width = (high - low) / bins || 1;
  return Uint32Array.from({ length: values.length }, (_, i) =>
    Math.min(bins - 1, Math.floor((values[i] - low) / width)),
  );
}

/** Values as numbers of their kinds, from 0. */
interface Indexed {
  readonly of: Uint32Array;
  readonly kinds: number;
}

function indexed(values: ArrayLike<number>): Indexed {
  const numbers = new Map<number, number>();
  const of = Uint32Array.from({ length: values.length }, (_, i) => {
    const known = numbers.get(values[i]) ?? numbers.size;
    numbers.set(values[i], known);
    return known;
  });
  return { of, kinds: numbers.size };
}

function informationBetween(a: Indexed, b: Indexed): number {
  const n = a.of.length;
  const both = new Float64Array(a.kinds * b.kinds);
  const [left, right] = [new Float64Array(a.kinds), new Float64Array(b.kinds)];
  for (let i = 0; i < n; i++) {
    both[a.of[i] * b.kinds + b.of[i]]++;
    left[a.of[i]]++;
    right[b.of[i]]++;
  }
  let sum = 0;
  both.forEach((count, at) => {
    if (count === 0) return;
    const expected = left[Math.floor(at / b.kinds)] * right[at % b.kinds];
    sum += (count / n) * Math.log((count * n) / expected);
  });
  return Math.max(0, sum);
}

/** How much one says of the other, nats, from how often their values go together. */
export const mutualInformation = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  informationBetween(indexed(a), indexed(b));

const codeOf = ({ codes, size }: CodesAndFactors, k: number): Float64Array =>
  Float64Array.from({ length: codes.length / size }, (_, i) => codes[i * size + k]);

/** The gap between the code that says most of each factor and the next, by these figures. */
const gapsOf = (relations: Relations): number[] =>
  Array.from(relations[0], (_, f) => {
    const [first = 0, second = 0] = relations.map((row) => row[f]).sort((a, b) => b - a);
    return first - second;
  });

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/**
 * The mutual information gap (Chen et al. 2018, arXiv 1802.04942): how much more one code says of a factor than any
 * other, as a part of all there is to say; from histograms of twenty bins. In [0, 1].
 */
export function mutualInformationGap(data: CodesAndFactors): { score: number; each: number[] } {
  const kinds = kindsOf(data, BINS);
  const relations = Array.from({ length: data.size }, (_, k) => {
    const code = indexed(discretise(codeOf(data, k)));
    return Float64Array.from(kinds, (values) => informationBetween(code, values));
  });
  const entropies = kinds.map((values) => informationBetween(values, values));
  const each = gapsOf(relations).map((gap, f) => (entropies[f] > 0 ? gap / entropies[f] : 0));
  return { score: mean(each), each };
}

const kindsOf = ({ factors }: CodesAndFactors, bins: number): Indexed[] =>
  factors.map(({ kind, values }) => indexed(kind === 'category' ? values : discretise(values, bins)));

/** The code that says most of a factor, counted from 0, and parts of all there is to say, in [0, 1]. */
export interface Strongest {
  readonly code: number;
  readonly share: number;
  /** How much more than the next. */
  readonly gap: number;
}

/** Things in a cell of the table of a code and a factor, on average, below which chance alone speaks. */
const THINGS_IN_A_CELL = 5;

/**
 * Of each factor the code that says most, by mutual information less what chance alone would seem to say, to first
 * order: (a − 1)(b − 1)/2n for a and b kinds (Miller 1955, "Note on the bias of information estimates"). There are
 * fewer bins than the gap's twenty where things are few.
 */
export function strongestCodes(data: CodesAndFactors): Strongest[] {
  const n = data.codes.length / data.size;
  const bins = Math.max(2, Math.min(BINS, Math.floor(Math.sqrt(n / THINGS_IN_A_CELL))));
  const codes = Array.from({ length: data.size }, (_, k) => indexed(discretise(codeOf(data, k), bins)));
  return kindsOf(data, bins).map((factor) => {
    const entropy = informationBetween(factor, factor);
    const says = codes.map((code) => {
      const chance = ((code.kinds - 1) * (factor.kinds - 1)) / (2 * n);
      return entropy > 0 ? Math.max(0, informationBetween(code, factor) - chance) / entropy : 0;
    });
    const [share = 0, next = 0] = [...says].sort((a, b) => b - a);
    return { code: Math.max(0, says.indexOf(share)), share, gap: share - next };
  });
}

/**
 * Separated attribute predictability (Kumar et al. 2018, arXiv 1711.00848): how much better one code alone foretells
 * a factor than any other. A number by the squared correlation, as in the paper; a kind by the correlation ratio
 * (the part of a code's variance that is between kinds), where the paper counts hits. In [0, 1].
 */
export function separatedAttributePredictability(data: CodesAndFactors): { score: number; each: number[] } {
  const relations = Array.from({ length: data.size }, (_, k) => {
    const code = codeOf(data, k);
    return Float64Array.from(data.factors, ({ kind, values }) =>
      kind === 'number' ? squaredCorrelation(code, values) : correlationRatio(code, values),
    );
  });
  const each = gapsOf(relations);
  return { score: mean(each), each };
}

export function squaredCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [standardised(a), standardised(b)];
  return (x.reduce((sum, value, i) => sum + value * y[i], 0) / x.length) ** 2;
}

/** The part of the variance of numbers that lies between kinds, in [0, 1]. */
export function correlationRatio(values: ArrayLike<number>, kinds: ArrayLike<number>): number {
  const x = standardised(values);
  const groups = new Map<number, { sum: number; count: number }>();
  x.forEach((value, i) => {
    const group = groups.get(kinds[i]) ?? { sum: 0, count: 0 };
    groups.set(kinds[i], { sum: group.sum + value, count: group.count + 1 });
  });
  return [...groups.values()].reduce((total, { sum, count }) => total + sum ** 2 / count, 0) / x.length;
}

/** Zero mean and unit variance; all 0 where values are the same. */
function standardised(values: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(values);
  const centre = x.reduce((a, b) => a + b, 0) / x.length;
  const spread = Math.sqrt(x.reduce((sum, value) => sum + (value - centre) ** 2, 0) / x.length);
  return x.map((value) => (spread > 1e-12 ? (value - centre) / spread : 0));
}

/** How strong the regression's penalty is, for codes and factors of unit variance. */
const PENALTY = 0.02;
const MOST_SWEEPS = 1000;

/**
 * L1-penalised regression by coordinate descent: the weights that minimise ½·mean((y − Xw)²) + penalty·Σ|w|.
 * @param columns each of zero mean
 */
export function lasso(columns: readonly Float64Array[], target: Float64Array, penalty: number): Float64Array {
  const n = target.length;
  const weights = new Float64Array(columns.length);
  const squares = columns.map((column) => column.reduce((sum, x) => sum + x * x, 0) / n);
  const left = Float64Array.from(target);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let moved = 0;
    columns.forEach((column, k) => {
      if (squares[k] === 0) return;
      const before = weights[k];
      const pull = column.reduce((sum, x, i) => sum + x * left[i], 0) / n + squares[k] * before;
      weights[k] = (Math.sign(pull) * Math.max(0, Math.abs(pull) - penalty)) / squares[k];
      const step = weights[k] - before;
      if (step === 0) return;
      column.forEach((x, i) => (left[i] -= step * x));
      moved = Math.max(moved, Math.abs(step));
    });
    if (moved < 1e-9) break;
  }
  return weights;
}

export interface Dci {
  /** Whether each code is about one factor only, in [0, 1]. */
  readonly disentanglement: number;
  /** Whether each factor is told by one code only, in [0, 1]. */
  readonly completeness: number;
  /** How much of the factors' variance all codes together foretell, in [0, 1]. */
  readonly informativeness: number;
}

/**
 * Disentanglement, completeness and informativeness (Eastwood & Williams 2018, OpenReview By-7dz-AZ), by the lasso as
 * in the paper: what is important for a factor is the size of its weights; of a kind, the sum over its kinds.
 */
export function disentanglementCompletenessInformativeness(data: CodesAndFactors): Dci {
  const columns = Array.from({ length: data.size }, (_, k) => standardised(codeOf(data, k)));
  const importance = columns.map(() => new Float64Array(data.factors.length));
  const foretold = data.factors.map(({ kind, values }, f) => {
    const list = Array.from(values);
    const targets = kind === 'number' ? [list] : [...new Set(list)].map((own) => list.map((value) => (value === own ? 1 : 0))); // prettier-ignore
    return mean(
      targets.map((target) => {
        const y = standardised(target);
        const weights = lasso(columns, y, PENALTY);
        weights.forEach((weight, k) => (importance[k][f] += Math.abs(weight) / targets.length));
        const left = y.map((value, i) => value - weights.reduce((sum, w, k) => sum + w * columns[k][i], 0));
        return Math.max(0, 1 - left.reduce((sum, value) => sum + value * value, 0) / y.length);
      }),
    );
  });
  return { ...scoresOfImportance(importance), informativeness: mean(foretold) };
}

/** D and C of a matrix of importances. */
export function scoresOfImportance(importance: Relations): Omit<Dci, 'informativeness'> {
  const columns = Array.from(importance[0], (_, f) => Float64Array.from(importance, (row) => row[f]));
  return { disentanglement: weighted(importance), completeness: weighted(columns) };
}

/** One minus the entropy of each row, by its share of everything. */
function weighted(rows: Relations): number {
  const sums = rows.map((row) => row.reduce((a, b) => a + b, 0));
  const total = sums.reduce((a, b) => a + b, 0);
  if (total === 0) return 0;
  return rows.reduce((score, row, i) => {
    if (sums[i] === 0) return score;
    const entropy = row.reduce((sum, value) => (value > 0 ? sum - (value / sums[i]) * Math.log(value / sums[i]) : sum), 0); // prettier-ignore
    return score + (sums[i] / total) * (1 - (row.length > 1 ? entropy / Math.log(row.length) : 0));
  }, 0);
}
