import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { TrainingLine } from '../../contract/training.ts';
import { describeWriteFailure, replaceFile, syncFolder, writeSynced } from '../node/files.ts';
import type { Knot } from '../train/plan.ts';
import type { CheckpointFacts, RunStore } from '../train/run.ts';
import type { State } from '../train/task.ts';
import { removeHalfRuns } from './half-runs.ts';
import { readJson, readJsonLines } from './json.ts';
import { RunLines } from './run-lines.ts';
import { checkpointSchema, knotSchema, type RunFacts, runSchema } from './run-schemas.ts';
import { encodeSafetensors, readSafetensors } from './safetensors.ts';

export type { RunFacts } from './run-schemas.ts';

const WEIGHTS = 'weights.safetensors';
const OPTIMISER = 'optimizer.safetensors';
const STATE = 'state.json';
/** A checkpoint that is not complete yet. */
const DRAFT_NAME = /^\.\d+\.tmp$/;
/** How many checkpoints stay, beside the best. */
const KEEP = 2;

/** The run's folder: `run.json`, `metrics.jsonl`, `plan.jsonl`, `checkpoints/<step>/`. */
export class RunFolder implements RunStore {
  readonly figures: RunLines;

  private constructor(
    readonly folder: string,
    readonly id: string,
    readonly facts: RunFacts,
  ) {
    this.figures = new RunLines(folder);
  }

  get recipe(): Recipe {
    return this.facts.recipe;
  }

