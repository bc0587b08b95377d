import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { MorphloomError } from '../../../src/contract/errors.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { initialValues, type Mode, type Weights } from '../../../src/engine/model/weights.ts';
import { composeModel, type Model, type StepInputs } from '../../../src/engine/recipes/compose.ts';
import { composeTask } from '../../../src/engine/recipes/task.ts';
import { presets } from '../../../src/engine/recipes/presets.ts';
import { applySetting, parseRecipe, presetNamed, withClasses } from '../../../src/engine/recipes/resolve.ts';
import { tinyModel } from '../train/tiny-task.ts';

await openBackend({ prefer: 'tensorflow' });

/** A preset, thinned so that every size is quick. */
function small(name: string, ...settings: string[]) {
  const document = presetNamed(name);
  for (const setting of ['latent.size=6', 'encoder.widths=[4,8]', 'decoder.widths=[4,8]', ...settings])
    applySetting(document, setting);
  return parseRecipe(document);
}

function withWeights<T>(model: Model, use: (weights: Weights) => T): T {
  const tensors = new Map(
    model.weights.map((spec, i) => [spec.name, tf.tensor(initialValues(spec, 1, i), [...spec.shape])]),
  );
  try {
    return use({ get: (name) => tensors.get(name) ?? expect.fail(`"${name}" was not declared`) });
  } finally {
    tf.dispose([...tensors.values()]);
  }
}

/** A first step on these pictures: what was declared as noise is a half throughout, the posterior's is given. */
function stepOf(model: Model, pixels: tf.Tensor4D, noise: tf.Tensor2D): { inputs: StepInputs; mode: Mode } {
  const [n, samples] = [pixels.shape[0], model.recipe.latent.samples];
  const specs = new Map(model.noise.map((spec) => [spec.name, spec]));
  return {
    inputs: {
      pixels,
      noise,
      scheduled: { beta: tf.scalar(1) },
      pictures: tf.scalar(n),
      ...(model.tags !== null && {
        tags: {
          values: tf.ones<tf.Rank.R2>([n, LABELS.length]),
          known: tf.ones<tf.Rank.R2>([n, LABELS.length]),
        },
      }),
    },
    mode: {
      kind: 'train',
      update: () => undefined,
      noise: (name) => {
        const { per, shape } = specs.get(name) ?? expect.fail(`"${name}" was not declared`);
        return tf.fill([per === 'picture' ? n : samples * n, ...shape], 0.5);
      },
    },
  };
}

const SIZES = [[16, 16], [28, 28], [32, 32], [64, 64], [48, 32]] as const; // prettier-ignore

/** Labels, where a preset asks for them. */
const LABELS = ['a', 'b', 'c'];

