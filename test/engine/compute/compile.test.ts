import './all-threads.ts';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createAdam } from '../../../src/engine/compute/adam.ts';
import { compile } from '../../../src/engine/compute/compile.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { presets } from '../../../src/engine/recipes/presets.ts';
import { createComposedAdam } from '../../../src/engine/train/adam.ts';
import type { CompileReport } from '../../../src/engine/train/program.ts';
import type { CreateAdam, State, TrainingTask } from '../../../src/engine/train/task.ts';
import { NotFiniteError, Trainer, trainableVariables } from '../../../src/engine/train/trainer.ts';
import { thinTask } from '../recipes/thin.ts';
import { tensorsLeftBy, tinyTask } from '../train/tiny-task.ts';

await openBackend({ prefer: 'tensorflow' });

const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const binding = (): { getNumOfSavedModels(): number; getNumOfTensors(): number } =>
  (tf.backend() as unknown as { binding: ReturnType<typeof binding> }).binding;

const trainerOf = (task: TrainingTask, create: CreateAdam = createAdam, average = 0.99): Trainer =>
  new Trainer(task, create(trainableVariables(task), ADAM), average);

function compiled(task: TrainingTask, create: CreateAdam = createAdam): Trainer {
  const trainer = trainerOf(task, create);
  expect(trainer.compile(compile, 0)).not.toHaveProperty('fallback');
  return trainer;
}

const advance = (trainer: Trainer, steps: number, of = 50): number[] =>
  Array.from({ length: steps }, () => trainer.advance(trainer.step / of).loss);

const everything = (trainer: Trainer): State =>
  new Map([...trainer.inferenceWeights(), ...trainer.trainingState()]);

const copied = (state: State): State =>
  new Map([...state].map(([name, { shape, values }]) => [name, { shape, values: values.slice() }]));

/** Every recipe, and each part that a recipe may name instead of the preset's. */
const TASKS: Readonly<Record<string, () => TrainingTask>> = {
  ...Object.fromEntries(presets.map(({ name }) => [name, () => thinTask(name)])),
  'fully connected layers': () => tinyTask(),
  'three samples, and augmentation': () =>
    thinTask('morph', 'latent.samples=3', 'regularisers=[]', 'augmentation.flip=0.5', 'augmentation.shift=2'),
  'group normalisation': () =>
    thinTask('morph', 'encoder.normalisation="group"', 'decoder.normalisation="group"'),
  'no normalisation, nearest upsampling': () =>
    thinTask(
      'vae',
      'encoder.normalisation="none"',
      'decoder.normalisation="none"',
      'decoder.upsampling="nearest"',
    ),
  'transposed convolutions': () => thinTask('beta-vae', 'decoder.upsampling="transposed"'),
};

describe('a compiled step takes the same steps as an eager one, bit for bit:', () => {
  it.each(Object.keys(TASKS))('%s', (name) => {
    const [eager, graph] = [trainerOf(TASKS[name]()), compiled(TASKS[name]())];
    for (let step = 0; step < 10; step++) expect(graph.advance(step / 25)).toEqual(eager.advance(step / 25));
    expect(everything(graph)).toEqual(everything(eager));
    graph.dispose();
    eager.dispose();
  });

  it('the composed Adam', () => {
    const [eager, graph] = [
      trainerOf(tinyTask(), createComposedAdam),
      compiled(tinyTask(), createComposedAdam),
    ];
    expect(advance(graph, 20)).toEqual(advance(eager, 20));
    expect(everything(graph)).toEqual(everything(eager));
    graph.dispose();
    eager.dispose();
  });
});

