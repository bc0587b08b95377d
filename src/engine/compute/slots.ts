import * as tf from '@tensorflow/tfjs-core';
import type { ResourceId, TensorflowOps } from './tensorflow.ts';

/** One piece of a program's state: a tfjs variable, a resource variable, or both with one value. */
export interface Slot {
  readonly shape: readonly number[];
  readonly variable: tf.Variable | null;
  readonly resource: ResourceId | null;
}

/** The state that functions may touch: variables, and whatever resource variables exist. */
export class Slots {
  readonly all: readonly Slot[];
  readonly #byResource: ReadonlyMap<ResourceId, number>;

  constructor(
    readonly ops: TensorflowOps,
    variables: Iterable<tf.Variable>,
  ) {
    const copies = new Map<tf.Variable, ResourceId>();
    for (const [id, { copyOf }] of ops.resources) if (copyOf !== null) copies.set(copyOf, id);
    const slots: Slot[] = [];
    const byId = new Set<number>();
    const byResource = new Map<ResourceId, number>();
    const add = (slot: Slot): void => {
      if (slot.resource !== null) byResource.set(slot.resource, slots.length);
      slots.push(slot);
    };
    for (const variable of variables) {
      // Two that share one tensor, as a clone does, could not be told apart.
      if (byId.has(ops.idOf(variable))) tf.tidy(() => variable.assign(ops.copy(variable)));
      byId.add(ops.idOf(variable));
      add({ shape: variable.shape, variable, resource: copies.get(variable) ?? null });
    }
    for (const [resource, { shape }] of ops.resources)
      if (!byResource.has(resource)) add({ shape, variable: null, resource });
    this.all = slots;
    this.#byResource = byResource;
  }

  /** The slot of a resource variable, by its id; null where the id is none. */
  forResource(id: ResourceId): number | null {
    return this.#byResource.get(id) ?? null;
  }

  /** Runs a function and undoes what it changed. */
  unchanged<T>(run: () => T): T {
    const kept = this.all.map((slot) => this.read(slot));
    try {
      return run();
    } finally {
      this.all.forEach((slot, i) => this.write(slot, kept[i]));
      tf.dispose(kept);
    }
  }

  /** A slot's value, to be disposed of. */
  read({ variable, resource }: Slot): tf.Tensor {
    return variable === null ? this.ops.readResource(resource as ResourceId) : tf.clone(variable);
  }

  write({ variable, resource }: Slot, value: tf.Tensor): void {
    variable?.assign(value);
    if (resource !== null) this.ops.assignResource(resource, value);
  }
}
