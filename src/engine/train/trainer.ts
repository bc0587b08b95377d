import * as tf from '@tensorflow/tfjs-core';
import { restoreVariable, snapshotVariable } from './adam.ts';
import { differentiate } from './gradients.ts';
import {
  inputTensor,
  scalarInput,
  type Compile,
  type CompiledProgram,
  type CompileReport,
  type Inputs,
  type Program,
} from './program.ts';
import type { Optimiser, State, TrainingTask } from './task.ts';

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
  /** Null where steps are taken one operation at a time. */
  #compiled: CompiledProgram | null = null;
  /** The names of the terms, as the step gave them. */
  #terms: readonly string[] = [];

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
   * Hands the steps to come to a compiler. Where it refuses, they are taken one operation at a time, and the
   * report says why.
   * @param progress how far the run has come, in [0, 1]
   */
  compile(compile: Compile, progress: number): CompileReport {
    this.#compiled?.readVariables();
    this.#compiled?.dispose();
    const { report, compiled } = compile(this.#program(progress));
    this.#compiled = compiled;
    return report;
  }

  /**
   * Takes one step. Throws a {@link NotFiniteError} if its loss is not a finite number; the weights are then
   * lost, and a run goes on from its last checkpoint only.
   * @param progress how far the run has come, in [0, 1]
   */
  advance(progress: number): StepFigures {
    const step = this.#step + 1;
    const inputs = this.#inputs(step, progress);
    const named = (values: ArrayLike<number>): StepFigures => {
      const terms = Object.fromEntries(this.#terms.map((name, i) => [name, values[i + 1]]));
      const figures = { step, loss: values[0], terms, learningRate: this.task.learningRate(progress) };
      if (Number.isFinite(figures.loss)) return figures;
      this.#compiled?.stateWasLost();
      throw new NotFiniteError(figures);
    };
    let figures: StepFigures | null = null;
    if (this.#compiled !== null) figures = named(this.#compiled.run('step', inputs));
    else this.#takeStep(inputs, (tensor) => (figures = named(tensor.dataSync()))).dispose();
    this.#step = step;
    if (step % AVERAGE_EVERY === 0) this.#followAverage(step);
    return figures as unknown as StepFigures;
  }

  /** What the model is to be used with: the averaged weights where an average is kept, and the statistics. */
  inferenceWeights(): State {
    this.#compiled?.readVariables();
    const state: State = new Map();
    for (const [name, variable] of this.task.variables) {
      state.set(name, snapshotVariable(this.#average.get(name) ?? variable));
    }
    return state;
  }

  /** The weights to look at the model with, as live tensors by name; valid until the next step. */
  liveInferenceWeights(): ReadonlyMap<string, tf.Tensor> {
    this.#compiled?.readVariables();
    return new Map([...this.task.variables].map(([name, v]) => [name, this.#average.get(name) ?? v]));
  }

  /** All that the next step depends on, beside what {@link inferenceWeights} gives. */
  trainingState(): State {
    this.#compiled?.readVariables();
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
    // Until all of it is in place.
    this.#compiled?.stateWasLost();
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
    this.#compiled?.variablesWereSet();
    this.#step = step;
  }

  dispose(): void {
    this.#compiled?.dispose();
    this.optimiser.dispose();
    tf.dispose([...this.#average.values()]);
    tf.dispose([...this.task.variables.values()]);
  }

  #inputs(step: number, progress: number): Inputs {
    const inputs: Record<string, Inputs[string]> = { ...this.task.inputs(step, progress) };
    const numbers = this.optimiser.inputs(step, this.task.learningRate(progress));
    for (const [name, value] of Object.entries(numbers)) inputs[`optimiser/${name}`] = scalarInput(value);
    return inputs;
  }

  /**
   * A whole step; returns its figures, to be disposed of.
   * @param look at the figures before anything is changed; may throw
   */
  #takeStep(inputs: Inputs, look?: (figures: tf.Tensor1D) => void): tf.Tensor1D {
    const { figures, terms, gradients, updates } = differentiate(this.task, this.#trainable, inputs);
    this.#terms = terms;
    try {
      look?.(figures);
      tf.tidy(() => {
        const numbers: tf.NamedTensorMap = {};
        for (const [name, input] of Object.entries(inputs))
          if (name.startsWith('optimiser/')) numbers[name.slice('optimiser/'.length)] = inputTensor(input);
        this.optimiser.apply(gradients, numbers);
      });
      for (const [name, value] of Object.entries(updates)) this.task.variables.get(name)?.assign(value);
      return figures;
    } catch (error) {
      figures.dispose();
      throw error;
    } finally {
      // A variable that took over an update keeps its data; the handles may go.
      tf.dispose([updates, gradients]);
    }
  }

  #followAverage(step: number): void {
    if (this.#average.size === 0) return;
    const inputs = this.#averageInputs(step);
    if (this.#compiled === null) this.#takeAverage(inputs);
    else this.#compiled.run('average', inputs);
  }

  #averageInputs(step: number): Inputs {
    // Early on the average would remember the random start: it looks back over no more than it has seen.
    const decay = Math.min(this.averageDecay, (1 + step) / (10 + step)) ** AVERAGE_EVERY;
    return { rate: scalarInput(1 - decay) };
  }

  #takeAverage(inputs: Inputs): null {
    tf.tidy(() => {
      const rate = inputTensor(inputs['rate']);
      for (const [name, average] of this.#average) {
        const now = this.#trainable.get(name) as tf.Variable;
        average.assign(tf.add(average, tf.mul(tf.sub(now, average), rate)));
      }
    });
    return null;
  }

  #program(progress: number): Program {
    const [step, elsewhere] = [this.#step + 1, progress < 0.5 ? progress + 0.4 : progress - 0.4];
    return {
      variables: [...this.task.variables.values(), ...this.#average.values(), ...this.optimiser.variables],
      functions: {
        step: {
          run: (inputs) => this.#takeStep(inputs),
          examples: [() => this.#inputs(step + 1, elsewhere), () => this.#inputs(step, progress)],
        },
        ...(this.#average.size > 0 && {
          average: {
            run: (inputs: Inputs) => this.#takeAverage(inputs),
            examples: [() => this.#averageInputs(step + 1000), () => this.#averageInputs(step)],
          },
        }),
      },
    };
  }
}

/** A task's learned variables by name. */
export const trainableVariables = (task: TrainingTask): ReadonlyMap<string, tf.Variable> =>
  new Map(task.trainable.map((name) => [name, task.variables.get(name) as tf.Variable]));
