import * as tf from '@tensorflow/tfjs-core';
import { FAST_KERNEL } from '../model/ops.ts';
import { tensorflowBackend, type TensorflowOps } from './tensorflow.ts';

let installed = false;

const native = (): TensorflowOps => {
  const ops = tensorflowBackend();
  if (ops === null) throw new Error('A TensorFlow kernel was called while another backend is in use.');
  return ops;
};

/**
 * Gives the tensorflow backend what tfjs composes from many small ops but TensorFlow has as one: relu's
 * gradient, batch normalisation in training with its gradient, spaceToDepth. Other backends keep tfjs's own.
 */
export function installTensorflowLevers(): void {
  if (installed) return;
  installed = true;

  const composedRelu = tf.getGradient('Relu');
  tf.unregisterGradient('Relu');
  tf.registerGradient({
    kernelName: 'Relu',
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const ops = tensorflowBackend();
      if (ops === null) return composedRelu.gradFunc(dy, saved, attrs);
      return { x: () => ops.run('ReluGrad', [ops.float], [dy as tf.Tensor, saved[0]]) };
    },
  });

  const register = (kernelName: string, run: tf.KernelFunc): void =>
    tf.registerKernel({ kernelName, backendName: 'tensorflow', kernelFunc: run });

  register(FAST_KERNEL.spaceToDepth, ({ inputs, attrs }) => {
    const ops = native();
    const attributes = [
      ops.float,
      ops.int('block_size', attrs?.['block'] as number),
      ops.string('data_format', 'NHWC'),
    ];
    return ops.run('SpaceToDepth', attributes, [inputs['x'] as tf.TensorInfo]);
  });

  register(FAST_KERNEL.batchNormTrain, ({ inputs, attrs }) => {
    const ops = native();
    const { x, gamma, beta } = inputs as Record<string, tf.Tensor>;
    return tf.tidy(() => {
      const empty = tf.tensor1d([]);
      const outputs = ops.runMany(
        'FusedBatchNormV3',
        batchNormAttributes(ops, attrs),
        [x, gamma, beta, empty, empty],
        6,
      );
      // The op reports the unbiased variance, for the running average; what it normalised by is the biased one.
      const count = x.size / gamma.size;
      return [outputs[0], outputs[1], tf.mul(outputs[2], (count - 1) / count)];
    });
  });

  register(FAST_KERNEL.batchNormTrainGrad, ({ inputs, attrs }) => {
    const ops = native();
    const { dy, x, gamma, mean, variance } = inputs as Record<string, tf.Tensor>;
    return tf.tidy(() =>
      ops
        .runMany(
          'FusedBatchNormGradV3',
          batchNormAttributes(ops, attrs, true),
          [dy, x, gamma, mean, variance, tf.tensor1d([])],
          5,
        )
        .slice(0, 3),
    );
  });
}

function batchNormAttributes(ops: TensorflowOps, attrs: tf.NamedAttrMap | undefined, gradient = false) {
  const attributes = [
    ops.float,
    { ...ops.float, name: 'U' },
    ops.number('epsilon', attrs?.['epsilon'] as number),
    ops.string('data_format', 'NHWC'),
    ops.bool('is_training', true),
  ];
  if (!gradient) attributes.push(ops.number('exponential_avg_factor', 1));
  return attributes;
}
