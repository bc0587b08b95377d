import type { Inputs } from '../train/program.ts';
import type { GraphNode, Ref } from './graph.ts';
import type { Slots } from './slots.ts';
import type { Binding, OpAttribute, OutputMetadata, TensorValues } from './tensorflow.ts';

/** Thrown where a function cannot become a graph; the message says why, as a phrase. */
export class Untraceable extends Error {
  override readonly name = 'Untraceable';
}

/** Operations that draw at random each time they run: no replay would repeat the step. */
const RANDOM = /^(Random|Truncated|Multinomial|ParameterizedTruncated|StatefulRandom)/;

/** What tfjs-node leaves for TensorFlow to infer from the inputs, and a graph must state. */
const INFERRED_TYPE: Readonly<Record<string, string>> = { ExpandDims: 'T' };

/** How a slot is used, so that what changes it waits for what reads it. */
interface Use {
  readonly handle: number;
  firstWrite: number | null;
  lastWrite: number | null;
  /** Since the last write. */
  readers: number[];
}

/** Stands between tfjs-node and its binding while a function runs, and writes down what is executed. */
export class Recorder {
  readonly nodes: GraphNode[] = [];
  /** What is known of a tensor by its id; a function where a node is made when first needed. */
  readonly #refs = new Map<number, Ref | (() => Ref)>();
  readonly #types: number[][] = [];
  readonly #changing: boolean[] = [];
  readonly #uses = new Map<number, Use>();

  constructor(
    private readonly slots: Slots,
    private readonly inputs: Inputs,
    private readonly real: Binding,
  ) {}

  /** Stands in for the binding: executes and records. */
  binding(): Binding {
    const hooks: Pick<Binding, 'createTensor' | 'executeOp' | 'tensorDataSync'> = {
      createTensor: (shape, dtype, values) => {
        const id = this.real.createTensor(shape, dtype, values);
        this.#refs.set(id, () => this.#made(shape, dtype, values));
        return id;
      },
      executeOp: (op, attributes, ids, count) => this.#execute(op, attributes, ids, count),
      tensorDataSync: (id) => {
        const { node } = this.ref(id);
        if (this.#changing[node])
          throw new Untraceable(`the result of ${this.#name(node)} is read back in JavaScript`);
        return this.real.tensorDataSync(id);
      },
    };
    // The addon's own properties cannot be assigned, not even on an object made of it.
    return Object.create(this.real, Object.getOwnPropertyDescriptors(hooks)) as Binding;
  }

  knowVariable(id: number, slot: number): void {
    this.#refs.set(id, () => this.#initialRead(slot));
  }

  /** The node that yields a tensor. */
  ref(id: number): Ref {
    let ref = this.#refs.get(id) ?? this.#outside(id);
    if (typeof ref === 'function') ref = ref();
    this.#refs.set(id, ref);
    return ref;
  }

  /** A variable holds another tensor than before. */
  assignVariable(slot: number, value: Ref): void {
    const use = this.#use(slot);
    const node = this.nodes[value.node];
    const readsSlot =
      node.kind === 'operation' && node.op === 'ReadVariableOp' && node.inputs[0].node === use.handle;
    if (this.slots.all[slot].resource !== null) {
      if (readsSlot && use.readers.includes(value.node)) return;
      throw new Untraceable('a variable and the copy that the optimiser keeps of it part ways');
    }
    const { TF_ATTR_TYPE: type, TF_FLOAT } = this.real;
    const attributes = [{ name: 'dtype', type, value: TF_FLOAT }];
    this.#write([slot], 'AssignVariableOp', attributes, [{ node: use.handle, output: 0 }, value], []);
  }

  effects(): number[] {
    return [...this.#uses.values()].flatMap(({ lastWrite }) => lastWrite ?? []);
  }

  #add(node: GraphNode, types: number[], changing: boolean): number {
    this.#types.push(types);
    this.#changing.push(changing);
    return this.nodes.push(node) - 1;
  }

  #made(shape: readonly number[], dtype: number, values: TensorValues): Ref {
    const input = Object.keys(this.inputs).find((name) => this.inputs[name].values === values);
    if (input !== undefined)
      return {
        node: this.#add({ kind: 'input', name: input, dtype, shape: [...shape] }, [dtype], true),
        output: 0,
      };
    return this.#constant(dtype, shape, values);
  }

