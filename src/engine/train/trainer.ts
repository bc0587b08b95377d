import * as tf from '@tensorflow/tfjs-core';
import { restoreVariable, snapshotVariable } from './adam.ts';
import type { Optimiser, State, StepOutput, TrainingTask } from './task.ts';

/** The figures of one step. */
export interface StepFigures {
  /** Counted from 1. */
  readonly step: number;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly learningRate: number;
}

/** Thrown when a step's figures are not finite; what was committed to disk is untouched. */
export class NotFiniteError extends Error {
  override readonly name = 'NotFiniteError';
  constructor(readonly figures: StepFigures) {
    super(`Step ${figures.step} is not finite.`);
  }
}

/** The average follows the weights every so many steps: each time costs a pass over all weights. */
const AVERAGE_EVERY = 8;

/**
 * Takes steps. It knows neither the model nor the objective, nor where anything is kept: it has a task, an
 * optimiser and the moving average of the weights (Polyak & Juditsky 1992), and can be asked for its state.
 */
export class Trainer {
  #step = 0;
  readonly #trainable: ReadonlyMap<string, tf.Variable>;
  /** Empty where no average is kept. */
  readonly #average = new Map<string, tf.Variable>();

  constructor(
    private readonly task: TrainingTask,
    private readonly optimiser: Optimiser,
    private readonly averageDecay: number,
  ) {
    this.#trainable = trainableVariables(task);
    if (averageDecay > 0) {
      for (const [name, v] of this.#trainable)
        this.#average.set(
          name,
          tf.tidy(() => tf.variable(tf.clone(v), false)),
        );
    }
  }

  /** Steps taken so far. */
  get step(): number {
    return this.#step;
  }

  /**
   * Takes one step. Throws a {@link NotFiniteError} if its loss is not a finite number; the weights are then
   * lost, and a run goes on from its last checkpoint only.
   * @param progress how far the run has come, in [0, 1]
   */
  advance(progress: number): StepFigures {
    const step = this.#step + 1;
    const learningRate = this.task.learningRate(progress);
    const inputs = this.task.inputs(step, progress);
    try {
      const { gradients, output } = this.#differentiate(inputs);
      try {
        const figures = { step, learningRate, ...readFigures(output) };
        if (!Number.isFinite(figures.loss)) throw new NotFiniteError(figures);
        this.optimiser.apply(gradients, step, learningRate);
        for (const [name, value] of Object.entries(output.updates))
          this.task.variables.get(name)?.assign(value);
        this.#step = step;
        if (step % AVERAGE_EVERY === 0) this.#followAverage(step);
        return figures;
      } finally {
        // A variable that took over an update keeps its data; the handles may go.
        tf.dispose([output.loss, output.terms, output.updates, gradients]);
      }
    } finally {
      tf.dispose(inputs);
    }
  }

  /** What the model is to be used with: the averaged weights where an average is kept, and the statistics. */
  inferenceWeights(): State {
    const state: State = new Map();
    for (const [name, variable] of this.task.variables) {
      state.set(name, snapshotVariable(this.#average.get(name) ?? variable));
    }
    return state;
  }

  /** The weights to look at the model with, as live tensors by name; valid until the next step. */
  liveInferenceWeights(): ReadonlyMap<string, tf.Tensor> {
    return new Map([...this.task.variables].map(([name, v]) => [name, this.#average.get(name) ?? v]));
  }

  /** All that the next step depends on, beside what {@link inferenceWeights} gives. */
  trainingState(): State {
    const state: State = new Map(
      [...this.optimiser.state()].map(([name, slot]) => [`optimiser/${name}`, slot]),
    );
    for (const name of this.#average.keys()) {
      state.set(`weights/${name}`, snapshotVariable(this.task.variables.get(name) as tf.Variable));
    }
    return state;
  }

  /** Goes back to what was saved. Throws a RangeError where names or shapes do not fit this model. */
  restore(step: number, inference: State, training: State): void {
    for (const [name, variable] of this.task.variables) {
      const average = this.#average.get(name);
      restoreVariable(average ?? variable, name, inference);
      if (average !== undefined) restoreVariable(variable, `weights/${name}`, training);
    }
    const slots: State = new Map();
    for (const [name, slot] of training) {
      if (name.startsWith('optimiser/')) slots.set(name.slice('optimiser/'.length), slot);
    }
    this.optimiser.restore(slots);
    this.#step = step;
  }

  dispose(): void {
    this.optimiser.dispose();
    tf.dispose([...this.#average.values()]);
    tf.dispose([...this.task.variables.values()]);
  }

  #differentiate(inputs: tf.NamedTensorMap): { gradients: tf.NamedTensorMap; output: StepOutput } {
    const captured: StepOutput[] = [];
    try {
      return tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => {
          const output = this.task.step(inputs);
          captured.push(output);
          for (const kept of [...Object.values(output.terms), ...Object.values(output.updates)])
            tf.keep(kept);
          return output.loss;
        }, [...this.#trainable.values()]);
        const byVariable = new Map([...this.#trainable].map(([name, v]) => [v.name, name]));
        const gradients: tf.NamedTensorMap = {};
        for (const [variableName, gradient] of Object.entries(grads)) {
          gradients[byVariable.get(variableName) as string] = tf.keep(gradient);
        }
        const { terms, updates } = captured[0];
        return { gradients, output: { loss: tf.keep(value), terms, updates } };
      });
    } catch (error) {
      tf.dispose(captured.map(({ terms, updates }) => [terms, updates]));
      // What tfjs saved for the gradient is let go only when the gradient is done, which now never happens.
      for (const { saved } of tf.engine().state.activeTape ?? []) tf.dispose(saved ?? []);
      throw error;
    }
  }

  #followAverage(step: number): void {
    // Early on the average would remember the random start: it looks back over no more than it has seen.
    const decay = Math.min(this.averageDecay, (1 + step) / (10 + step)) ** AVERAGE_EVERY;
    for (const [name, average] of this.#average) {
      tf.tidy(() => {
        const now = this.#trainable.get(name) as tf.Variable;
        average.assign(tf.add(average, tf.mul(tf.sub(now, average), 1 - decay)));
      });
    }
  }
}

/** A task's learned variables by name. */
export const trainableVariables = (task: TrainingTask): ReadonlyMap<string, tf.Variable> =>
  new Map(task.trainable.map((name) => [name, task.variables.get(name) as tf.Variable]));

/** One read-back for all figures of a step. */
function readFigures(output: StepOutput): { loss: number; terms: Record<string, number> } {
  const names = Object.keys(output.terms);
  const values = tf.tidy(() =>
    tf.stack([output.loss, ...names.map((name) => output.terms[name])]).dataSync(),
  );
  return { loss: values[0], terms: Object.fromEntries(names.map((name, i) => [name, values[i + 1]])) };
}
