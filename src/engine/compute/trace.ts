import * as tf from '@tensorflow/tfjs-core';
import type { Inputs } from '../train/program.ts';
import type { FunctionGraph, Ref } from './graph.ts';
import { Recorder, Untraceable } from './recorder.ts';
import type { Slots } from './slots.ts';

/**
 * Runs a function once, eagerly, and records what tfjs-node's binding executes on the way. Tensors that stood
 * before are constants; those of `inputs` are known by their arrays; variables by their slots.
 * @returns the graph, and the function's own result, to be disposed of
 */
export function trace(
  slots: Slots,
  inputs: Inputs,
  run: (inputs: Inputs) => tf.Tensor | null,
): { graph: FunctionGraph; result: tf.Tensor | null } {
  const { backend } = slots.ops;
  const real = backend.binding;
  const recorder = new Recorder(slots, inputs, real);
  const before = slots.all.map(({ variable }) => (variable === null ? -1 : slots.ops.idOf(variable)));
  before.forEach((id, slot) => id !== -1 && recorder.knowVariable(id, slot));
  const others = undeclared(slots);
  backend.binding = recorder.binding();
  let result: tf.Tensor | null;
  let output: Ref | null;
  try {
    result = run(inputs);
    output = result === null ? null : recorder.ref(backend.getInputTensorIds([result])[0]);
  } finally {
    backend.binding = real;
  }
  if (undeclared(slots) !== others) {
    result?.dispose();
    throw new Untraceable('it makes or sets a variable that the program does not declare');
  }
  slots.all.forEach(({ variable }, slot) => {
    if (variable === null) return;
    const id = slots.ops.idOf(variable);
    if (id !== before[slot]) recorder.assignVariable(slot, recorder.ref(id));
  });
  return { graph: { nodes: recorder.nodes, output, effects: recorder.effects() }, result };
}

/** The variables that the program does not have, and what each holds. */
const undeclared = (slots: Slots): string =>
  Object.values(tf.engine().state.registeredVariables)
    .filter((variable) => slots.all.every((slot) => slot.variable !== variable))
    .map((variable) => `${variable.name} ${slots.ops.idOf(variable)}`)
    .join();
