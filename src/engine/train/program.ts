import * as tf from '@tensorflow/tfjs-core';

/** One input of a function, as it lies in memory: numbers, or bytes. */
export interface Input {
  readonly shape: readonly number[];
  readonly values: Float32Array | Uint8Array;
}
export type Inputs = Readonly<Record<string, Input>>;

/** A number as an input. */
export const scalarInput = (value: number): Input => ({ shape: [], values: Float32Array.of(value) });

/** An input of numbers as a tensor. */
export const inputTensor = ({ shape, values }: Input): tf.Tensor => tf.tensor(values, [...shape], 'float32');

/**
 * One function of a program: pure in its inputs and the program's variables, which it may assign. It makes
 * its tensors of the inputs anew each time, reads nothing back, and draws nothing at random.
 */
export interface ProgramFunction {
  /** Returns what is to be read, or null. It is disposed of by who called. */
  run(inputs: Inputs): tf.Tensor | null;
  /** Two sets of inputs, as different as they get: what JavaScript computed of them is found by comparing. */
  readonly examples: readonly [() => Inputs, () => Inputs];
}

/** Functions over the same variables, for a backend to compile. */
export interface Program {
  /** All variables that the functions read and assign. What the backend keeps by itself it knows. */
  readonly variables: readonly tf.Variable[];
  readonly functions: Readonly<Record<string, ProgramFunction>>;
}

/** How a program was compiled, for people. */
export interface CompileReport {
  /** Operations that the program runs natively; 0 where it was not compiled. */
  readonly operations: number;
  /** Time it took, the trial included. */
  readonly seconds: number;
  /** Why the program runs operation by operation, a sentence; absent where it was compiled. */
  readonly fallback?: string;
}

/**
 * A program in native code, the variables' values with it. While it runs, the variables themselves are out of
 * date: whoever reads them asks for them first, and says so when they have been changed.
 */
export interface CompiledProgram {
  /**
   * Runs one function; each element that it returned.
   * Throws an Error where inputs do not fit or the run fails; the state is then lost, until it is set anew.
   */
  run(name: string, inputs: Inputs): Float32Array;
  /** Brings the variables up to date. Throws an Error where the state was lost. */
  readVariables(): void;
  /** The variables were set: they are the truth from here on. */
  variablesWereSet(): void;
  /** What was computed is good for nothing: nobody may read it. */
  stateWasLost(): void;
  dispose(): void;
}

/** Compiles a program, or says why not. The variables are as they were afterwards. */
export type Compile = (program: Program) => {
  readonly report: CompileReport;
  readonly compiled: CompiledProgram | null;
};
