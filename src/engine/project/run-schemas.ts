import { z } from 'zod';
import { recipeSchema } from '../../contract/recipe.ts';

const budget = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('steps'), steps: z.number().int().min(1) }),
  z.strictObject({ kind: z.literal('epochs'), epochs: z.number().positive() }),
  z.strictObject({ kind: z.literal('minutes'), minutes: z.number().positive() }),
]);

/** What a run is, fixed when it begins: `run.json`. */
export const runSchema = z.strictObject({
  schema: z.literal(1),
  recipe: recipeSchema,
  image: z.strictObject({ width: z.number().int(), height: z.number().int(), channels: z.number().int() }),
  seed: z.number().int().min(0),
  budget,
  /** The hash of the pictures it was begun on: it can be resumed on no others. */
  dataset: z.string(),
});
export type RunFacts = z.infer<typeof runSchema>;

export const checkpointSchema = z.strictObject({
  schema: z.literal(1),
  step: z.number().int().min(0),
  elapsedSeconds: z.number().min(0),
  score: z.number().nullable(),
  best: z.strictObject({ score: z.number(), step: z.number().int() }).nullable(),
});

export const knotSchema = z.strictObject({
  step: z.number().int().min(0),
  progress: z.number().min(0).max(1),
  lastStep: z.number().int().min(0),
  elapsedSeconds: z.number().min(0),
});