describe.each(presets.map(({ name }) => name))('the preset %s', (name) => {
  it('has weights and noise with names of their own', () => {
    const { weights, noise } = composeModel(withClasses(parseRecipe(presetNamed(name)), LABELS), {
      width: 64,
      height: 64,
      channels: 3,
    });
    for (const specs of [weights, noise])
      expect(new Set(specs.map((spec) => spec.name)).size).toBe(specs.length);
  });

  it.each(SIZES)(
    'encodes, decodes and has a finite objective at %i × %i, in 1, 3 and 4 channels',
    (width, height) => {
      for (const channels of [1, 3, 4]) {
        const recipe = withClasses(small(name), LABELS);
        const model = composeModel(recipe, { width, height, channels });
        withWeights(model, (weights) =>
          tf.tidy(() => {
            const pixels = tf.fill<tf.Rank.R4>([2, height, width, channels], 0.3);
            const { code, posterior } = model.encode(pixels, weights);
            expect(code.shape).toEqual([2, 6]);
            expect(posterior === null).toBe(recipe.latent.kind === 'deterministic');
            const pictures = model.decode(code, weights);
            expect(pictures.shape).toEqual([2, height, width, channels]);
            const [low, high] = [tf.min(pictures).dataSync()[0], tf.max(pictures).dataSync()[0]];
            expect(low).toBeGreaterThanOrEqual(0);
            expect(high).toBeLessThanOrEqual(1);
            const samples = 2 * recipe.latent.samples;
            const noise = tf.zeros<tf.Rank.R2>([samples, posterior === null ? 0 : 6]);
            const { inputs, mode } = stepOf(model, pixels, noise);
            const { loss, terms } = model.objective(inputs, weights, mode);
            const parts = Object.values(terms).map((term) => term.dataSync()[0]);
            expect([loss.dataSync()[0], ...parts]).toSatisfy((values: number[]) =>
              values.every(Number.isFinite),
            );
            // With a weight of 1 on the rate, a plain loss is the sum of its parts.
            if (recipe.bound.kind === 'elbo')
              expect(loss.dataSync()[0] / parts.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
          }),
        );
      }
    },
  );
});

describe('a convolutional recipe', () => {
  it.each([
    [62, 62],
    [250, 250],
    [264, 264],
    [528, 200],
    [700, 1000],
    [2048, 2048],
    [4096, 1500],
    [3, 3],
  ])(
    // prettier-ignore
    'refuses pictures of %i × %i, and proposes a size that it takes',
    (width, height) => {
      try {
        composeModel(small('morph'), { width, height, channels: 3 });
      } catch (error) {
        expect(error).toBeInstanceOf(MorphloomError);
        const [, w, h] =
          /such as (\d+) × (\d+)/.exec((error as Error).message) ?? expect.fail((error as Error).message);
        expect(
          composeModel(small('morph'), { width: Number(w), height: Number(h), channels: 3 }).image.width,
        ).toBe(Number(w));
        return;
      }
      expect.fail('It was accepted.');
    },
  );

  it('takes group normalisation for batches too small for their own statistics', () => {
    const image = { width: 16, height: 16, channels: 3 };
    const statistics = (batch: number): number =>
      composeModel(small('morph', `optimiser.batch=${batch}`), image).weights.filter(
        ({ trainable }) => !trainable,
      ).length;
    expect(statistics(15)).toBe(0);
    expect(statistics(16)).toBeGreaterThan(0);
  });
});

describe('a task', () => {
  /** The indices that each step reads. */
  function orderOf(count: number, batch: number, seed: number, steps: number): number[][] {
    const read: number[][] = [];
    const pictures = {
      count,
      readBatch: (indices: ArrayLike<number>): void => void read.push(Array.from(indices)),
    };
    const task = composeTask(tinyModel(`optimiser.batch=${batch}`), pictures, seed);
    for (let step = 1; step <= steps; step++) task.inputs(step, 0);
    tf.dispose([...task.variables.values()]);
    return read;
  }

  it('shows every picture once an epoch, in another order each', () => {
    const steps = orderOf(24, 8, 1, 9);
    const epochs = [0, 3, 6].map((from) => steps.slice(from, from + 3).flat());
    for (const epoch of epochs)
      expect([...epoch].sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(epochs[1]).not.toEqual(epochs[0]);
    expect(epochs[2]).not.toEqual(epochs[1]);
  });

  it('shows no picture twice an epoch where the last batch is not full, and leaves none out for long', () => {
    const steps = orderOf(27, 8, 1, 60);
    for (let at = 0; at < 60; at += 3) expect(new Set(steps.slice(at, at + 3).flat()).size).toBe(24);
    expect(new Set(steps.flat()).size).toBe(27);
  });

  it('takes all pictures at once where there are fewer than a batch', () => {
    expect(orderOf(5, 32, 1, 2).map((batch) => [...batch].sort())).toEqual([[0, 1, 2, 3, 4], [0, 1, 2, 3, 4]]); // prettier-ignore
  });

  it('asks for the same pictures at the same step, whoever asks, and for others with another seed', () => {
    expect(orderOf(24, 8, 1, 6)).toEqual(orderOf(24, 8, 1, 6));
    expect(orderOf(24, 8, 2, 6)).not.toEqual(orderOf(24, 8, 1, 6));
  });

  it('has inputs that depend on the step alone, not on the steps before', () => {
    const pictures = {
      count: 24,
      readBatch: (indices: ArrayLike<number>, out: Uint8Array): void => void out.fill(indices[0]),
    };
    const [one, other] = [0, 0].map(() =>
      composeTask(tinyModel('augmentation.shift=2', 'augmentation.flip=0.5'), pictures, 1),
    );
    for (let step = 1; step < 7; step++) one.inputs(step, 0);
    const values = (task: typeof one): Record<string, unknown> =>
      Object.fromEntries(
        Object.entries(task.inputs(7, 0.5)).map(([name, { values }]) => [name, [...values]]),
      );
    expect(values(one)).toEqual(values(other));
    tf.disposeVariables();
  });

  it('learns from the chosen posterior samples: k of them, k times the noise', () => {
    const model = composeModel(small('vae', 'latent.samples=3'), { width: 16, height: 16, channels: 1 });
    withWeights(model, (weights) =>
      tf.tidy(() => {
        const pixels = tf.fill<tf.Rank.R4>([2, 16, 16, 1], 0.4);
        const loss = (noise: tf.Tensor2D): number =>
          model
            .objective(stepOf(model, pixels, noise).inputs, weights, { kind: 'infer' })
            .terms['distortion'].dataSync()[0];
        const parts = [1, 2, 3].map((by) => tf.fill<tf.Rank.R2>([2, 6], by / 3));
        const apart = parts.map((noise) => loss(tf.concat([noise, noise, noise])));
        expect(loss(tf.concat(parts))).toBeCloseTo(apart.reduce((a, b) => a + b) / 3, 1);
      }),
    );
  });
});
