import type * as tf from '@tensorflow/tfjs-core';
import type { Inputs } from './program.ts';

/** What a training step yields: all scalars, losses in nats per picture. */
export interface StepOutput {
  /** What is minimised. */
  readonly loss: tf.Scalar;
  /** Its parts, for people. */
  readonly terms: Readonly<Record<string, tf.Scalar>>;
  /** New values of untrained variables (running statistics), by variable name. */
  readonly updates: Readonly<Record<string, tf.Tensor>>;
}

/**
 * All that the trainer knows of what it trains. `step` is a pure function of the inputs and the variables:
 * it reads nothing back and draws nothing at random. `inputs` is a pure function of the step number and the
 * progress, so that step 812 is the same step whoever runs it, and whenever.
 */
export interface TrainingTask {
  /** Every variable of the model, by name, in a fixed order. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  /** The names of those that are learned by gradient. */
  readonly trainable: readonly string[];
  inputs(step: number, progress: number): Inputs;
  /** Inputs as tensors; further ones, which it does not know, alike. */
  upload(inputs: Inputs): tf.NamedTensorMap;
  step(inputs: tf.NamedTensorMap): StepOutput;
  learningRate(progress: number): number;
  /** Pictures a step. */
  readonly batch: number;
  readonly stepsPerEpoch: number;
}

/** Values of variables by name, as they are written to disk. */
export type State = Map<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;

/** Updates variables from gradients. Step and learning rate are inputs, not memory. */
export interface Optimiser {
  /** The slots that are tfjs variables; a backend may keep them elsewhere. */
  readonly variables: readonly tf.Variable[];
  /**
   * The numbers that a step needs.
   * @param step counted from 1
   */
  inputs(step: number, learningRate: number): Readonly<Record<string, number>>;
  /**
   * @param gradients one for each trainable variable, by name
   * @param inputs what {@link inputs} gave, as scalars
   */
  apply(gradients: tf.NamedTensorMap, inputs: tf.NamedTensorMap): void;
  /** The slots, by name. */
  state(): State;
  /** Restores what {@link state} gave. Throws a RangeError where names or shapes differ. */
  restore(state: State): void;
  dispose(): void;
}

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Makes an Adam for these variables: composed from tfjs, or the backend's own. */
export type CreateAdam = (variables: ReadonlyMap<string, tf.Variable>, options: AdamOptions) => Optimiser;
