import { createRng, shuffle, STREAM } from '../../core/rng.ts';
import { type Features, indexOfLargest, type Kinds, learnKinds } from './few-labels.ts';

/** What is said of a picture. */
export interface ToldKind {
  readonly kind: number;
  /** How probable that is, in [0, 1]. */
  readonly sureness: number;
}

/** Of few labelled pictures each tenth is kept aside in turn, of more than so many each fifth. */
const FEW = 200;
const [FOLDS, FOLDS_OF_MANY] = [10, 5];
/** More teach little, and take longer. */
const MOST_TEACHING = 2000;

/** Which pictures teach where there are more than are needed: as many of each kind, as far as there are. */
export function teachersOf(kinds: Kinds, seed: number): number[] {
  return inTurns(kinds, seed)
    .slice(0, MOST_TEACHING)
    .map(({ i }) => i);
}

/**
 * Cross-validation: the scores ({@link learnKinds}) of each labelled picture by what learned from others only. As many
 * of each kind are kept aside at a time, as far as there are: else what is left would speak against what was taken.
 * @returns null for the only one of its kind, which nobody else can teach
 */
export function* keepAside(
  features: Features,
  kinds: Kinds,
  seed: number,
): Generator<void, (Float64Array | null)[]> {
  const turns = inTurns(kinds, seed);
  const rounds = Math.max(...turns.map(({ round }) => round)) + 1;
  const folds = Math.min(rounds, kinds.length <= FEW ? FOLDS : FOLDS_OF_MANY);
  const shared = new Set(turns.flatMap(({ i, round }) => (round > 0 ? [kinds[i]] : [])));
  const scores: (Float64Array | null)[] = kinds.map(() => null);
  for (let fold = 0; fold < folds; fold++) {
    const [asked, teaching] = [[], []] as [number[], number[]];
    for (const { i, round } of turns)
      (round % folds === fold && shared.has(kinds[i]) ? asked : teaching).push(i);
    if (asked.length === 0) continue;
    const few = teaching.slice(0, MOST_TEACHING);
    const tell = yield* learnKinds(
      few.map((i) => features[i]),
      few.map((i) => kinds[i]),
    );
    for (const i of asked) scores[i] = tell(features[i]);
  }
  return scores;
}

/** The first of each kind in round 0, the second of each in round 1, and so on; which is the first is drawn. */
function inTurns(kinds: Kinds, seed: number): { i: number; round: number }[] {
  const drawn = shuffle(
    kinds.map((_, i) => i),
    createRng(seed, STREAM.classifier),
  );
  const seen = new Map<number, number>();
  const turns = drawn.map((i) => {
    const round = seen.get(kinds[i]) ?? 0;
    seen.set(kinds[i], round + 1);
    return { i, round };
  });
  return turns.sort((a, b) => a.round - b.round);
}

/**
 * Probabilities of kinds: each kind's own against all others, normalised over the kinds.
 * @param sharpness what they are raised to before; 1 leaves them
 */
export function chancesOf(scores: Float64Array, sharpness: number): Float64Array {
  // log σ(s), without overflow.
  const logs = scores.map((s) => sharpness * (Math.min(s, 0) - Math.log1p(Math.exp(-Math.abs(s)))));
  const most = Math.max(...logs);
  const parts = logs.map((l) => Math.exp(l - most));
  const sum = parts.reduce((a, b) => a + b, 0);
  return parts.map((p) => p / sum);
}

/** Tried ones are so far apart, in logarithms, and reach so far to both sides. */
const [STEP, REACH] = [0.05, 3];

/**
 * How much sharper, or blunter, probabilities must be to be true: the exponent under which what pictures are labelled
 * as is most probable, of pictures that were not learned from (calibration as by temperature, Guo et al. 2017, arXiv
 * 1706.04599). What learns from few pictures is held back by its penalty and says less than it knows. A log-normal
 * prior around 1 keeps a handful of pictures that are all right from making it certain.
 */
export function sharpnessOf(scores: readonly Float64Array[], kinds: Kinds): number {
  let best = { sharpness: 1, evidence: -Infinity };
  for (let log = -REACH; log <= REACH + STEP / 2; log += STEP) {
    const sharpness = Math.exp(log);
    const evidence = scores.reduce(
      (sum, own, i) => sum + Math.log(Math.max(chancesOf(own, sharpness)[kinds[i]], 1e-12)),
      -(log ** 2) / 2,
    );
    if (evidence > best.evidence) best = { sharpness, evidence };
  }
  return best.sharpness;
}

/** The most probable kind. */
export function mostProbable(scores: Float64Array, sharpness: number): ToldKind {
  const chances = chancesOf(scores, sharpness);
  const kind = indexOfLargest(chances);
  return { kind, sureness: chances[kind] };
}
