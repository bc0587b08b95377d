import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createAdam } from '../../../src/engine/compute/adam.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { createComposedAdam } from '../../../src/engine/train/adam.ts';
import type { CreateAdam, State, TrainingTask } from '../../../src/engine/train/task.ts';
import { NotFiniteError, Trainer, trainableVariables } from '../../../src/engine/train/trainer.ts';
import { tensorsLeftBy, tinyTask } from './tiny-task.ts';

await openBackend({ prefer: 'tensorflow' });

const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const BOTH: [string, CreateAdam][] = [
  ['fused', createAdam],
  ['composed', createComposedAdam],
];

const trainerOf = (create: CreateAdam, task: TrainingTask = tinyTask(), average = 0.99): Trainer =>
  new Trainer(task, create(trainableVariables(task), ADAM), average);

function advance(trainer: Trainer, steps: number, of = 50): number[] {
  return Array.from({ length: steps }, () => trainer.advance(trainer.step / of).loss);
}

const everything = (trainer: Trainer): State =>
  new Map([...trainer.inferenceWeights(), ...trainer.trainingState()]);

/** Through bytes, as the disk keeps it. */
const copied = (state: State): State =>
  new Map(
    [...state].map(([name, { shape, values }]) => [name, { shape: [...shape], values: values.slice() }]),
  );

describe.each(BOTH)('training with the %s Adam', (_, create) => {
  it('lowers the loss, and keeps the number of tensors flat over 2,000 steps', { timeout: 300_000 }, () => {
    const trainer = trainerOf(create);
    const early = advance(trainer, 16, 2000);
    const before = tf.memory().numTensors;
    let bytesAt1000 = 0;
    for (let step = 16; step < 2000; step++) {
      trainer.advance(step / 2000);
      if (step === 1000) bytesAt1000 = tf.memory().numBytes;
      if (tf.memory().numTensors !== before)
        expect.fail(`step ${step}: ${tf.memory().numTensors} tensors, not ${before}`);
    }
    expect(tf.memory().numBytes).toBe(bytesAt1000);
    expect(trainer.step).toBe(2000);
    const late = trainer.advance(1).loss;
    expect(late).toBeLessThan(Math.min(...early));
    trainer.dispose();
  });

  it('goes on bit for bit from what was saved, in a fresh trainer', () => {
    const uncut = trainerOf(create);
    advance(uncut, 13);
    const [inference, training] = [copied(uncut.inferenceWeights()), copied(uncut.trainingState())];
    const losses = advance(uncut, 12);

    // Another seed: every value must come from the saved state, only the inputs from the seed.
    const fresh = tinyTask(2);
    const resumed = trainerOf(create, {
      ...tinyTask(1),
      variables: fresh.variables,
      trainable: fresh.trainable,
      step: (inputs) => fresh.step(inputs),
    });
    advance(resumed, 3);
    resumed.restore(13, inference, training);
    expect(advance(resumed, 12)).toEqual(losses);
    expect(everything(resumed)).toEqual(everything(uncut));
    uncut.dispose();
    resumed.dispose();
  });

  it('disposes of all that it made', () => {
    expect(
      tensorsLeftBy(() => {
        const trainer = trainerOf(create);
        advance(trainer, 9);
        trainer.inferenceWeights();
        trainer.trainingState();
        trainer.dispose();
      }),
    ).toBe(0);
  });

  it('refuses a state of another model', () => {
    const [small, large] = [trainerOf(create), trainerOf(create, tinyTask(1, 'latent.size=6'))];
    expect(() => small.restore(5, large.inferenceWeights(), large.trainingState())).toThrow(RangeError);
    expect(() => small.restore(5, small.inferenceWeights(), new Map())).toThrow(RangeError);
    small.dispose();
    large.dispose();
  });
});

