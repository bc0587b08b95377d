import type { WeightSpec } from './weights.ts';

/**
 * Random numbers that a part wants anew at each step. It declares them and is handed them, so that a step
 * draws nothing itself and can be repeated.
 */
export interface NoiseSpec {
  /** Unique within a model, as a weight's name is. */
  readonly name: string;
  /** Standard normal, or even in [0, 1). */
  readonly distribution: 'normal' | 'uniform';
  /** Drawn for each of n pictures, or for each of their k·n posterior samples, sample-major. */
  readonly per: 'picture' | 'sample';
  /** The shape for one of them: `[n, …shape]` is what a step gets. */
  readonly shape: readonly number[];
}

/** What a part needs of its own, where it needs anything. */
export interface Needs {
  readonly weights?: readonly WeightSpec[];
  readonly noise?: readonly NoiseSpec[];
}
