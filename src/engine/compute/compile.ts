import type * as tf from '@tensorflow/tfjs-core';
import type { Compile, CompileReport, Inputs, Program, ProgramFunction } from '../train/program.ts';
import { convolveInBfloat16 } from './bfloat16.ts';
import { difference, liveNodes, type FunctionGraph } from './graph.ts';
import { programGraph } from './program-graph.ts';
import { Session } from './session.ts';
import { Slots } from './slots.ts';
import { tensorflowBackend, type TensorflowOps } from './tensorflow.ts';
import { Untraceable } from './recorder.ts';
import { trace } from './trace.ts';

/** How far the compiled program's result may be from the eager one's, relative; both round, in another order. */
const TOLERANCE = 1e-3;
/** The same where convolutions have eight bits. */
const TOLERANCE_BFLOAT16 = 0.1;

/**
 * Compiles a program into one TensorFlow graph: each function is run twice, eagerly, on different inputs, and
 * what TensorFlow executes is recorded. Where the two recordings differ, where something is read back or drawn
 * at random, or where the graph disagrees with the function, the program is not compiled, and the report says
 * why. Variables are as before afterwards.
 */
export const compile: Compile = (program) => compileAs(program, 'float32');

/**
 * The same with convolutions in bfloat16 (bfloat16.ts): other steps than the eager ones, though the same ones each
 * time. Where it is refused, steps are taken in float32.
 */
export const compileInBfloat16: Compile = (program) => compileAs(program, 'bfloat16');

type Precision = 'float32' | 'bfloat16';

function compileAs(program: Program, precision: Precision): ReturnType<Compile> {
  const started = performance.now();
  const report = (operations: number, fallback?: string): CompileReport => ({
    operations,
    seconds: (performance.now() - started) / 1000,
    ...(fallback === undefined ? {} : { fallback }),
  });
  const ops = tensorflowBackend();
  if (ops === null)
    return { report: report(0, 'Only TensorFlow compiles a step into one graph.'), compiled: null };
  try {
    const { session, operations } = compileFor(ops, program, precision);
    return { report: report(operations), compiled: session };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { report: report(0, sentence(error)), compiled: null };
  }
}

function sentence(error: Error): string {
  const why = error instanceof Untraceable ? error.message : (error.message.split('\n')[0] ?? '');
  return `The step is not compiled into one graph and runs more slowly: ${why.replace(/\.?$/, '.')}`;
}

function compileFor(
  ops: TensorflowOps,
  program: Program,
  precision: Precision,
): { session: Session; operations: number } {
  const slots = new Slots(ops, program.variables);
  const recorded = Object.entries(program.functions).map(([name, it]) => {
    const { graph, expected } = record(slots, name, it);
    const as = precision === 'float32' ? graph : convolveInBfloat16(graph, ops.backend.binding);
    return { name, it, graph: as, expected };
  });
  const tolerance = precision === 'float32' ? TOLERANCE : TOLERANCE_BFLOAT16;
  const graph = programGraph(
    ops.backend.binding,
    slots.all,
    Object.fromEntries(recorded.map(({ name, graph }) => [name, graph])),
  );
  const session = new Session(slots, graph);
  try {
    for (const { name, it, expected } of recorded) {
      // The first run is also when TensorFlow optimises the graph, which takes as long as all the rest.
      session.variablesWereSet();
      check(name, session.run(name, it.examples[1]()), expected, tolerance);
    }
    session.variablesWereSet();
  } catch (error) {
    session.dispose();
    throw error;
  }
  const operations = recorded.reduce((sum, { graph }) => sum + liveNodes(graph).size, 0);
  return { session, operations };
}

/** Records a function twice, and compares. */
function record(
  slots: Slots,
  name: string,
  it: ProgramFunction,
): { graph: FunctionGraph; expected: Float32Array | null } {
  const once = (inputs: Inputs): { graph: FunctionGraph; result: tf.Tensor | null } =>
    slots.unchanged(() => trace(slots, inputs, (given) => it.run(given)));
  const [other, last] = it.examples.map((example) => {
    const { graph, result } = once(example());
    const expected = result === null ? null : (result.dataSync() as Float32Array).slice();
    result?.dispose();
    return { graph, expected };
  });
  const differs = difference(other.graph, last.graph);
  if (differs !== null) throw new Untraceable(`in "${name}", ${differs}`);
  return last;
}

function check(name: string, actual: Float32Array, expected: Float32Array | null, tolerance: number): void {
  expected?.forEach((value, i) => {
    const scale = Math.max(1, Math.abs(value));
    // Not "greater than": a figure that is no number agrees with one that is none.
    if (Math.abs(actual[i] - value) > tolerance * scale || Number.isNaN(actual[i]) !== Number.isNaN(value))
      throw new Untraceable(`the compiled "${name}" gives ${actual[i]} and not ${value}`);
  });
}