describe('the fused Adam', () => {
  it('takes the same steps as the composed one, within 1e-6 over 50 steps', () => {
    const [fused, composed] = BOTH.map(([, create]) => trainerOf(create));
    const losses = [advance(fused, 50), advance(composed, 50)];
    losses[0].forEach((loss, i) => expect(Math.abs(loss - losses[1][i]) / Math.abs(loss)).toBeLessThan(1e-5));
    const reference = everything(composed);
    for (const [name, { values }] of everything(fused)) {
      const theirs = reference.get(name)?.values ?? expect.fail(`the composed Adam has no "${name}"`);
      let worst = 0;
      // The second moments are as large as gradients squared: relative where they are above one.
      values.forEach(
        (value, i) =>
          (worst = Math.max(worst, Math.abs(value - theirs[i]) / Math.max(1, Math.abs(theirs[i])))),
      );
      expect(worst, name).toBeLessThan(1e-6);
    }
    fused.dispose();
    composed.dispose();
  });
});

describe('a step that fails', () => {
  it('throws NotFiniteError with the step’s figures, takes no step, and leaves no tensor behind', () => {
    const task = tinyTask();
    const broken: TrainingTask = {
      ...task,
      step: (inputs) => {
        const output = task.step(inputs);
        return { ...output, loss: tf.mul(output.loss, NaN) };
      },
    };
    const trainer = trainerOf(createAdam, broken);
    const before = everything(trainer);
    const left = tensorsLeftBy(() => {
      try {
        trainer.advance(0.25);
        expect.fail('The step went through.');
      } catch (error) {
        expect(error).toBeInstanceOf(NotFiniteError);
        const { figures } = error as NotFiniteError;
        expect(figures).toMatchObject({ step: 1, loss: NaN });
        expect(figures.learningRate).toBe(task.learningRate(0.25));
        expect(figures.terms['distortion']).toSatisfy(Number.isFinite);
      }
    });
    expect(left).toBe(0);
    expect(trainer.step).toBe(0);
    expect(everything(trainer)).toEqual(before);
    trainer.dispose();
  });

  it.each<[string, (task: TrainingTask) => TrainingTask]>([
    ['before the objective', (task) => ({ ...task, step: () => fail(tf.ones([4])) })],
    ['after the objective', (task) => ({ ...task, step: (inputs) => fail(task.step(inputs)) })],
    [
      'in the gradient',
      (task) => ({
        ...task,
        step: (inputs) => {
          const output = task.step(inputs);
          const trap = tf.customGrad((x) => ({
            value: tf.clone(x as tf.Tensor),
            gradFunc: () => fail(tf.ones([3])),
          }));
          return { ...output, loss: trap(output.loss) as tf.Scalar };
        },
      }),
    ],
    [
      'where the loss does not depend on a variable',
      (task) => ({ ...task, step: (inputs) => ({ ...task.step(inputs), loss: tf.scalar(1) }) }),
    ],
  ])('%s: leaves no tensor behind, and the trainer can be used again', (_, breakTask) => {
    const task = tinyTask();
    const broken = breakTask(task);
    let now = broken;
    const trainer = trainerOf(createAdam, { ...task, step: (inputs) => now.step(inputs) });
    expect(tensorsLeftBy(() => expect(() => trainer.advance(0)).toThrow())).toBe(0);
    expect(trainer.step).toBe(0);
    now = task;
    expect(trainer.advance(0).step).toBe(1);
    trainer.dispose();
  });

  it('in a convolutional task with batch normalisation leaves none behind either', () => {
    const task = tinyTask(1, 'encoder={"kind":"conv","widths":[4],"normalisation":"batch"}');
    const trainer = trainerOf(createAdam, { ...task, step: (inputs) => fail(task.step(inputs)) });
    expect(tensorsLeftBy(() => expect(() => trainer.advance(0)).toThrow('broken on purpose'))).toBe(0);
    trainer.dispose();
  });
});

function fail(_made: unknown): never {
  throw new Error('broken on purpose');
}
