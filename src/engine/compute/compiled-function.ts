import * as tf from '@tensorflow/tfjs-core';
import type { Inputs } from '../train/program.ts';
import { compile } from './compile.ts';
import { uploadInputs } from './pixels.ts';

/** A function of inputs of fixed shapes, one native call. */
export interface CompiledFunction {
  /** Throws a RangeError for inputs of other shapes. */
  run(inputs: Inputs): Float32Array;
  dispose(): void;
}

/**
 * Compiles a function that is called very often on inputs of the same shapes. It takes about as long as some
 * hundred calls. Null where the backend compiles nothing, or not to the same bits: a result must not depend on
 * whether it was worth compiling.
 * @param compute pure in its inputs: what else it uses (weights) is taken as it is now, for ever
 * @param examples two sets of inputs, every array of them another
 */
export function compileFunction(
  compute: (inputs: tf.NamedTensorMap) => tf.Tensor,
  examples: readonly [Inputs, Inputs],
): CompiledFunction | null {
  const run = (inputs: Inputs): tf.Tensor => tf.tidy(() => compute(uploadInputs(inputs)));
  const [first, last] = examples;
  const { compiled } = compile({
    variables: [],
    functions: { all: { run, examples: [() => first, () => last] } },
  });
  if (compiled === null) return null;
  const eager = run(first);
  const expected = eager.dataSync();
  eager.dispose();
  if (compiled.run('all', first).every((value, i) => Object.is(value, expected[i])))
    return { run: (inputs) => compiled.run('all', inputs), dispose: () => compiled.dispose() };
  compiled.dispose();
  return null;
}