  #constant(dtype: number, shape: readonly number[], values: TensorValues): Ref {
    if (!ArrayBuffer.isView(values)) throw new Untraceable('it works with text');
    const node = { kind: 'constant', dtype, shape: [...shape], values: values.slice() } as const;
    return { node: this.#add(node, [dtype], false), output: 0 };
  }

  /** A tensor from before the recording: it stays as it is. */
  #outside(id: number): Ref {
    const copy = this.real.executeOp('Identity', [], [id], 1)[0];
    try {
      return this.#constant(copy.dtype, copy.shape, this.real.tensorDataSync(id));
    } finally {
      this.real.deleteTensor(copy.id);
    }
  }

  #use(slot: number): Use {
    const known = this.#uses.get(slot);
    if (known !== undefined) return known;
    const handle = this.#add({ kind: 'handle', slot }, [this.real.TF_RESOURCE], true);
    const use = { handle, firstWrite: null, lastWrite: null, readers: [] };
    this.#uses.set(slot, use);
    return use;
  }

  #initialRead(slot: number): Ref {
    const use = this.#use(slot);
    const node = this.#read(use, new Set());
    // Found out late: it is to be read before anything was changed.
    const write = use.firstWrite === null ? undefined : this.nodes[use.firstWrite];
    if (write?.kind === 'operation') write.after.add(node);
    else use.readers.push(node);
    return { node, output: 0 };
  }

  #read(use: Use, after: Set<number>): number {
    const { TF_ATTR_TYPE: type, TF_FLOAT: value } = this.real;
    const attributes = [{ name: 'dtype', type, value }];
    const inputs = [{ node: use.handle, output: 0 }];
    return this.#add({ kind: 'operation', op: 'ReadVariableOp', attributes, inputs, after }, [value], true);
  }

  #write(
    slots: readonly number[],
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly Ref[],
    types: number[],
  ): number {
    const after = new Set<number>();
    const uses = slots.map((slot) => this.#use(slot));
    for (const { readers, lastWrite } of uses)
      for (const node of [...readers, ...(lastWrite === null ? [] : [lastWrite])]) after.add(node);
    const node = this.#add({ kind: 'operation', op, attributes, inputs, after }, types, true);
    for (const use of uses) {
      use.firstWrite ??= node;
      use.lastWrite = node;
      use.readers = [];
    }
    return node;
  }

  #execute(
    op: string,
    attributes: readonly OpAttribute[],
    ids: readonly number[],
    count: number,
  ): OutputMetadata[] {
    if (RANDOM.test(op)) throw new Untraceable(`"${op}" draws at random inside the step`);
    if (op === 'VarHandleOp' || op === 'DestroyResourceOp')
      throw new Untraceable('it makes or destroys a resource variable');
    const slots = ids.map((id) => this.slots.forResource(id)).filter((slot) => slot !== null);
    const outputs = this.real.executeOp(op, attributes, ids, count);
    const types = outputs.map(({ dtype }) => dtype);
    let node: number;
    if (slots.length > 0 && op === 'ReadVariableOp') {
      const use = this.#use(slots[0]);
      node = this.#read(use, new Set(use.lastWrite === null ? [] : [use.lastWrite]));
      use.readers.push(node);
    } else {
      const inputs = ids.map((id): Ref => {
        const slot = this.slots.forResource(id);
        return slot === null ? this.ref(id) : { node: this.#use(slot).handle, output: 0 };
      });
      const stated = this.#stated(op, attributes, inputs);
      if (slots.length > 0) node = this.#write(slots, op, stated, inputs, types);
      else {
        const changing = inputs.some((ref) => this.#changing[ref.node]);
        node = this.#add(
          { kind: 'operation', op, attributes: stated, inputs, after: new Set() },
          types,
          changing,
        );
      }
    }
    outputs.forEach(({ id }, output) => this.#refs.set(id, { node, output }));
    return outputs;
  }

  #stated(op: string, attributes: readonly OpAttribute[], inputs: readonly Ref[]): readonly OpAttribute[] {
    const name = INFERRED_TYPE[op];
    if (name === undefined || attributes.some((attribute) => attribute.name === name)) return [...attributes];
    const [{ node, output }] = inputs;
    return [...attributes, { name, type: this.real.TF_ATTR_TYPE, value: this.#types[node][output] }];
  }

  #name(node: number): string {
    const made = this.nodes[node];
    return made.kind === 'operation'
      ? `"${made.op}"`
      : made.kind === 'input'
        ? `the input "${made.name}"`
        : 'a variable';
  }
}
