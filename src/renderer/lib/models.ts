import type { RunState } from '../../contract/studio/state.ts';

/** From here on a run in training draws well enough to take another one's place. */
const SETTLED = 0.5;

/**
 * The run that models are taken from where the artist chose none: the newest, but not one that has hardly begun
 * while an older one is there, or each new training would spoil the morphs that play.
 * @param models the newest first
 * @param training the run that is being trained, by id
 */
export const standardModel = (models: readonly RunState[], training: string | null): RunState | null =>
  models.find(({ id, progress }) => id !== training || progress >= SETTLED) ?? models[0] ?? null;
