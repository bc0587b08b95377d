import type { Progress } from '../../contract/progress.ts';
import { MorphloomError } from '../../contract/errors.ts';
import type { TrainingLine } from '../../contract/training.ts';
import type { Knot, Plan } from './plan.ts';
import type { State, TrainingTask } from './task.ts';
import { NotFiniteError, type StepFigures, type Trainer } from './trainer.ts';

/** What is written at a checkpoint, beside the weights. */
export interface CheckpointFacts {
  readonly step: number;
  readonly elapsedSeconds: number;
  /** The latest validation, lower is better; null where there is none. What the best checkpoint goes by. */
  readonly score: number | null;
  /** The best validation so far and the step it was made at: what stopping early goes by. */
  readonly best: { readonly score: number; readonly step: number } | null;
}

/** Where a run is kept. Everything is on disk when the promise resolves. */
export interface RunStore {
  addKnot(knot: Knot): Promise<void>;
  addLine(line: TrainingLine): void;
  commit(facts: CheckpointFacts, inference: State, training: State): Promise<void>;
}

export interface RunOptions {
  readonly task: TrainingTask;
  readonly trainer: Trainer;
  readonly plan: Plan;
  readonly store: RunStore;
  /** From the checkpoint that the trainer was restored from, or null at the beginning. */
  readonly from: CheckpointFacts | null;
  /** Called now and then; its score is what "best" goes by. */
  readonly validate?: () => Validation | Promise<Validation>;
  /** Stop when this many validations in a row were no better than the best; never, where absent. */
  readonly patience?: number;
  readonly checkpointEverySeconds: number;
  readonly onLine?: (line: TrainingLine) => void;
  readonly onProgress?: (progress: Progress) => void;
  /**
   * Called once, after the first step, and not counted as training: what makes the other steps faster, and would only
   * keep waiting for the first.
   */
  readonly prepare?: () => void;
  /** Called between steps, for whoever looks at the model as it learns; the next step waits for it. */
  readonly onStep?: (step: number) => Promise<void>;
  /** Called when a checkpoint is on disk. */
  readonly onCommit?: (facts: CheckpointFacts) => void;
  /** Called between steps, which block the thread: lets in whoever waits. A turn of the event loop, where absent. */
  readonly giveWay?: (() => Promise<void>) | undefined;
  readonly control: RunControl;
}

/** Figures on pictures held out. */
export interface Validation {
  /** Lower is better. */
  readonly score: number;
  readonly figures: Readonly<Record<string, number>>;
}

export type RunEnd = 'finished' | 'stopped' | 'early-stop';

/** How many validations a whole run gets. */
const VALIDATIONS = 20;
const LINE_EVERY_MS = 500;

/** The switches of a run in progress. */
export class RunControl {
  #stopped = false;
  #wake: (() => void) | null = null;
  #paused: Promise<void> | null = null;

  /** Ends the run after the current step, with a checkpoint. */
  stop(): void {
    this.#stopped = true;
    this.resume();
  }
  pause(): void {
    this.#paused ??= new Promise((resolve) => (this.#wake = resolve));
  }
  resume(): void {
    this.#wake?.();
    this.#wake = null;
    this.#paused = null;
  }
  get stopped(): boolean {
    return this.#stopped;
  }
  /** Resolves when the run may go on; null when it need not wait. */
  get paused(): Promise<void> | null {
    return this.#paused;
  }
}

/** Runs a task to the end of its plan, or until it is stopped; commits checkpoints on the way. */
export async function runTraining(options: RunOptions): Promise<{ end: RunEnd; facts: CheckpointFacts }> {
  const { task, trainer, plan, store, control, from, giveWay = nextTurn } = options;
  const clock = new Stopwatch(from?.elapsedSeconds ?? 0);
  let score = from?.score ?? null;
  let best = from?.best ?? null;
  let worse = best === null ? 0 : validationsBetween(plan, best.step, trainer.step);
  let committedAt = clock.seconds;
  let committedStep = from?.step ?? -1;
  let lineAt = -Infinity;
  const speed = new SpeedGauge(task.batch);
  let prepare = options.prepare;
  let end: RunEnd = 'finished';

  const facts = (): CheckpointFacts => ({ step: trainer.step, elapsedSeconds: clock.seconds, score, best });
  const commit = async (): Promise<void> => {
    if (committedStep === trainer.step) return;
    const inference = trainer.inferenceWeights();
    await giveWay();
    await store.commit(facts(), inference, trainer.trainingState());
    committedAt = clock.seconds;
    committedStep = trainer.step;
    options.onCommit?.(facts());
  };

  while (!plan.done(trainer.step)) {
    if (control.paused !== null) {
      clock.stop();
      await commit();
      await control.paused;
      clock.start();
      speed.restart();
    }
    if (control.stopped) {
      end = 'stopped';
      break;
    }
    const figures = takeStep(trainer, plan.progress(trainer.step));
    speed.add(clock.seconds);
    const knot = plan.replan(trainer.step, clock.seconds);
    if (knot !== null) {
      await store.addKnot(knot);
      plan.add(knot);
    }

    const validation = validationDue(plan, trainer.step) ? await options.validate?.() : undefined;
    if (validation !== undefined) {
      score = validation.score;
      if (best === null || score < best.score) {
        best = { score, step: trainer.step };
        worse = 0;
      } else if (++worse >= (options.patience ?? Infinity)) end = 'early-stop';
    }

    const last = plan.done(trainer.step) || end === 'early-stop';
    if (last || validation !== undefined || Date.now() - lineAt >= LINE_EVERY_MS) {
      lineAt = Date.now();
      const line = describe(figures, task, plan, clock.seconds, speed, validation?.figures);
      store.addLine(line);
      options.onLine?.(line);
      options.onProgress?.({
        stage: 'Training',
        done: trainer.step,
        total: plan.lastStep(trainer.step),
        unit: 'steps',
        note: `loss ${line.loss.toFixed(0)} · ${Math.round(line.imagesPerSecond)} pictures/s · ${duration(line.etaSeconds)} left`,
      });
    }
    await options.onStep?.(trainer.step);
    if (end === 'early-stop') break;
    if (clock.seconds - committedAt >= options.checkpointEverySeconds) await commit();
    await giveWay();
    if (prepare !== undefined && !last) {
      clock.stop();
      prepare();
      prepare = undefined;
      clock.start();
      speed.restart();
    }
  }
  await commit();
  return { end, facts: facts() };
}

