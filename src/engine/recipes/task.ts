import * as tf from '@tensorflow/tfjs-core';
import { createRng, fillNormal, STREAM } from '../../core/rng.ts';
import { rampThenCosine, rampThenInverseRoot } from '../../core/schedule.ts';
import { uploadInputs } from '../compute/pixels.ts';
import { initialValues, type Mode, type Weights, type WeightSpec } from '../model/weights.ts';
import { scalarInput, type Input } from '../train/program.ts';
import type { StepOutput, TrainingTask } from '../train/task.ts';
import { augment } from './augment.ts';
import { createOrder, drawNoise, encodeLabels, type TrainingPictures } from './inputs.ts';
import type { Model } from './model.ts';
import { encodeTags, sizeOfTags } from './tags.ts';

/** Makes fresh variables, by name, the first values drawn from the seed. */
function createVariables(specs: readonly WeightSpec[], seed: number): Map<string, tf.Variable> {
  return new Map(
    specs.map((spec, position) => [
      spec.name,
      tf.tidy(() =>
        tf.variable(
          tf.tensor(initialValues(spec, seed, position), [...spec.shape], 'float32'),
          spec.trainable,
        ),
      ),
    ]),
  );
}

/** The training task of a model on these pictures: pure in the step number, given the seed. */
export function composeTask(model: Model, pictures: TrainingPictures, seed: number): TrainingTask {
  const { recipe, image, classes } = model;
  const { optimiser, latent } = recipe;
  const batch = Math.min(optimiser.batch, pictures.count);
  const order = createOrder(pictures.count, batch, seed);
  const variables = createVariables(model.weights, seed);
  const weights: Weights = { get: (name) => variables.get(name) as tf.Variable };
  const pixelShape: [number, number, number, number] = [batch, image.height, image.width, image.channels];
  const bytes = new Uint8Array(batch * image.width * image.height * image.channels);
  const noiseShape: [number, number] = [latent.samples * batch, latent.kind === 'gaussian' ? latent.size : 0];
  const scheduleNames = Object.keys(model.schedules);

  return {
    variables,
    trainable: model.weights.filter((spec) => spec.trainable).map((spec) => spec.name),
    batch,
    stepsPerEpoch: Math.floor(pictures.count / batch),
    learningRate:
      optimiser.decay === 'cosine'
        ? rampThenCosine(optimiser.learningRate, optimiser.ramp, optimiser.floor)
        : rampThenInverseRoot(optimiser.learningRate, optimiser.ramp),
    inputs: (step, progress) => {
      const chosen = order(step);
      pictures.readBatch(chosen, bytes);
      augment(bytes, image, recipe.augmentation, createRng(seed, STREAM.augmentation, step));
      const noise = fillNormal(
        new Float32Array(noiseShape[0] * noiseShape[1]),
        createRng(seed, STREAM.posteriorNoise, step),
      );
      const inputs: Record<string, Input> = {
        pixels: { shape: pixelShape, values: bytes },
        noise: { shape: noiseShape, values: noise },
        pictures: scalarInput(pictures.count),
      };
      if (classes.length > 0) {
        const labels = Array.from(chosen, (index) => pictures.labelOf?.(index) ?? null);
        inputs['labels'] = encodeLabels(labels, classes);
      }
      if (model.tags !== null) {
        const { names } = model.tags;
        const told = Array.from(chosen, (index) =>
          encodeTags(names, pictures.known?.(index) ?? { label: pictures.labelOf?.(index) ?? null }),
        );
        const shape = [batch, sizeOfTags(names)];
        inputs['tags'] = { shape, values: Float32Array.from(told.flatMap(({ values }) => values)) };
        inputs['tags/known'] = { shape, values: Float32Array.from(told.flatMap(({ known }) => known)) };
      }
      for (const [i, spec] of model.noise.entries())
        inputs[`noise/${spec.name}`] = drawNoise(
          spec,
          batch,
          latent.samples,
          createRng(seed, STREAM.partNoise, step, i),
        );
      for (const name of scheduleNames)
        inputs[`schedule/${name}`] = scalarInput(model.schedules[name](progress));
      return inputs;
    },
    upload: uploadInputs,
    step: (inputs): StepOutput => {
      const updates: Record<string, tf.Tensor> = {};
      const mode: Mode = {
        kind: 'train',
        update: (name, value) => void (updates[name] = value),
        noise: (name) => inputs[`noise/${name}`],
      };
      const { loss, terms } = model.objective(
        {
          pixels: inputs['pixels'] as tf.Tensor4D,
          noise: inputs['noise'] as tf.Tensor2D,
          pictures: inputs['pictures'] as tf.Scalar,
          labels: inputs['labels'] as tf.Tensor2D | undefined,
          tags:
            model.tags === null
              ? undefined
              : {
                  values: inputs['tags'] as tf.Tensor2D,
                  known: inputs['tags/known'] as tf.Tensor2D,
                },
          scheduled: Object.fromEntries(
            scheduleNames.map((name) => [name, inputs[`schedule/${name}`] as tf.Scalar]),
          ),
        },
        weights,
        mode,
      );
      return { loss, terms, updates };
    },
  };
}
