import * as tf from '@tensorflow/tfjs-core';
import { createAdam } from '../../../src/engine/compute/adam.ts';
import { compile } from '../../../src/engine/compute/compile.ts';
import { evaluateNow } from '../../../src/engine/evaluate/reconstruction.ts';
import type { ImageShape } from '../../../src/engine/model/shape.ts';
import type { Weights } from '../../../src/engine/model/weights.ts';
import { composeModel, type Model, type TrainingPictures } from '../../../src/engine/recipes/compose.ts';
import { composeTask } from '../../../src/engine/recipes/task.ts';
import { applySetting, parseRecipe, presetNamed, withClasses } from '../../../src/engine/recipes/resolve.ts';
import { Trainer, trainableVariables, type StepFigures } from '../../../src/engine/train/trainer.ts';
import { squares } from '../train/tiny-task.ts';

/** Grey pictures of 8 × 8 with one square each. */
export const SQUARE: ImageShape = { width: 8, height: 8, channels: 1 };

export function squarePictures(count: number, from = 0): TrainingPictures {
  return picturesOf(squares(from + count).subarray(from * 64), 64);
}

export function picturesOf(
  bytes: Uint8Array,
  size: number,
  labelOf?: (index: number) => string,
): TrainingPictures {
  return {
    count: bytes.length / size,
    readBatch: (indices, out) => {
      for (let i = 0; i < indices.length; i++)
        out.set(bytes.subarray(indices[i] * size, (indices[i] + 1) * size), i * size);
    },
    ...(labelOf !== undefined && { labelOf }),
  };
}

export const allBytes = (pictures: TrainingPictures, size: number): Uint8Array => {
  const bytes = new Uint8Array(pictures.count * size);
  pictures.readBatch(
    Array.from({ length: pictures.count }, (_, i) => i),
    bytes,
  );
  return bytes;
};

/** Small, fully connected, in quick steps. */
export const SMALL = [
  'latent.size=4',
  'encoder={"kind":"mlp","widths":[64]}',
  'decoder={"kind":"mlp","widths":[64]}',
  'optimiser={"learningRate":0.005,"batch":32,"average":0.98}',
];

export interface Learned {
  readonly model: Model;
  readonly weights: Weights;
  /** Of each step. */
  readonly figures: readonly StepFigures[];
  /** Figures on these pictures. */
  evaluate(pictures: TrainingPictures): ReturnType<typeof evaluateNow>;
}

/** Trains a preset with settings, as a run does. */
export function learn(
  name: string,
  settings: readonly string[],
  pictures: TrainingPictures,
  steps: number,
  image: ImageShape = SQUARE,
  labels: readonly string[] = [],
): Learned {
  const document = presetNamed(name);
  for (const setting of settings) applySetting(document, setting);
  const recipe = withClasses(parseRecipe(document), labels);
  const model = composeModel(recipe, image);
  const task = composeTask(model, pictures, 1);
  const trainer = new Trainer(
    task,
    createAdam(trainableVariables(task), recipe.optimiser),
    recipe.optimiser.average,
  );
  trainer.compile(compile, 0);
  const figures = Array.from({ length: steps }, (_, i) => trainer.advance(i / steps));
  const tensors = new Map(
    [...trainer.inferenceWeights()].map(([key, { values, shape }]) => [key, tf.tensor(values, [...shape])]),
  );
  trainer.dispose();
  const weights: Weights = { get: (key) => tensors.get(key) as tf.Tensor };
  return { model, weights, figures, evaluate: (of) => evaluateNow(model, weights, of, 3) };
}

/** The mean of a figure over the last so many steps. */
export function lately(figures: readonly StepFigures[], term: string, steps = 50): number {
  return figures.slice(-steps).reduce((sum, { terms }) => sum + terms[term] / steps, 0);
}
