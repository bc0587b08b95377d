import { z } from 'zod';
import type { TrainingLine } from '../../training.ts';
import type { Job, RecipeCard, TrainingLook } from '../state.ts';
import { ask, project, name, run } from './ask.ts';

export const budgetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('steps'), steps: z.int().min(1) }),
  z.strictObject({ kind: z.literal('epochs'), epochs: z.number().positive() }),
  z.strictObject({ kind: z.literal('minutes'), minutes: z.number().positive() }),
]);

/** Recipes, training and its runs, and jobs of any kind. */
export const trainingProcedures = {
  'recipes.list': ask<readonly RecipeCard[]>()({}),
  /** Trains a new model: a job. `settings` as `--set` takes them, by key. */
  'training.start': ask<Job>()({
    project,
    recipe: name,
    settings: z.record(z.string(), z.json()).default({}),
    budget: budgetSchema,
    seed: z.int().min(0).default(0),
  }),
  /** Goes on with a run from its last checkpoint: a job. */
  'training.resume': ask<Job>()({ project, run }),
  /** Figures after a step, thinned evenly to `most`. */
  'runs.lines': ask<readonly TrainingLine[]>()({
    project,
    run: z.string().min(1),
    after: z.int().min(0).default(0),
    most: z.int().min(2).max(10_000).default(2000),
  }),
  /** What the pictures of a run that was trained look like: as the topic `look` tells of one that trains. */
  'runs.look': ask<TrainingLook>()({ project, run: z.string().min(1) }),
  'runs.remove': ask<Record<never, never>>()({ project, run: z.string().min(1) }),

  'jobs.list': ask<readonly Job[]>()({}),
  'jobs.pause': ask<Job>()({ job: z.string() }),
  /** Goes on with a paused or an interrupted one. */
  'jobs.resume': ask<Job>()({ job: z.string() }),
  /** Training commits what it has, and ends; anything else is given up without a trace. */
  'jobs.stop': ask<Job>()({ job: z.string() }),
  /** Takes ended ones off the list. */
  'jobs.dismiss': ask<Record<never, never>>()({ job: z.string() }),
} as const;
