import * as tf from '@tensorflow/tfjs-core';
import { createRng, fillNormal } from '../../src/core/rng.ts';
import { highestLogVariance } from '../../src/engine/model/posterior.ts';

const PICTURES = 6;
const SAMPLES = 4;
export const LATENTS = 5;
const IMAGE = [4, 4, 3];
export const IMAGE_SIZE = 48;
const HIDDEN = 8;
const COMPONENTS = 3;
export const STEPS = 20;

let seed = 1;
/** Standard normal numbers, others each time, the same in every run. */
function normal(shape: readonly number[], deviation = 1, mean = 0): tf.Tensor {
  const values = fillNormal(new Float32Array(shape.reduce((a, b) => a * b, 1)), createRng(seed++));
  return tf.tensor(
    values.map((x) => mean + deviation * x),
    [...shape],
  );
}

/** The numbers in our terms and in the references'. */
export const SETTINGS = {
  floor: 0.4,
  minRate: 0.1,
  deviation: 0.3,
  beta: 6,
  pictures: 500,
  activity: 0.05,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-3,
};

/** Lower triangles with a diagonal above 0. */
const factors = (): tf.Tensor =>
  tf.tensor(
    Array.from({ length: COMPONENTS }, (_, k) =>
      Array.from({ length: LATENTS }, (_, row) =>
        Array.from({ length: LATENTS }, (_, column) =>
          row === column
            ? 0.5 + 0.2 * ((k + row) % 4)
            : column < row
              ? 0.1 * ((k + row * column) % 5) - 0.2
              : 0,
        ),
      ),
    ),
  );

/** The fixed tensors, by the names that the references know them by. */
export function makeInputs() {
  const pictures = [PICTURES, ...IMAGE];
  const samples = [SAMPLES * PICTURES, LATENTS];
  const target = tf.sigmoid(normal([3, 24, 20, 3]));
  return {
    mean: normal([PICTURES, LATENTS]),
    logVariance: normal([PICTURES, LATENTS], 0.7, -1),
    otherMean: normal([PICTURES, LATENTS]),
    otherLogVariance: normal([PICTURES, LATENTS], 0.5),
    noise: normal(samples),
    pixels: tf.sigmoid(normal(pictures)),
    seen: tf.cast(tf.greater(normal(pictures), 0), 'float32'),
    logits: normal(pictures, 1.5),
    manyLogits: normal([SAMPLES * PICTURES, ...IMAGE], 1.5),
    ...Object.fromEntries(
      [[LATENTS, HIDDEN], [HIDDEN], [HIDDEN, HIDDEN], [HIDDEN], [HIDDEN, 1], [1]].map((shape, i) => [
        `discriminator${i}`,
        normal(shape, 0.5),
      ]),
    ),
    code: normal([PICTURES, LATENTS]),
    draws: normal([PICTURES, LATENTS]),
    encoder: normal([IMAGE_SIZE, 2 * LATENTS], 0.15),
    pseudoInputs: normal([COMPONENTS, ...IMAGE]),
    mixtureWeights: tf.tensor([0.2, 0.5, 0.3]),
    mixtureMeans: normal([COMPONENTS, LATENTS]),
    mixtureFactors: factors(),
    activities: tf.sigmoid(normal([PICTURES, LATENTS])),
    target,
    estimate: tf.clipByValue(tf.add(target, normal([3, 24, 20, 3], 0.15)), 0, 1),
    // Small: of large ones float32 would not hold the steps as exactly as they are compared.
    weights: normal([37], 0.01),
    gradients: normal([STEPS, 37], 0.1),
    rates: tf.tensor(Array.from({ length: STEPS }, (_, i) => 1e-2 / (1 + i))),
    highestLogVariance: tf.scalar(highestLogVariance(SETTINGS.minRate)),
    ...Object.fromEntries(Object.entries(SETTINGS).map(([name, value]) => [name, tf.scalar(value)])),
  } as Readonly<Record<string, tf.Tensor>>;
}