  /** Begins a run beside those that are there: `runs/003-morph`. */
  static async create(runs: string, facts: RunFacts): Promise<RunFolder> {
    await fs.mkdir(runs, { recursive: true }).catch((cause: unknown) => {
      throw describeWriteFailure(runs, cause);
    });
    await removeHalfRuns(runs);
    const latest = (await RunFolder.list(runs)).at(-1);
    for (let number = latest === undefined ? 1 : parseInt(latest) + 1; ; number++) {
      const id = `${String(number).padStart(3, '0')}-${facts.recipe.name.replaceAll(/[^\p{L}\p{N}_-]/gu, '-')}`;
      const folder = path.join(runs, id);
      // Complete under a temporary name first, so that a run in the list always has its facts.
      const temporary = path.join(runs, `.${id}.${process.pid}`);
      await fs.rm(temporary, { recursive: true, force: true });
      await fs.mkdir(path.join(temporary, 'checkpoints'), { recursive: true });
      await writeSynced(path.join(temporary, 'run.json'), JSON.stringify(facts, null, 2));
      try {
        await fs.rename(temporary, folder);
        await syncFolder(runs);
        return new RunFolder(folder, id, facts);
      } catch (error) {
        await fs.rm(temporary, { recursive: true, force: true });
        if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? ''))
          throw error;
      }
    }
  }

  /** The ids of the runs, in the order in which they were begun. */
  static async list(runs: string): Promise<string[]> {
    const names = await fs.readdir(runs).catch(() => [] as string[]);
    const ids = names.filter((name) => /^\d{3,}-/.test(name));
    return ids.sort((a, b) => parseInt(a) - parseInt(b) || (a < b ? -1 : 1));
  }

  static async open(runs: string, id: string): Promise<RunFolder> {
    const folder = path.join(runs, id);
    const facts = await readJson(path.join(folder, 'run.json'), runSchema);
    return new RunFolder(folder, id, facts);
  }

  /** The run of this name. Throws `usage` where there is none. */
  static async named(runs: string, id: string): Promise<RunFolder> {
    const ids = await RunFolder.list(runs);
    if (ids.includes(id)) return RunFolder.open(runs, id);
    const known = ids.length === 0 ? 'it has none yet' : `it has ${ids.join(', ')}`;
    throw new MorphloomError('usage', `There is no run "${id}" in "${path.dirname(runs)}"; ${known}.`);
  }

  get #checkpoints(): string {
    return path.join(this.folder, 'checkpoints');
  }

  /** The steps at which checkpoints were committed, in order. */
  async checkpoints(): Promise<number[]> {
    const names = await fs.readdir(this.#checkpoints).catch(() => [] as string[]);
    return names
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  }

  checkpointFolder(step: number): string {
    return path.join(this.#checkpoints, String(step).padStart(8, '0'));
  }

  /**
   * Reads from the newest checkpoint that is whole: a damaged one is passed over, with a sentence to `log`.
   * Null where none was committed; throws `corrupt` where all are damaged.
   */
  async newest<T>(read: (step: number) => Promise<T>, log?: (line: string) => void): Promise<T | null> {
    const steps = (await this.checkpoints()).reverse();
    for (const [i, step] of steps.entries()) {
      try {
        return await read(step);
      } catch (error) {
        const damaged = error instanceof MorphloomError && error.code === 'corrupt';
        if (!damaged || i === steps.length - 1) throw error;
        log?.(`The checkpoint of step ${step} is damaged; going back to that of step ${steps[i + 1]}.`);
      }
    }
    return null;
  }

  /** The facts of the newest checkpoint that is whole; null where none was committed. */
  async newestFacts(): Promise<CheckpointFacts | null> {
    return this.newest((step) => this.#facts(step));
  }

  /** The weights to use the model with, as committed at this step, and where they lie. */
  async weights(step: number): Promise<{ state: State; file: string }> {
    const file = path.join(this.checkpointFolder(step), WEIGHTS);
    return { state: new Map(await readSafetensors(file)), file };
  }

  /** All that is needed to go on from this step. */
  async load(step: number): Promise<{ facts: CheckpointFacts; inference: State; training: State }> {
    const folder = this.checkpointFolder(step);
    return {
      facts: await this.#facts(step),
      inference: new Map(await readSafetensors(path.join(folder, WEIGHTS))),
      training: new Map(await readSafetensors(path.join(folder, OPTIMISER))),
    };
  }

  async commit(facts: CheckpointFacts, inference: State, training: State): Promise<void> {
    for (const [name, { values }] of inference) {
      if (!allFinite(values)) {
        throw new MorphloomError(
          'training',
          `Training stopped at step ${facts.step}: the weights "${name}" are no longer numbers, most likely because ` +
            'the learning rate is too high; the last checkpoint is kept, go on from it with a lower one.',
        );
      }
    }
    const folder = this.checkpointFolder(facts.step);
    const temporary = path.join(this.#checkpoints, `.${facts.step}.tmp`);
    try {
      await fs.rm(temporary, { recursive: true, force: true });
      await fs.mkdir(temporary, { recursive: true });
      await writeSynced(path.join(temporary, WEIGHTS), encodeSafetensors(inference));
      await writeSynced(path.join(temporary, OPTIMISER), encodeSafetensors(training));
      await writeSynced(path.join(temporary, STATE), JSON.stringify({ schema: 1, ...facts }));
      await syncFolder(temporary);
      await fs.rm(folder, { recursive: true, force: true });
      await fs.rename(temporary, folder);
      await syncFolder(this.#checkpoints);
    } catch (cause) {
      await fs.rm(temporary, { recursive: true, force: true }).catch(() => undefined);
      throw describeWriteFailure(folder, cause);
    }
    await this.#prune();
  }

  /**
   * Keeps the newest checkpoints, and of the older ones the one whose validation was the best. Those between
   * two validations share a score; the first of them is what was validated.
   */
  async #prune(): Promise<void> {
    // What commits that were killed had begun: only one at a time is under way, and this one is done.
    for (const name of await fs.readdir(this.#checkpoints)) {
      if (DRAFT_NAME.test(name))
        await fs.rm(path.join(this.#checkpoints, name), { recursive: true, force: true });
    }
    const older = (await this.checkpoints()).slice(0, -KEEP);
    let best: { step: number; score: number } | null = null;
    for (const step of older) {
      const { score } = await this.#facts(step);
      if (score !== null && (best === null || score < best.score)) best = { step, score };
    }
    for (const step of older) {
      if (step !== best?.step) await fs.rm(this.checkpointFolder(step), { recursive: true, force: true });
    }
  }

  async #facts(step: number): Promise<CheckpointFacts> {
    const { schema: _, ...facts } = await readJson(
      path.join(this.checkpointFolder(step), STATE),
      checkpointSchema,
    );
    return facts;
  }

  get #plan(): string {
    return path.join(this.folder, 'plan.jsonl');
  }

  /** Removes the run with all that it has; out of the list at once, even where that takes a while. */
  async remove(): Promise<void> {
    const aside = path.join(path.dirname(this.folder), `.${this.id}.removed`);
    await fs.rm(aside, { recursive: true, force: true });
    await fs.rename(this.folder, aside);
    await fs.rm(aside, { recursive: true, force: true });
  }

  async knots(): Promise<Knot[]> {
    const knots = await readJsonLines(this.#plan, knotSchema);
    return knots.map((knot) => {
      if (knot !== null) return knot;
      throw new MorphloomError(
        'corrupt',
        `"${this.#plan}" is damaged, so the run cannot go on; begin a new one.`,
      );
    });
  }

  async addKnot(knot: Knot): Promise<void> {
    const knots = [...(await this.knots()), knot];
    await replaceFile(this.#plan, knots.map((k) => `${JSON.stringify(k)}\n`).join(''));
  }

  addLine(line: TrainingLine): void {
    this.figures.add(line);
  }

  /** The figures written so far; a line that is damaged is left out. */
  lines(): Promise<TrainingLine[]> {
    return this.figures.all();
  }

  /** Forgets the lines of steps that will be taken again. */
  rewindLines(step: number): Promise<void> {
    return this.figures.rewind(step);
  }
}

/** A sum is finite only if all that went into it is; a plain loop, since millions of numbers pass through it. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * 0;
  return sum === 0;
}
