import * as tf from '@tensorflow/tfjs-core';

/**
 * Takes kernels from a backend that computes them wrongly, and silently (the parity tests found them): an error is
 * better than a network that does not learn. Idempotent.
 */
export function refuseKernels(backend: string, kernels: readonly string[]): void {
  for (const kernel of kernels)
    if (tf.getKernel(kernel, backend) !== undefined) tf.unregisterKernel(kernel, backend);
}
