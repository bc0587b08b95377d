import * as tf from '@tensorflow/tfjs-core';

export type TensorValues = Float32Array | Int32Array | Uint8Array;

/** The parts of tfjs-node's binding that are used; it publishes no types for them. */
export interface Binding {
  readonly TF_UINT8: number;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_RESOURCE: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_SHAPE: number;
  /** The memory of `values` may be TensorFlow's until the tensor is deleted. */
  createTensor(shape: readonly number[], dtype: number, values: TensorValues): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): TensorValues;
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): OutputMetadata[];
  /** Returns the session's id. */
  loadSavedModel(folder: string, tags: string): number;
  /** Names are of the kind "node:0", separated by commas. */
  runSavedModel(
    session: number,
    inputs: readonly number[],
    inputNames: string,
    outputNames: string,
  ): OutputMetadata[];
  deleteSavedModel(session: number): void;
}

export interface OutputMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string | readonly number[];
}

export interface NodeBackend {
  /** Every kernel goes through it, so that whoever replaces it sees all that is executed. */
  binding: Binding;
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
  executeSingleOutput(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.TensorInfo[],
  ): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
}

/** An op's handle that is not a tensor to tfjs: a resource variable. It must be deleted by hand. */
export type ResourceId = number;

/** What a resource variable holds. */
export interface ResourceFacts {
  readonly shape: readonly number[];
  /** The tfjs variable that has the same value, whenever no update is under way. */
  readonly copyOf: tf.Variable | null;
}

/** TensorFlow's own ops, beside those that tfjs knows. */
export class TensorflowOps {
  readonly float: OpAttribute;
  /** The resource variables that exist. */
  readonly resources = new Map<ResourceId, ResourceFacts>();
  constructor(readonly backend: NodeBackend) {
    this.float = this.type('T', backend.binding.TF_FLOAT);
  }

  type(name: string, value: number): OpAttribute {
    return { name, type: this.backend.binding.TF_ATTR_TYPE, value };
  }
  bool(name: string, value: boolean): OpAttribute {
    return { name, type: this.backend.binding.TF_ATTR_BOOL, value };
  }
  int(name: string, value: number): OpAttribute {
    return { name, type: this.backend.binding.TF_ATTR_INT, value };
  }
  number(name: string, value: number): OpAttribute {
    return { name, type: this.backend.binding.TF_ATTR_FLOAT, value };
  }
  string(name: string, value: string): OpAttribute {
    return { name, type: this.backend.binding.TF_ATTR_STRING, value };
  }

  run(name: string, attributes: readonly OpAttribute[], inputs: readonly tf.TensorInfo[]): tf.Tensor {
    return this.backend.executeSingleOutput(name, attributes, inputs);
  }
  runMany(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[] {
    return this.backend.executeMultipleOutputs(name, attributes, inputs, outputs);
  }

  /** uint8 bytes as a float32 tensor of the same figures, 0…255. */
  castBytes(bytes: Uint8Array, shape: [number, number, number, number]): tf.Tensor4D {
    const { binding } = this.backend;
    const id = binding.createTensor(shape, binding.TF_UINT8, bytes);
    try {
      return this.adopt(
        binding.executeOp(
          'Cast',
          [
            this.type('SrcT', binding.TF_UINT8),
            this.type('DstT', binding.TF_FLOAT),
            this.bool('Truncate', false),
          ],
          [id],
          1,
        )[0],
      ) as tf.Tensor4D;
    } finally {
      binding.deleteTensor(id);
    }
  }

  /** A resource variable with the value of this tensor. */
  createResource(sharedName: string, value: tf.Tensor, copyOf: tf.Variable | null = null): ResourceId {
    const { binding } = this.backend;
    const attributes = [
      this.type('dtype', binding.TF_FLOAT),
      { name: 'shape', type: binding.TF_ATTR_SHAPE, value: value.shape },
      this.string('container', ''),
      this.string('shared_name', sharedName),
    ];
    const { id } = binding.executeOp('VarHandleOp', attributes, [], 1)[0];
    this.resources.set(id, { shape: value.shape, copyOf });
    this.assignResource(id, value);
    return id;
  }
  assignResource(resource: ResourceId, value: tf.Tensor): void {
    const { binding } = this.backend;
    binding.executeOp(
      'AssignVariableOp',
      [this.type('dtype', binding.TF_FLOAT)],
      [resource, ...this.#ids([value])],
      0,
    );
  }
  readResource(resource: ResourceId): tf.Tensor {
    const { binding } = this.backend;
    return this.adopt(
      binding.executeOp('ReadVariableOp', [this.type('dtype', binding.TF_FLOAT)], [resource], 1)[0],
    );
  }
  /** Runs an op that changes resources and returns nothing. */
  update(
    name: string,
    attributes: readonly OpAttribute[],
    resources: readonly ResourceId[],
    inputs: readonly tf.Tensor[],
  ): void {
    this.backend.binding.executeOp(name, attributes, [...resources, ...this.#ids(inputs)], 0);
  }
  destroyResource(resource: ResourceId): void {
    const { binding } = this.backend;
    binding.executeOp('DestroyResourceOp', [this.bool('ignore_lookup_error', true)], [resource], 0);
    binding.deleteTensor(resource);
    this.resources.delete(resource);
  }

  /** TensorFlow's id of a tensor, which is uploaded if it has not been. */
  idOf(tensor: tf.Tensor): number {
    return this.#ids([tensor])[0];
  }
  /** The same values under an id of their own. */
  copy(tensor: tf.Tensor): tf.Tensor {
    return this.run('Identity', [this.float], [tensor]);
  }
  /** A tensor of tfjs's for what an op, or a session, put out. */
  adopt(output: OutputMetadata): tf.Tensor {
    const backend = this.backend as unknown as { createOutputTensor(metadata: OutputMetadata): tf.Tensor };
    return backend.createOutputTensor(output);
  }

  #ids(tensors: readonly tf.Tensor[]): number[] {
    return this.backend.getInputTensorIds(tensors);
  }
}

let ops: { readonly backend: object; readonly ops: TensorflowOps } | null = null;

/** TensorFlow's ops while that backend is in use, else null. */
export function tensorflowBackend(): TensorflowOps | null {
  if (tf.getBackend() !== 'tensorflow') return null;
  const backend = tf.backend();
  if (ops?.backend !== backend) ops = { backend, ops: new TensorflowOps(backend as unknown as NodeBackend) };
  return ops.ops;
}
