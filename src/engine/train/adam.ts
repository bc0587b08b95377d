import * as tf from '@tensorflow/tfjs-core';
import type { AdamOptions, CreateAdam, State } from './task.ts';

/**
 * The factor that undoes the slots' start at zero, √(1 − β₂ᵗ) / (1 − β₁ᵗ), with each power rounded to float32
 * as a fused kernel takes it.
 */
export function biasCorrection(step: number, { beta1, beta2 }: AdamOptions): number {
  return Math.sqrt(1 - Math.fround(beta2 ** step)) / (1 - Math.fround(beta1 ** step));
}

/** Copies values into a variable. Throws a RangeError where the state has none of this name and shape. */
export function restoreVariable(variable: tf.Variable, name: string, state: State): void {
  const saved = state.get(name);
  if (saved === undefined || saved.values.length !== variable.size) {
    throw new RangeError(`The saved state has no "${name}" of shape [${variable.shape.join(', ')}].`);
  }
  tf.tidy(() => variable.assign(tf.tensor(saved.values, variable.shape)));
}

/** A variable's values, as they are written to disk. */
export const snapshotVariable = (
  variable: tf.Variable,
): { shape: readonly number[]; values: Float32Array } => ({
  shape: variable.shape,
  values: variable.dataSync<'float32'>().slice(),
});

/** Adam (Kingma & Ba 2015, arXiv 1412.6980, the efficient form at the end of §2), composed from tfjs. */
export const createComposedAdam: CreateAdam = (variables, options) => {
  const { beta1, beta2, epsilon } = options;
  // TensorFlow's kernels compute 1 − β in float32; the same here, so that both take the same step.
  const [keep1, keep2] = [1 - Math.fround(beta1), 1 - Math.fround(beta2)];
  const zeros = (v: tf.Variable): tf.Variable => tf.tidy(() => tf.variable(tf.zerosLike(v), false));
  const slots = new Map([...variables].map(([name, v]) => [name, { m: zeros(v), v: zeros(v) }]));

  return {
    variables: [...slots.values()].flatMap(({ m, v }) => [m, v]),
    inputs: (step, learningRate) => ({ rate: learningRate * biasCorrection(step, options) }),
    apply: (gradients, { rate }) => {
      for (const [name, variable] of variables) {
        const slot = slots.get(name) as { m: tf.Variable; v: tf.Variable };
        tf.tidy(() => {
          const g = gradients[name];
          slot.m.assign(tf.add(slot.m, tf.mul(tf.sub(g, slot.m), keep1)));
          slot.v.assign(tf.add(slot.v, tf.mul(tf.sub(tf.square(g), slot.v), keep2)));
          variable.assign(tf.sub(variable, tf.div(tf.mul(slot.m, rate), tf.add(tf.sqrt(slot.v), epsilon))));
        });
      }
    },
    state: () => {
      const state: State = new Map();
      for (const [name, slot] of slots) {
        state.set(`${name}/m`, snapshotVariable(slot.m));
        state.set(`${name}/v`, snapshotVariable(slot.v));
      }
      return state;
    },
    restore: (state) => {
      for (const [name, slot] of slots) {
        restoreVariable(slot.m, `${name}/m`, state);
        restoreVariable(slot.v, `${name}/v`, state);
      }
    },
    dispose: () => {
      for (const { m, v } of slots.values()) tf.dispose([m, v]);
    },
  };
};
