import type { CompiledProgram, Inputs } from '../train/program.ts';
import { loadGraph } from './saved-model.ts';
import type { Entry, ProgramGraph } from './program-graph.ts';
import type { Slots } from './slots.ts';
import type { OutputMetadata } from './tensorflow.ts';

/**
 * Where the state is up to date: in the variables, in the session, in both, or nowhere, after a run that
 * failed half-way.
 */
type Truth = 'variables' | 'session' | 'both' | 'nowhere';

/** A program's graph, loaded; it alone knows where the state is up to date, and brings it where it is needed. */
export class Session implements CompiledProgram {
  readonly #id: number;
  #truth: Truth = 'variables';

  /** Throws an Error where TensorFlow refuses the graph. */
  constructor(
    private readonly slots: Slots,
    private readonly graph: ProgramGraph,
  ) {
    this.#id = loadGraph(slots.ops.backend.binding, graph.nodes);
  }

  run(name: string, inputs: Inputs): Float32Array {
    const entry = this.graph.functions[name];
    if (this.#truth === 'nowhere') throw new Error(LOST);
    if (this.#truth === 'variables') this.#setSession();
    const made: number[] = [];
    try {
      const { binding } = this.slots.ops.backend;
      for (const { input, dtype, shape } of entry.feeds) {
        const given = inputs[input] as Inputs[string] | undefined;
        if (given?.shape.join() !== shape.join())
          throw new RangeError(`The program takes "${input}" of shape [${shape.join(', ')}] only.`);
        made.push(binding.createTensor(shape, dtype, given.values));
      }
      this.#truth = 'nowhere';
      const [output] = this.#call(entry, made, [entry.output]);
      this.#truth = 'session';
      const values = binding.tensorDataSync(output.id) as Float32Array;
      binding.deleteTensor(output.id);
      return values;
    } finally {
      this.#delete(made);
    }
  }

  readVariables(): void {
    if (this.#truth === 'nowhere') throw new Error(LOST);
    if (this.#truth !== 'session') return;
    const values = this.#call({ feeds: [] }, [], this.graph.get).map((output) =>
      this.slots.ops.adopt(output),
    );
    this.graph.state.forEach((slot, i) => this.slots.write(slot, values[i]));
    for (const value of values) value.dispose();
    this.#truth = 'both';
  }

  variablesWereSet(): void {
    this.#truth = 'variables';
  }

  stateWasLost(): void {
    this.#truth = 'nowhere';
  }

  dispose(): void {
    this.slots.ops.backend.binding.deleteSavedModel(this.#id);
  }

  #setSession(): void {
    const values = this.graph.state.map((slot) => this.slots.read(slot));
    const { backend } = this.slots.ops;
    const [done] = this.#call(this.graph.set, backend.getInputTensorIds(values), [this.graph.set.output]);
    this.#delete([done.id]);
    for (const value of values) value.dispose();
    this.#truth = 'both';
  }

  #call(entry: Pick<Entry, 'feeds'>, ids: readonly number[], outputs: readonly string[]): OutputMetadata[] {
    const names = entry.feeds.map(({ node }) => node).join();
    return this.slots.ops.backend.binding.runSavedModel(this.#id, ids, names, outputs.join());
  }

  #delete(ids: readonly number[]): void {
    for (const id of ids) this.slots.ops.backend.binding.deleteTensor(id);
  }
}

const LOST =
  'The state of the compiled program was lost when a step failed; restore a checkpoint before going on.';
