import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { bytes, float, integer, message, text } from './protobuf.ts';
import type { Binding, OpAttribute, TensorValues } from './tensorflow.ts';

/** A node of TensorFlow's GraphDef. Inputs are "name:output", or "^name" for one that must only have run. */
export interface NodeDef {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: readonly Attribute[];
}

export type Attribute =
  | OpAttribute
  | { readonly name: string; readonly anyShape: true }
  | {
      readonly name: string;
      readonly tensor: { dtype: number; shape: readonly number[]; values: TensorValues };
    };

/** What the loader asks for: the tag of a graph to serve, the form of the file, the age of the operations. */
const TAG = 'serve';
const SCHEMA_VERSION = 1;
const PRODUCER = 1994;

/**
 * Makes a session of a graph and returns its id. A file on the way is the only door that tfjs-node has; it is
 * gone afterwards. Throws an Error where TensorFlow refuses the graph.
 */
export function loadGraph(binding: Binding, nodes: readonly NodeDef[]): number {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'morphloom-graph-'));
  try {
    fs.writeFileSync(path.join(folder, 'saved_model.pb'), savedModel(binding, nodes));
    return binding.loadSavedModel(folder, TAG);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

// The numbers of the fields are those of tensorflow/core/protobuf and tensorflow/core/framework.

function savedModel(binding: Binding, nodes: readonly NodeDef[]): Uint8Array {
  const graph = [...nodes.map((node) => nodeDef(binding, node)), message(4, [integer(1, PRODUCER)])];
  const metaGraph = [message(1, [text(4, TAG)]), message(2, graph)];
  return Buffer.concat([integer(1, SCHEMA_VERSION), message(2, metaGraph)]);
}

const nodeDef = (binding: Binding, { name, op, inputs, attributes }: NodeDef): Uint8Array =>
  message(1, [
    text(1, name),
    text(2, op),
    ...inputs.map((input) => text(3, input)),
    ...attributes.map((attribute) =>
      message(5, [text(1, attribute.name), message(2, [attributeValue(binding, attribute)])]),
    ),
  ]);

function attributeValue(binding: Binding, attribute: Attribute): Uint8Array {
  if ('anyShape' in attribute) return message(7, [integer(3, true)]);
  if ('tensor' in attribute) {
    const { dtype, shape, values } = attribute.tensor;
    const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return message(8, [integer(1, dtype), tensorShape(2, shape), bytes(4, content)]);
  }
  const { name, type, value } = attribute;
  const list = type !== binding.TF_ATTR_SHAPE && Array.isArray(value);
  const one = (item: unknown): Uint8Array => {
    switch (type) {
      case binding.TF_ATTR_STRING:
        return text(2, item as string);
      case binding.TF_ATTR_INT:
        // The binding takes whole numbers only, and cuts off the rest.
        return integer(3, Math.trunc(item as number));
      case binding.TF_ATTR_FLOAT:
        return float(4, item as number);
      case binding.TF_ATTR_BOOL:
        return integer(5, item as boolean);
      case binding.TF_ATTR_TYPE:
        return integer(6, item as number);
      case binding.TF_ATTR_SHAPE:
        return tensorShape(7, item as readonly number[]);
      default:
        throw new Error(`The attribute "${name}" is of the unknown kind ${type}.`);
    }
  };
  return list ? message(1, (value as readonly unknown[]).map(one)) : one(value);
}

const tensorShape = (field: number, shape: readonly number[]): Uint8Array =>
  message(
    field,
    shape.map((size) => message(2, [integer(1, size)])),
  );