describe('a compiled run', () => {
  it.each([
    ['compiled', 'compiled'],
    ['eagerly', 'compiled'],
    ['compiled', 'eagerly'],
  ])('begun %s goes on bit for bit from what was saved, %s', (before, after) => {
    const uncut = before === 'compiled' ? compiled(thinTask('morph')) : trainerOf(thinTask('morph'));
    advance(uncut, 13);
    const [inference, training] = [copied(uncut.inferenceWeights()), copied(uncut.trainingState())];
    const losses = advance(uncut, 12);

    const resumed = after === 'compiled' ? compiled(thinTask('morph')) : trainerOf(thinTask('morph'));
    advance(resumed, 3);
    resumed.restore(13, inference, training);
    expect(advance(resumed, 12)).toEqual(losses);
    expect(everything(resumed)).toEqual(everything(uncut));
    uncut.dispose();
    resumed.dispose();
  });

  it('shows the weights of the step it is at, however often it is asked', () => {
    const [eager, graph] = [trainerOf(tinyTask()), compiled(tinyTask())];
    const live = (trainer: Trainer): unknown[] =>
      [...trainer.liveInferenceWeights()].map(([name, tensor]) => [name, tensor.dataSync()]);
    for (let step = 0; step < 17; step++) {
      advance(graph, 1);
      advance(eager, 1);
      expect(live(graph)).toEqual(live(eager));
    }
    graph.dispose();
    eager.dispose();
  });

  it('keeps tensors and memory flat over 2,000 steps', { timeout: 300_000 }, () => {
    const trainer = compiled(tinyTask());
    advance(trainer, 400, 2000);
    trainer.inferenceWeights();
    const before = { tfjs: tf.memory().numTensors, native: binding().getNumOfTensors() };
    const megabytes = process.memoryUsage().rss / 2 ** 20;
    while (trainer.step < 2400) {
      trainer.advance(trainer.step / 2400);
      if (trainer.step % 100 === 0) trainer.inferenceWeights();
    }
    expect({ tfjs: tf.memory().numTensors, native: binding().getNumOfTensors() }).toEqual(before);
    // Were each step to keep its inputs, noise and weights alone, it would be 60 MB.
    expect(process.memoryUsage().rss / 2 ** 20 - megabytes).toBeLessThan(40);
    trainer.dispose();
  });

  it('leaves no tensor, no session and no file behind', () => {
    const folders = (): string[] =>
      fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('morphloom-graph'));
    const before = {
      sessions: binding().getNumOfSavedModels(),
      native: binding().getNumOfTensors(),
      folders: folders(),
    };
    const left = tensorsLeftBy(() => {
      const trainer = compiled(thinTask('sketch'));
      advance(trainer, 9);
      expect(binding().getNumOfSavedModels()).toBe(before.sessions + 1);
      trainer.trainingState();
      expect(trainer.compile(compile, 0.5)).not.toHaveProperty('fallback');
      advance(trainer, 3);
      trainer.dispose();
    });
    expect(left).toBe(0);
    expect({
      sessions: binding().getNumOfSavedModels(),
      native: binding().getNumOfTensors(),
      folders: folders(),
    }).toEqual(before);
  });

  it('compiled half-way takes the same steps as one that was not', () => {
    const [eager, graph] = [trainerOf(tinyTask()), trainerOf(tinyTask())];
    const losses = advance(eager, 20);
    expect(advance(graph, 7)).toEqual(losses.slice(0, 7));
    expect(graph.compile(compile, 0.2)).not.toHaveProperty('fallback');
    expect(advance(graph, 5)).toEqual(losses.slice(7, 12));
    expect(graph.compile(compile, 0.3)).not.toHaveProperty('fallback');
    expect(advance(graph, 8)).toEqual(losses.slice(12));
    expect(everything(graph)).toEqual(everything(eager));
    graph.dispose();
    eager.dispose();
  });
});

describe('a compiled step that fails', () => {
  it('lets nobody read the weights until a checkpoint is restored', () => {
    const task = tinyTask();
    let spoil = false;
    const inputs: TrainingTask['inputs'] = (step, progress) => {
      const given = task.inputs(step, progress);
      if (spoil) (given['noise'].values as Float32Array).fill(NaN);
      return given;
    };
    const trainer = compiled({ ...task, inputs });
    advance(trainer, 5);
    const [inference, training] = [copied(trainer.inferenceWeights()), copied(trainer.trainingState())];
    const losses = advance(trainer, 6);
    spoil = true;
    expect(() => trainer.advance(0)).toThrow(NotFiniteError);
    expect(trainer.step).toBe(11);
    spoil = false;
    for (const use of [
      () => trainer.inferenceWeights(),
      () => trainer.liveInferenceWeights(),
      () => trainer.trainingState(),
      () => trainer.advance(0),
    ])
      expect(use).toThrow(/restore a checkpoint/);
    expect(() => trainer.restore(5, inference, new Map())).toThrow(RangeError);
    expect(() => trainer.inferenceWeights()).toThrow(/restore a checkpoint/);
    trainer.restore(5, inference, training);
    expect(advance(trainer, 6)).toEqual(losses);
    trainer.dispose();
  });

  it('refuses inputs of another shape, and goes on', () => {
    const task = tinyTask();
    let short = false;
    const inputs: TrainingTask['inputs'] = (step, progress) => {
      const given = task.inputs(step, progress);
      return short ? { ...given, noise: { shape: [2, 4], values: new Float32Array(8) } } : given;
    };
    const [trainer, plain] = [compiled({ ...task, inputs }), trainerOf(tinyTask())];
    advance(trainer, 2);
    short = true;
    expect(() => trainer.advance(0)).toThrow('The program takes "noise" of shape [8, 4] only.');
    short = false;
    advance(plain, 2);
    expect(advance(trainer, 3)).toEqual(advance(plain, 3));
    expect(everything(trainer)).toEqual(everything(plain));
    trainer.dispose();
    plain.dispose();
  });
});

