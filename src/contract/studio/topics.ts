import type { FilmOrder } from './films.ts';
import type { Arrivals, EngineState, Job, ProjectState, TrainingLook, TrainingNow } from './state.ts';

/**
 * What the engine tells without being asked. A topic has one value, the newest; whoever subscribes gets it at
 * once and whenever it changes. While a client is busy with one, those in between are dropped: a backlog
 * cannot grow.
 */
export interface Topics {
  engine: EngineState;
  /** All jobs that are not dismissed, the newest first. */
  jobs: readonly Job[];
  /** The film that this window is to encode now; null for none. */
  films: FilmOrder | null;
  /** `project:<folder>` */
  [project: `project:${string}`]: ProjectState;
  /** `training:<folder>`: the run that trains in this project. */
  [training: `training:${string}`]: TrainingNow;
  /** `arrivals:<folder>`: what an import has found so far, until it is done. */
  [arrivals: `arrivals:${string}`]: Arrivals;
  /** `look:<folder>` */
  [look: `look:${string}`]: TrainingLook;
}

export type Topic = keyof Topics;
