import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import type { TrainingLine } from '../../../src/contract/training.ts';
import { createAdam } from '../../../src/engine/compute/adam.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { Plan, type Budget } from '../../../src/engine/train/plan.ts';
import {
  duration,
  RunControl,
  runTraining,
  type CheckpointFacts,
  type RunStore,
} from '../../../src/engine/train/run.ts';
import { scalarInput } from '../../../src/engine/train/program.ts';
import type { State, TrainingTask } from '../../../src/engine/train/task.ts';
import { Trainer, trainableVariables } from '../../../src/engine/train/trainer.ts';
import { tinyTask } from './tiny-task.ts';

await openBackend({ prefer: 'tensorflow' });
afterEach(() => tf.disposeVariables());

interface Kept extends RunStore {
  readonly checkpoints: { facts: CheckpointFacts; inference: State; training: State }[];
  readonly lines: TrainingLine[];
}

function store(): Kept {
  const kept: Kept = {
    checkpoints: [],
    lines: [],
    addKnot: () => Promise.resolve(),
    addLine: (line) => void kept.lines.push(line),
    commit: (facts, inference, training) => {
      kept.checkpoints.push({ facts, inference, training });
      return Promise.resolve();
    },
  };
  return kept;
}

/** Scores of validations by the step they are made at: no better ones after the third. */
const scoreAt = (step: number): number => Math.max(15, 40 - step);

interface Options {
  readonly task?: TrainingTask;
  readonly patience?: number;
  readonly from?: Kept['checkpoints'][number];
  readonly control?: RunControl;
  readonly onLine?: (line: TrainingLine) => void;
  readonly prepare?: () => void;
  readonly checkpointEverySeconds?: number;
}

function begin(budget: Budget, { task = tinyTask(), from, patience, ...more }: Options = {}) {
  const trainer = new Trainer(
    task,
    createAdam(trainableVariables(task), { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }),
    0.9,
  );
  if (from !== undefined) trainer.restore(from.facts.step, from.inference, from.training);
  const kept = store();
  const validatedAt: number[] = [];
  const ended = runTraining({
    task,
    trainer,
    plan: new Plan(budget, task.stepsPerEpoch),
    store: kept,
    from: from?.facts ?? null,
    validate: () => {
      validatedAt.push(trainer.step);
      return { score: scoreAt(trainer.step), figures: { psnr: -scoreAt(trainer.step) } };
    },
    ...(patience === undefined ? {} : { patience }),
    checkpointEverySeconds: Infinity,
    control: new RunControl(),
    ...more,
  });
  return { ended, kept, validatedAt, trainer };
}

