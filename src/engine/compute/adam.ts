import * as tf from '@tensorflow/tfjs-core';
import { createComposedAdam } from '../train/adam.ts';
import type { CreateAdam, State } from '../train/task.ts';
import { tensorflowBackend, type ResourceId, type TensorflowOps } from './tensorflow.ts';

/** Makes each resource's name its own: two optimisers must never share one. */
let created = 0;

/**
 * Adam by TensorFlow's ResourceApplyAdam: one op a variable instead of a dozen. The slots live in resource
 * variables of TensorFlow's; so does a copy of the weights, read back after each step (without copying).
 */
function createFusedAdam(ops: TensorflowOps): CreateAdam {
  return (variables, options) => {
    const { beta1, beta2, epsilon } = options;
    const serial = created++;
    const slots = new Map(
      [...variables].map(([name, variable]) => {
        const resource = (slot: string, value: tf.Tensor, copyOf?: tf.Variable): ResourceId =>
          ops.createResource(`morphloom/adam${serial}/${slot}/${name}`, value, copyOf);
        return tf.tidy(() => [
          name,
          {
            variable,
            weights: resource('weights', variable, variable),
            m: resource('m', tf.zerosLike(variable)),
            v: resource('v', tf.zerosLike(variable)),
          },
        ]) as unknown as [
          string,
          { variable: tf.Variable; weights: ResourceId; m: ResourceId; v: ResourceId },
        ];
      }),
    );
    const attributes = [ops.float, ops.bool('use_locking', false), ops.bool('use_nesterov', false)];
    // Not in a tidy: what a tidy returns is searched for tensors, an array number by number.
    const read = (resource: ResourceId): { shape: readonly number[]; values: Float32Array } => {
      const value = ops.readResource(resource);
      const snapshot = { shape: value.shape, values: value.dataSync<'float32'>().slice() };
      value.dispose();
      return snapshot;
    };

    return {
      variables: [],
      inputs: (step, rate) => ({ power1: beta1 ** step, power2: beta2 ** step, rate }),
      apply: (gradients, { power1, power2, rate }) =>
        void tf.tidy(() => {
          const scalars = [power1, power2, rate, ...[beta1, beta2, epsilon].map((x) => tf.scalar(x))];
          for (const [name, { variable, weights, m, v }] of slots) {
            ops.update('ResourceApplyAdam', attributes, [weights, m, v], [...scalars, gradients[name]]);
            variable.assign(ops.readResource(weights));
          }
        }),
      state: () => {
        const state: State = new Map();
        for (const [name, { m, v }] of slots) {
          state.set(`${name}/m`, read(m));
          state.set(`${name}/v`, read(v));
        }
        return state;
      },
      restore: (state) => {
        for (const [name, { variable, weights, m, v }] of slots) {
          tf.tidy(() => {
            for (const [resource, key] of [[m, `${name}/m`] as const, [v, `${name}/v`] as const]) {
              const saved = state.get(key);
              if (saved === undefined || saved.values.length !== variable.size) {
                throw new RangeError(
                  `The saved state has no "${key}" of shape [${variable.shape.join(', ')}].`,
                );
              }
              ops.assignResource(resource, tf.tensor(saved.values, variable.shape));
            }
            ops.assignResource(weights, variable);
          });
        }
      },
      dispose: () => {
        for (const { weights, m, v } of slots.values())
          for (const id of [weights, m, v]) ops.destroyResource(id);
      },
    };
  };
}

/** The best Adam that the backend in use has. */
export const createAdam: CreateAdam = (variables, options) => {
  const ops = tensorflowBackend();
  return (ops === null ? createComposedAdam : createFusedAdam(ops))(variables, options);
};
