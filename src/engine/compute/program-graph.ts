import type { FunctionGraph, GraphNode, Ref } from './graph.ts';
import { liveNodes } from './graph.ts';
import type { Attribute, NodeDef } from './saved-model.ts';
import type { Slot } from './slots.ts';
import type { Binding } from './tensorflow.ts';

/** What is fed for a function: the name of the input, and of the node that takes it. */
export interface Feed {
  readonly input: string;
  readonly node: string;
  readonly dtype: number;
  readonly shape: readonly number[];
}

/** A function within a program's graph. */
export interface Entry {
  readonly feeds: readonly Feed[];
  /** The node to ask for: it has run only when all effects have. */
  readonly output: string;
}

/** Functions over the same state as one graph, with one more to set the state and one to get it. */
export interface ProgramGraph {
  readonly nodes: readonly NodeDef[];
  readonly functions: Readonly<Record<string, Entry>>;
  /** The slots that the functions touch; what is set and got, in this order. */
  readonly state: readonly Slot[];
  readonly set: Entry;
  readonly get: readonly string[];
}

/** Puts functions together. Names are short: they travel with each call. */
export function programGraph(
  binding: Binding,
  slots: readonly Slot[],
  functions: Readonly<Record<string, FunctionGraph>>,
): ProgramGraph {
  const builder = new Builder(binding, slots);
  const entries = Object.fromEntries(
    Object.entries(functions).map(([name, graph], i) => [name, builder.addFunction(`f${i}`, graph)]),
  );
  return { ...builder.addState(), nodes: builder.nodes, functions: entries };
}

/**
 * Shapes are kept from TensorFlow's graph optimiser, and floating-point constants behind a node that might be
 * fed another value. Where it knows both it reorders products, divides by multiplying with the reciprocal and
 * fuses biases: as fast within the noise, but no longer the bits of the same operations run one by one.
 */
const ANY_SHAPE: Attribute = { name: 'shape', anyShape: true };

class Builder {
  readonly nodes: NodeDef[] = [];
  readonly #touched = new Set<number>();

  constructor(
    private readonly binding: Binding,
    private readonly slots: readonly Slot[],
  ) {}

  addFunction(prefix: string, graph: FunctionGraph): Entry {
    const feeds: Feed[] = [];
    const live = [...liveNodes(graph)].sort((a, b) => a - b);
    const name = (node: number): string => {
      const it = graph.nodes[node];
      return it.kind === 'handle' ? this.#handle(it.slot) : `${prefix}n${node}`;
    };
    for (const index of live) {
      const node = graph.nodes[index];
      if (node.kind === 'input')
        feeds.push({ input: node.name, node: `${name(index)}:0`, dtype: node.dtype, shape: node.shape });
      if (node.kind !== 'handle') this.#add(name(index), node, name);
    }
    const after = graph.effects.map((effect) => `^${name(effect)}`);
    const output = `${prefix}out`;
    if (graph.output === null) {
      this.#add(`${prefix}none`, this.#zero(), name);
      this.#identity(output, `${prefix}none`, after);
    } else this.#identity(output, `${name(graph.output.node)}:${graph.output.output}`, after);
    return { feeds, output: `${output}:0` };
  }

  addState(): Pick<ProgramGraph, 'state' | 'set' | 'get'> {
    const touched = [...this.#touched].sort((a, b) => a - b);
    const dtype = this.binding.TF_FLOAT;
    const feeds: Feed[] = [];
    const get = touched.map((slot, i) => {
      const { shape } = this.slots[slot];
      feeds.push({ input: String(i), node: `set${i}:0`, dtype, shape });
      this.#add(`set${i}`, { kind: 'input', name: '', dtype, shape });
      const attributes = [this.#type('dtype', dtype)];
      this.nodes.push(
        { name: `assign${i}`, op: 'AssignVariableOp', inputs: [this.#handle(slot), `set${i}`], attributes },
        { name: `get${i}`, op: 'ReadVariableOp', inputs: [this.#handle(slot)], attributes },
      );
      return `get${i}:0`;
    });
    this.#add('set-none', this.#zero());
    this.#identity('set', 'set-none', touched.map((_, i) => `^assign${i}`)); // prettier-ignore
    return { state: touched.map((slot) => this.slots[slot]), set: { feeds, output: 'set:0' }, get };
  }

  #type(name: string, value: number) {
    return { name, type: this.binding.TF_ATTR_TYPE, value };
  }

  #zero(): GraphNode {
    return { kind: 'constant', dtype: this.binding.TF_FLOAT, shape: [], values: Float32Array.of(0) };
  }

  #identity(name: string, input: string, after: readonly string[]): void {
    const attributes = [this.#type('T', this.binding.TF_FLOAT)];
    this.nodes.push({ name, op: 'Identity', inputs: [input, ...after], attributes });
  }

  /** The one node of a resource variable, whichever function asks. */
  #handle(slot: number): string {
    const name = `s${slot}`;
    if (this.#touched.has(slot)) return name;
    this.#touched.add(slot);
    const { TF_ATTR_STRING: type, TF_FLOAT } = this.binding;
    const attributes = [
      this.#type('dtype', TF_FLOAT),
      ANY_SHAPE,
      { name: 'shared_name', type, value: name },
      { name: 'container', type, value: '' },
    ];
    this.nodes.push({ name, op: 'VarHandleOp', inputs: [], attributes });
    return name;
  }

  #add(name: string, node: GraphNode, nameOf: (node: number) => string = String): void {
    switch (node.kind) {
      case 'input': {
        const attributes = [this.#type('dtype', node.dtype), ANY_SHAPE];
        this.nodes.push({ name, op: 'Placeholder', inputs: [], attributes });
        break;
      }
      case 'constant': {
        const attributes: Attribute[] = [this.#type('dtype', node.dtype), { name: 'value', tensor: node }];
        this.nodes.push({ name: `${name}c`, op: 'Const', inputs: [], attributes });
        const behind = [this.#type('dtype', node.dtype), ANY_SHAPE];
        this.nodes.push({ name, op: 'PlaceholderWithDefault', inputs: [`${name}c`], attributes: behind });
        break;
      }
      case 'operation': {
        const taken = node.inputs.map((ref: Ref) => `${nameOf(ref.node)}:${ref.output}`);
        const after = [...node.after].map((other) => `^${nameOf(other)}`);
        this.nodes.push({ name, op: node.op, inputs: [...taken, ...after], attributes: node.attributes });
        break;
      }
      case 'handle':
        break;
    }
  }
}