describe('a run', () => {
  it('takes the steps of its plan, validates twenty times, and ends with a checkpoint', async () => {
    const { ended, kept, validatedAt } = begin({ kind: 'steps', steps: 100 });
    const { end, facts } = await ended;
    expect(end).toBe('finished');
    expect(validatedAt).toEqual(Array.from({ length: 20 }, (_, i) => 5 * (i + 1)));
    expect(facts).toMatchObject({ step: 100, score: 15, best: { score: 15, step: 25 } });
    expect(kept.checkpoints.map(({ facts: { step } }) => step)).toEqual([100]);
    const last = kept.lines.at(-1);
    expect(last).toMatchObject({
      step: 100,
      progress: 1,
      epoch: 100 / 6,
      etaSeconds: 0,
      validation: { psnr: -15 },
    });
    expect(kept.lines.filter((line) => line.validation !== undefined).map(({ step }) => step)).toEqual(
      validatedAt,
    );
  });

  it('is prepared once, after the step that it begins with, in time that does not count', async () => {
    const heard: number[] = [];
    let prepared = 0;
    const onLine = ({ step }: TrainingLine): void => void heard.push(step);
    const prepare = (): void => {
      prepared += 1;
      expect(heard).toEqual([1]);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
    };
    const { facts } = await begin({ kind: 'steps', steps: 20 }, { onLine, prepare }).ended;
    expect(prepared).toBe(1);
    expect(facts.elapsedSeconds).toBeLessThan(3);

    await begin({ kind: 'steps', steps: 1 }, { prepare }).ended;
    expect(prepared).toBe(1);
  });

  it('stops after the current step when told to, with a checkpoint', async () => {
    const control = new RunControl();
    const { ended, kept } = begin(
      { kind: 'steps', steps: 100 },
      { control, onLine: ({ step }) => void (step >= 20 && control.stop()) },
    );
    expect(await ended).toMatchObject({ end: 'stopped', facts: { step: 20 } });
    expect(kept.checkpoints.map(({ facts }) => facts.step)).toEqual([20]);
  });

  it('paused, commits and takes no step until it is resumed; the time does not count', async () => {
    const control = new RunControl();
    const { ended, kept, trainer } = begin(
      { kind: 'steps', steps: 40 },
      { control, onLine: ({ step }) => void (step === 10 && control.pause()) },
    );
    while (kept.checkpoints.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const pausedAt = performance.now();
    expect(trainer.step).toBe(10);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(trainer.step).toBe(10);
    control.resume();
    const { end, facts } = await ended;
    const passed = (performance.now() - pausedAt) / 1000;
    expect(end).toBe('finished');
    expect(passed - (facts.elapsedSeconds - kept.checkpoints[0].facts.elapsedSeconds)).toBeGreaterThan(0.29);
    expect(kept.checkpoints.map((c) => c.facts.step)).toEqual([10, 40]);
  });

  it('paused can be stopped', async () => {
    const control = new RunControl();
    control.pause();
    const { ended, kept } = begin({ kind: 'steps', steps: 40 }, { control });
    while (kept.checkpoints.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    control.stop();
    expect(await ended).toMatchObject({ end: 'stopped', facts: { step: 0 } });
  });

  it('stops early after so many validations without gain, cut in two or not', async () => {
    const budget: Budget = { kind: 'steps', steps: 100 };
    // The best is at step 25; the fourth validation after it is at step 45.
    const whole = begin(budget, { patience: 4 });
    expect(await whole.ended).toMatchObject({ end: 'early-stop', facts: { step: 45, best: { step: 25 } } });

    for (const cutAt of [20, 25, 30, 40]) {
      const control = new RunControl();
      const first = begin(budget, {
        patience: 4,
        control,
        onLine: ({ step }) => void (step === cutAt && control.stop()),
      });
      await first.ended;
      const second = begin(budget, { patience: 4, from: first.kept.checkpoints[0] });
      expect(await second.ended, `cut at ${cutAt}`).toMatchObject({ end: 'early-stop', facts: { step: 45 } });
      expect(second.kept.checkpoints.at(-1)?.inference).toEqual(whole.kept.checkpoints.at(-1)?.inference);
    }
  });

  it('commits as often as asked, and never the same step twice', async () => {
    const { ended, kept } = begin({ kind: 'steps', steps: 12 }, { checkpointEverySeconds: 0 });
    await ended;
    expect(kept.checkpoints.map(({ facts }) => facts.step)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
  });

  it('names the step, the term and the remedy where a loss is no longer a number, and keeps what was committed', async () => {
    const task = tinyTask();
    const broken: TrainingTask = {
      ...task,
      inputs: (step, progress) => ({
        ...task.inputs(step, progress),
        spoil: scalarInput(step === 7 ? NaN : 1),
      }),
      step: (inputs) => {
        const output = task.step(inputs);
        const rate = tf.mul<tf.Scalar>(output.terms['rate'], inputs['spoil']);
        return { ...output, loss: tf.add(output.loss, tf.mul(rate, 0)), terms: { ...output.terms, rate } };
      },
    };
    const { ended, kept } = begin({ kind: 'steps', steps: 40 }, { task: broken, checkpointEverySeconds: 0 });
    await expect(ended).rejects.toMatchObject({
      code: 'training',
      message: expect.stringMatching(
        /stopped at step 7: the rate is no longer a number.*optimiser\.learningRate=/,
      ) as string,
    });
    expect(kept.checkpoints.at(-1)?.facts.step).toBe(6);
  });
});

describe('a duration', () => {
  it.each([
    [0.4, '0 s'],
    [59.4, '59 s'],
    [59.6, '1 min 0 s'],
    [200, '3 min 20 s'],
    [3599.7, '1 h 0 min'],
    [7390, '2 h 3 min'],
  ])('%d s: %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