/** Lets signals, timers and messages in. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Whether a validation falls on this step: a pure function of the plan, so that a resumed run agrees. */
const validationDue = (plan: Plan, step: number): boolean =>
  Math.floor(plan.progress(step) * VALIDATIONS) > Math.floor(plan.progress(step - 1) * VALIDATIONS);

/** How many validations fell on the steps after `from`, up to `to`: since the best, none of them was better. */
function validationsBetween(plan: Plan, from: number, to: number): number {
  let count = 0;
  for (let step = from + 1; step <= to; step++) if (validationDue(plan, step)) count++;
  return count;
}

function takeStep(trainer: Trainer, progress: number): StepFigures {
  try {
    return trainer.advance(progress);
  } catch (error) {
    if (!(error instanceof NotFiniteError)) throw error;
    const { figures } = error;
    const broken = Object.keys(figures.terms).filter((name) => !Number.isFinite(figures.terms[name]));
    const which = broken.length === 0 ? 'the loss' : `the ${broken.join(' and the ')}`;
    throw new MorphloomError(
      'training',
      `Training stopped at step ${figures.step}: ${which} is no longer a number, most likely because the learning ` +
        `rate (${figures.learningRate.toPrecision(2)} there) is too high; the last checkpoint is kept, go on ` +
        `from it with a lower one, as in --set optimiser.learningRate=${(figures.learningRate / 4).toPrecision(1)}.`,
      { cause: error },
    );
  }
}

function describe(
  figures: StepFigures,
  task: TrainingTask,
  plan: Plan,
  elapsedSeconds: number,
  speed: SpeedGauge,
  validation: Readonly<Record<string, number>> | undefined,
): TrainingLine {
  const stepsLeft = Math.max(0, plan.lastStep(figures.step) - figures.step);
  const imagesPerSecond = speed.imagesPerSecond;
  return {
    step: figures.step,
    epoch: figures.step / task.stepsPerEpoch,
    progress: plan.progress(figures.step),
    loss: figures.loss,
    terms: figures.terms,
    learningRate: figures.learningRate,
    elapsedSeconds,
    imagesPerSecond,
    etaSeconds: imagesPerSecond === 0 ? 0 : (stepsLeft * task.batch) / imagesPerSecond,
    ...(validation === undefined ? {} : { validation }),
  };
}

/** "3 min 20 s", for people. */
export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** Time spent training: it stands still while a run is paused. */
class Stopwatch {
  #since = performance.now();
  #running = true;
  constructor(private before: number) {}
  get seconds(): number {
    return this.before + (this.#running ? (performance.now() - this.#since) / 1000 : 0);
  }
  stop(): void {
    this.before = this.seconds;
    this.#running = false;
  }
  start(): void {
    this.#since = performance.now();
    this.#running = true;
  }
}

/** Pictures a second over the last few dozen steps. */
class SpeedGauge {
  static readonly #window = 32;
  readonly #times: number[] = [];
  constructor(private readonly batch: number) {}
  add(seconds: number): void {
    this.#times.push(seconds);
    if (this.#times.length > SpeedGauge.#window) this.#times.shift();
  }
  restart(): void {
    this.#times.length = 0;
  }
  get imagesPerSecond(): number {
    const steps = this.#times.length - 1;
    if (steps < 1) return 0;
    return (steps * this.batch) / Math.max(1e-9, this.#times[steps] - this.#times[0]);
  }
}
