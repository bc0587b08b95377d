import * as tf from '@tensorflow/tfjs-core';
import { inputTensor, type Inputs } from '../train/program.ts';
import { tensorflowBackend } from './tensorflow.ts';

/** uint8 0…255 to float32 0…1, exactly as a float32 product by 1/255 gives it. */
const SCALE = Math.fround(1 / 255);

/**
 * Puts uint8 pictures on the backend as float32 `[n, h, w, c]` in [0, 1]. TensorFlow takes the bytes as they
 * are and casts them itself, which spares a conversion in JavaScript and three quarters of the copying.
 */
export function uploadPixels(bytes: Uint8Array, shape: [number, number, number, number]): tf.Tensor4D {
  const native = tensorflowBackend();
  if (native !== null) return tf.tidy(() => tf.mul<tf.Tensor4D>(native.castBytes(bytes, shape), SCALE));
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = bytes[i] * SCALE;
  return tf.tensor4d(values, shape);
}

/** A step's inputs on the backend: numbers as they are, bytes as pictures. */
export const uploadInputs = (inputs: Inputs): tf.NamedTensorMap =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      input.values instanceof Uint8Array
        ? uploadPixels(input.values, input.shape as [number, number, number, number])
        : inputTensor(input),
    ]),
  );
