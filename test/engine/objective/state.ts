import * as tf from '@tensorflow/tfjs-core';
import { createRng, fillNormal } from '../../../src/core/rng.ts';
import type { Mode } from '../../../src/engine/model/weights.ts';
import type { StepState } from '../../../src/engine/objective/bound.ts';
import { bernoulli } from '../../../src/engine/objective/likelihood.ts';
import { standardNormal } from '../../../src/engine/objective/prior.ts';

export const normal = (shape: readonly number[], seed: number, deviation = 1): tf.Tensor => {
  const values = fillNormal(new Float32Array(shape.reduce((a, b) => a * b, 1)), createRng(seed));
  return tf.tensor(
    values.map((x) => x * deviation),
    [...shape],
  );
};

/** A random posterior of n pictures in z dimensions, and a latent drawn for each of k samples. */
export function randomLatents(n: number, z: number, seed: number, k = 1) {
  const mean = normal([n, z], seed) as tf.Tensor2D;
  const logVariance = normal([n, z], seed + 1, 0.5) as tf.Tensor2D;
  const noise = normal([k * n, z], seed + 2);
  const code = tf.add(
    tf.tile(mean, [k, 1]),
    tf.mul(tf.exp(tf.mul(tf.tile(logVariance, [k, 1]), 0.5)), noise),
  );
  return { posterior: { mean, logVariance }, code: code as tf.Tensor2D };
}

const fail = (name: string): never => {
  throw new Error(`"${name}" was asked for`);
};

/** A mode of training that keeps what is reported, with the given noise by name. */
export function trainMode(
  noise: Readonly<Record<string, tf.Tensor>> = {},
): Mode & { readonly updates: Record<string, tf.Tensor> } {
  const updates: Record<string, tf.Tensor> = {};
  return {
    kind: 'train',
    updates,
    update: (name, value) => void (updates[name] = value),
    noise: (name) => noise[name] ?? fail(name),
  };
}

/** A step on random pictures of 4 × 4 and random latents, with `changes`. */
export function stepState(
  { n = 2, z = 3, k = 1, seed = 40 }: { n?: number; z?: number; k?: number; seed?: number } = {},
  changes: Partial<StepState> = {},
): StepState {
  const logits = normal([k * n, 4, 4, 1], seed + 5) as tf.Tensor4D;
  const weights = { get: fail };
  const encode = (): never => fail('encode');
  return {
    pixels: tf.sigmoid(normal([n, 4, 4, 1], seed + 6)) as tf.Tensor4D,
    logits,
    mean: bernoulli.mean(logits),
    ...randomLatents(n, z, seed, k),
    groups: [z],
    tags: null,
    likelihood: bernoulli,
    prior: standardNormal.with({ weights, encode }),
    scheduled: { beta: tf.scalar(1) },
    pictures: tf.scalar(n),
    encode,
    weights,
    mode: trainMode(),
    ...changes,
  };
}

export const numbers = (tensor: tf.Tensor): number[] => [...tensor.dataSync()];

/** How far `got` is from `expected`, relative to it. */
export const relativeError = (got: number, expected: number): number =>
  Math.abs(got - expected) / Math.max(Math.abs(expected), 1e-12);

/** The gradient of a scalar function against central differences, along random directions. */
export function gradientError(f: (x: tf.Tensor) => tf.Tensor, at: tf.Tensor, step = 1e-2): number {
  const gradient = tf.grad(f)(at);
  let worst = 0;
  for (let seed = 100; seed < 104; seed++) {
    const direction = normal(at.shape, seed);
    const along = numbers(tf.sum(tf.mul(gradient, direction)))[0];
    const [ahead] = numbers(f(tf.add(at, tf.mul(direction, step))));
    const [behind] = numbers(f(tf.sub(at, tf.mul(direction, step))));
    const measured = (ahead - behind) / (2 * step);
    const scale = Math.max(Math.abs(measured), numbers(tf.norm(gradient))[0] * 0.1, 1e-6);
    worst = Math.max(worst, Math.abs(along - measured) / scale);
  }
  return worst;
}
