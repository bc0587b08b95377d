import * as tf from '@tensorflow/tfjs-core';
import type { Inputs } from './program.ts';
import type { StepOutput, TrainingTask } from './task.ts';

/** What a step yields before anything is changed. All of it is to be disposed of. */
export interface Differentiated {
  /** The loss, then the terms in the order of `terms`. */
  readonly figures: tf.Tensor1D;
  readonly terms: readonly string[];
  /** By the task's names of the variables. */
  readonly gradients: tf.NamedTensorMap;
  readonly updates: Readonly<Record<string, tf.Tensor>>;
}

/** Runs a task's step and differentiates its loss by the trainable variables. Leaves nothing behind if it fails. */
export function differentiate(
  task: TrainingTask,
  trainable: ReadonlyMap<string, tf.Variable>,
  inputs: Inputs,
): Differentiated {
  const kept: tf.Tensor[] = [];
  try {
    return tf.tidy(() => {
      let output: StepOutput | null = null;
      // Not in the forward pass: what is made there is gone when a gradient asks for it.
      const tensors = task.upload(inputs);
      const { grads } = tf.variableGrads(() => {
        output = task.step(tensors);
        // What the forward pass made goes with it, unless it is kept.
        kept.push(tf.stack([output.loss, ...Object.values(output.terms)]), ...Object.values(output.updates));
        kept.forEach((tensor) => tf.keep(tensor));
        return output.loss;
      }, [...trainable.values()]);
      const byVariable = new Map([...trainable].map(([name, v]) => [v.name, name]));
      const gradients: tf.NamedTensorMap = {};
      for (const [variableName, gradient] of Object.entries(grads)) {
        gradients[byVariable.get(variableName) as string] = tf.keep(gradient);
      }
      const { terms, updates } = output as unknown as StepOutput;
      return { figures: kept[0] as tf.Tensor1D, terms: Object.keys(terms), gradients, updates };
    });
  } catch (error) {
    tf.dispose(kept);
    // What tfjs saved for the gradient is let go only when the gradient is done, which now never happens.
    for (const { saved } of tf.engine().state.activeTape ?? []) tf.dispose(saved ?? []);
    throw error;
  }
}
