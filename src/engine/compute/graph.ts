import type { OpAttribute, TensorValues } from './tensorflow.ts';

/** One output of a node of the same graph. */
export interface Ref {
  readonly node: number;
  readonly output: number;
}

/** What a node is, in the order in which it was first needed: its inputs stand before it. */
export type GraphNode =
  | {
      readonly kind: 'input';
      readonly name: string;
      readonly dtype: number;
      readonly shape: readonly number[];
    }
  | {
      readonly kind: 'constant';
      readonly dtype: number;
      readonly shape: readonly number[];
      readonly values: TensorValues;
    }
  /** A resource variable, by its slot (slots.ts). */
  | { readonly kind: 'handle'; readonly slot: number }
  | {
      readonly kind: 'operation';
      readonly op: string;
      readonly attributes: readonly OpAttribute[];
      readonly inputs: readonly Ref[];
      /** Nodes that must have run before, though nothing of theirs is taken. */
      readonly after: Set<number>;
    };

/** A function, as TensorFlow's operations. */
export interface FunctionGraph {
  readonly nodes: readonly GraphNode[];
  readonly output: Ref | null;
  /** The nodes that change state. */
  readonly effects: readonly number[];
}

/** The nodes that a function's output and effects need. */
export function liveNodes({ nodes, output, effects }: FunctionGraph): Set<number> {
  const live = new Set<number>();
  const waiting = [...effects, ...(output === null ? [] : [output.node])];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (live.has(at)) continue;
    live.add(at);
    const node = nodes[at];
    if (node.kind === 'operation') waiting.push(...node.inputs.map((ref) => ref.node), ...node.after);
  }
  return live;
}

/**
 * What differs between two recordings of one function, a phrase; null where nothing does. What differs was
 * computed in JavaScript, and a graph would repeat it for ever.
 */
export function difference(a: FunctionGraph, b: FunctionGraph): string | null {
  for (let i = 0; i < Math.max(a.nodes.length, b.nodes.length); i++) {
    const [left, right] = [a.nodes.at(i), b.nodes.at(i)];
    if (left === undefined || right === undefined || !sameNode(left, right)) {
      const which = left?.kind === 'constant' && right?.kind === 'constant' ? 'a number' : 'an operation';
      return `${which} changes from step to step, at ${describe(a, i)}`;
    }
  }
  const outputs = [a, b].map(({ output, effects }) => JSON.stringify([output, effects]));
  return outputs[0] === outputs[1] ? null : 'what is changed or returned differs from step to step';
}

/** The operation that a node is, or that it is needed for. */
function describe(graph: FunctionGraph, index: number): string {
  const isUser = (node: GraphNode, i: number): boolean =>
    i === index || (node.kind === 'operation' && node.inputs.some((ref) => ref.node === index));
  const user = graph.nodes.find((node, i) => node.kind === 'operation' && isUser(node, i));
  return user?.kind === 'operation' ? `"${user.op}"` : 'the end';
}

function sameNode(a: GraphNode, b: GraphNode): boolean {
  if (a.kind === 'constant' && b.kind === 'constant')
    return a.dtype === b.dtype && a.shape.join() === b.shape.join() && sameBytes(a.values, b.values);
  const comparable = (node: GraphNode): string =>
    JSON.stringify(node, (_, value: unknown) => (value instanceof Set ? [...(value as Set<number>)] : value));
  return a.kind === b.kind && comparable(a) === comparable(b);
}

const bytesOf = (values: TensorValues): Buffer =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength);

/** Whether two arrays hold the same bits, so that NaN equals itself. */
export const sameBytes = (a: TensorValues, b: TensorValues): boolean => bytesOf(a).equals(bytesOf(b));
