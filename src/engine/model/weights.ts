import type * as tf from '@tensorflow/tfjs-core';
import { createRng, fillNormal, STREAM } from '../../core/rng.ts';

/** What a weight is before it has values. */
export interface WeightSpec {
  /** Unique within a model, by path: `encoder/conv1/kernel`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** A constant, or a normal draw with this standard deviation. */
  readonly initial: { readonly constant: number } | { readonly standardDeviation: number };
  /** False for statistics that are averaged along the way rather than learned. */
  readonly trainable: boolean;
}

/** Gives a network its weights by name, whichever set is in use: those in training, or their average. */
export interface Weights {
  get(name: string): tf.Tensor;
}

/**
 * How a network is being run. In `train` mode normalisation uses the batch's own statistics and reports the
 * running ones through `update`, and what was declared as noise is there by name; in `infer` mode running
 * statistics are used, nothing is changed, and nothing is random.
 */
export type Mode =
  | { readonly kind: 'infer' }
  | {
      readonly kind: 'train';
      update(name: string, value: tf.Tensor): void;
      /** A declared noise by its name (see noise.ts). */
      noise(name: string): tf.Tensor;
    };

/** The same mode, for a second look at a batch: running statistics are not reported again. */
export const withoutUpdates = (mode: Mode): Mode =>
  mode.kind === 'infer' ? mode : { ...mode, update: () => undefined };

export const INFER: Mode = { kind: 'infer' };

/** He et al. 2015 (arXiv 1502.01852): keeps the variance through a ReLU layer with `fanIn` inputs. */
export const heNormal = (fanIn: number): WeightSpec['initial'] => ({
  standardDeviation: Math.sqrt(2 / fanIn),
});

/** Keeps the variance through a linear layer with `fanIn` inputs, times `gain`. */
export const linearNormal = (fanIn: number, gain = 1): WeightSpec['initial'] => ({
  standardDeviation: gain * Math.sqrt(1 / fanIn),
});

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/**
 * The first values of one weight: the same for the same seed and position, whatever the other weights are.
 * @param position the weight's place in the model's list
 */
export function initialValues(spec: WeightSpec, seed: number, position: number): Float32Array {
  const values = new Float32Array(sizeOf(spec.shape));
  if ('constant' in spec.initial) return values.fill(spec.initial.constant);
  fillNormal(values, createRng(seed, STREAM.initialWeights, position));
  for (let i = 0; i < values.length; i++) values[i] *= spec.initial.standardDeviation;
  return values;
}
