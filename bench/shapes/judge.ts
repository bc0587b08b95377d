import * as tf from '@tensorflow/tfjs-core';
import { createRng, STREAM } from '../../src/core/rng.ts';
import { rampThenCosine } from '../../src/core/schedule.ts';
import { createAdam } from '../../src/engine/compute/adam.ts';
import { compile } from '../../src/engine/compute/compile.ts';
import { uploadInputs, uploadPixels } from '../../src/engine/compute/pixels.ts';
import { convEncoder } from '../../src/engine/model/networks.ts';
import { INFER, initialValues, type Mode } from '../../src/engine/model/weights.ts';
import { augment } from '../../src/engine/recipes/augment.ts';
import { createOrder } from '../../src/engine/recipes/inputs.ts';
import type { TrainingTask } from '../../src/engine/train/task.ts';
import { Trainer, trainableVariables } from '../../src/engine/train/trainer.ts';

/** Which of each list of kinds a picture shows, by its place in the list. */
export type Verdict = readonly number[];

/** Pictures of one side, uint8 RGB, one after the other, and what each shows. */
export interface Shown {
  readonly side: number;
  readonly pixels: Uint8Array;
  readonly truth: readonly Verdict[];
}

/** A classifier that learned from real pictures only. */
export interface Judge {
  /** What these pictures show, uint8. */
  ask(pixels: Uint8Array): Verdict[];
}

const WIDTHS = [24, 48, 64, 96];
const BATCH = 64;
const CHUNK = 64;
const SEED = 9;
/** Mirrored or shifted, a picture shows what it did; without, the judge learns its pictures by heart. */
const AUGMENTATION = { flip: 0.5, shift: 3, binarise: false };
/** The part of its pictures that is softened. */
const SOFTENED = 0.5;

/** Where each list's scores start among all of them. */
const startsOf = (kinds: readonly number[]): number[] =>
  kinds.map((_, list) => kinds.slice(0, list).reduce((sum, count) => sum + count, 0));

/**
 * Trains a small convolutional network to tell what pictures show, each list of kinds by a softmax of its own. Half of
 * what it learns from is softened by a pixel, so that it goes by the outline and not by how crisp it is.
 * @param kinds how many there are in each list
 */
export function trainJudge(shown: Shown, kinds: readonly number[], steps: number): Judge {
  const image = { width: shown.side, height: shown.side, channels: 3 };
  const size = shown.side ** 2 * 3;
  const outputs = kinds.reduce((sum, count) => sum + count, 0);
  const starts = startsOf(kinds);
  const network = convEncoder(image, outputs, { widths: WIDTHS, normalisation: 'batch' });
  const variables = new Map(
    network.weights.map((spec, position) => [
      spec.name,
      tf.variable(tf.tensor(initialValues(spec, SEED, position), [...spec.shape]), spec.trainable),
    ]),
  );
  const order = createOrder(shown.truth.length, BATCH, SEED);
  const bytes = new Uint8Array(BATCH * size);
  const task: TrainingTask = {
    variables,
    trainable: network.weights.filter(({ trainable }) => trainable).map(({ name }) => name),
    batch: BATCH,
    stepsPerEpoch: Math.floor(shown.truth.length / BATCH),
    learningRate: rampThenCosine(0.002, 0.02, 0.02),
    inputs: (step) => {
      const rng = createRng(SEED, STREAM.augmentation, step);
      const wanted = new Float32Array(BATCH * outputs);
      order(step).forEach((picture, i) => {
        bytes.set(shown.pixels.subarray(picture * size, (picture + 1) * size), i * size);
        for (const [list, kind] of shown.truth[picture].entries())
          wanted[i * outputs + starts[list] + kind] = 1;
      });
      augment(bytes, image, AUGMENTATION, rng);
      const softened = Float32Array.from({ length: BATCH }, () => (rng.uniform() < SOFTENED ? 1 : 0));
      return {
        pixels: { shape: [BATCH, image.height, image.width, 3], values: bytes },
        wanted: { shape: [BATCH, outputs], values: wanted },
        softened: { shape: [BATCH, 1, 1, 1], values: softened },
      };
    },
    upload: uploadInputs,
    step: (inputs) => {
      const updates: Record<string, tf.Tensor> = {};
      const mode: Mode = {
        kind: 'train',
        update: (name, value) => void (updates[name] = value),
        noise: (name) => inputs[name],
      };
      const crisp = inputs['pixels'] as tf.Tensor4D;
      const change = tf.sub(tf.avgPool(crisp, 3, 1, 'same'), crisp);
      const seen = tf.add<tf.Tensor4D>(crisp, tf.mul(inputs['softened'], change));
      const scores = network.apply(seen, { get: (name) => variables.get(name) as tf.Variable }, mode);
      const losses = kinds.map((count, list) => {
        const own = tf.slice(scores, [0, starts[list]], [BATCH, count]);
        const wanted = tf.slice(inputs['wanted'], [0, starts[list]], [BATCH, count]);
        return tf.mean<tf.Scalar>(tf.sub(tf.logSumExp(own, 1), tf.sum(tf.mul(own, wanted), 1)));
      });
      return { loss: losses.reduce((sum, loss) => tf.add(sum, loss)), terms: {}, updates };
    },
  };
  const adam = createAdam(trainableVariables(task), { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 });
  const trainer = new Trainer(task, adam, 0.99);
  trainer.compile(compile, 0);
  for (let i = 0; i < steps; i++) trainer.advance(i / steps);
  const learned = new Map(
    [...trainer.inferenceWeights()].map(([name, { values, shape }]) => [name, tf.tensor(values, [...shape])]),
  );
  trainer.dispose();

  const scoresOf = (pixels: Uint8Array): number[][] =>
    tf.tidy(() => {
      const pictures = uploadPixels(pixels, [pixels.length / size, image.height, image.width, 3]);
      return network.apply(pictures, { get: (name) => learned.get(name) as tf.Tensor }, INFER).arraySync();
    });
  return {
    ask: (pixels) => {
      const chunks = Array.from({ length: Math.ceil(pixels.length / size / CHUNK) }, (_, chunk) =>
        scoresOf(pixels.subarray(chunk * CHUNK * size, (chunk + 1) * CHUNK * size)),
      );
      return chunks.flat().map((row) =>
        kinds.map((count, list) => {
          const own = row.slice(starts[list], starts[list] + count);
          return own.indexOf(Math.max(...own));
        }),
      );
    },
  };
}

/** The part of the verdicts that agree with what was asked, for each list. */
export const agreement = (verdicts: readonly Verdict[], asked: readonly Verdict[]): number[] =>
  asked[0].map(
    (_, list) => verdicts.filter((verdict, i) => verdict[list] === asked[i][list]).length / asked.length,
  );