describe('what cannot be one graph runs eagerly, and the report says why:', () => {
  let calls = 0;
  const scaled =
    (by: (loss: tf.Scalar) => tf.Tensor | number) =>
    (task: TrainingTask): TrainingTask => ({
      ...task,
      step: (inputs) => {
        const output = task.step(inputs);
        return { ...output, loss: tf.mul<tf.Scalar>(output.loss, by(output.loss)) };
      },
    });
  const outsider = tf.variable(tf.scalar(1));
  const CASES: [string, (task: TrainingTask) => TrainingTask, RegExp][] = [
    ['a read-back', scaled((loss) => 1 / (1 + Math.abs(loss.dataSync()[0]))), /the result of "\w+" is read back/],
    ['a count of calls', scaled(() => 1 + 1e-3 * calls++), /a number changes from step to step, at "Mul"/],
    ['noise drawn in JavaScript', scaled(() => tf.mean(tf.square(tf.randomNormal([3])))), /changes from step to step/],
    ['noise drawn by TensorFlow', scaled(() => tf.cast(tf.multinomial(tf.tensor1d([0.5, 0.5]), 1, 7), 'float32')), /"Multinomial" draws at random/],
    ['another operation each second time', scaled((loss) => (calls++ % 2 === 0 ? tf.ones([]) : tf.div(loss, loss))), /an operation changes/],
    ['a variable of its own', scaled(() => { outsider.assign(tf.add(outsider, 0)); return outsider; }), /does not declare/],
    ['a value of the inputs', (task) => ({ ...task, step: (inputs) => {
      // Not in TensorFlow's hands yet, so that nobody sees it being read.
      const drawn = inputs['noise'].dataSync()[0];
      const output = task.step(inputs);
      return { ...output, loss: tf.mul<tf.Scalar>(output.loss, 1 + Math.abs(drawn)) };
    } }), /a number changes/],
    ['an error', (task) => ({ ...task, step: () => { throw new Error('broken on purpose'); } }), /broken on purpose/],
  ]; // prettier-ignore

  it.each(CASES)('%s', (_, change, reason) => {
    const task = tinyTask();
    const trainer = trainerOf(change(task));
    const before = copied(everything(trainer));
    let report: CompileReport | null = null;
    const left = tensorsLeftBy(() => (report = trainer.compile(compile, 0)));
    expect(report).toMatchObject({ operations: 0, fallback: expect.stringMatching(reason) as string });
    expect(left).toBe(0);
    expect(everything(trainer)).toEqual(before);
    trainer.dispose();
  });

  it('the steps are those that were never compiled', () => {
    const spoilt = scaled((loss) => (loss.dataSync(), 1));
    const [plain, refused] = [trainerOf(spoilt(tinyTask())), trainerOf(spoilt(tinyTask()))];
    expect(refused.compile(compile, 0).fallback).toMatch(/^The step is not compiled .*read back/);
    expect(advance(refused, 12)).toEqual(advance(plain, 12));
    expect(everything(refused)).toEqual(everything(plain));
    plain.dispose();
    refused.dispose();
  });

  it('another backend', { timeout: 60_000 }, async () => {
    expect((await openBackend({ prefer: 'wasm' })).name).toBe('wasm');
    const trainer = trainerOf(tinyTask());
    expect(trainer.compile(compile, 0)).toMatchObject({
      operations: 0,
      fallback: expect.any(String) as string,
    });
    expect(advance(trainer, 3).every(Number.isFinite)).toBe(true);
    trainer.dispose();
  });
});
