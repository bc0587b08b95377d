import type { FunctionGraph, GraphNode, Ref } from './graph.ts';
import type { Binding, OpAttribute } from './tensorflow.ts';

/** TensorFlow's number for bfloat16, which tfjs does not know: no tensor outside a graph has this type. */
const BFLOAT16 = 14;

/** Where nearly all of a step's time goes, and which of their inputs are numbers. */
const CONVOLUTIONS: Readonly<Record<string, readonly number[]>> = {
  Conv2D: [0, 1],
  Conv2DBackpropInput: [1, 2],
  Conv2DBackpropFilter: [0, 2],
};

/**
 * The same function with its convolutions and their gradients in bfloat16: what goes in is rounded to it, what comes
 * out is float32 again. All else stays float32: weights, the optimiser, statistics, and the gradients of biases, whose
 * long sums are wrong in eight bits (Micikevicius et al. 2018, arXiv 1710.03740, §3; Kalamkar et al. 2019, 1905.12322).
 */
export function convolveInBfloat16(graph: FunctionGraph, binding: Binding): FunctionGraph {
  const nodes: GraphNode[] = [...graph.nodes];
  const type = (name: string, value: number): OpAttribute => ({ name, type: binding.TF_ATTR_TYPE, value });
  const cast = (of: Ref, from: number, to: number): GraphNode => ({
    kind: 'operation',
    op: 'Cast',
    attributes: [type('SrcT', from), type('DstT', to)],
    inputs: [of],
    after: new Set(),
  });
  const rounded = new Map<string, Ref>();
  /** Once, whoever takes it: activations go into a layer, and into its gradient. */
  const round = (of: Ref): Ref => {
    const key = `${of.node}:${of.output}`;
    const ref = rounded.get(key) ?? {
      node: nodes.push(cast(of, binding.TF_FLOAT, BFLOAT16)) - 1,
      output: 0,
    };
    rounded.set(key, ref);
    return ref;
  };
  for (const [index, node] of graph.nodes.entries()) {
    const numbers = node.kind === 'operation' ? CONVOLUTIONS[node.op] : undefined;
    if (node.kind !== 'operation' || numbers === undefined) continue;
    const inputs = node.inputs.map((input, i) => (numbers.includes(i) ? round(input) : input));
    const attributes = node.attributes.map((it) => (it.name === 'T' ? type('T', BFLOAT16) : it));
    const convolution = nodes.push({ ...node, inputs, attributes }) - 1;
    // In its place, so that whoever takes its output takes numbers as before.
    nodes[index] = cast({ node: convolution, output: 0 }, BFLOAT16, binding.TF_FLOAT);
  }
  return { ...graph, nodes };
}
