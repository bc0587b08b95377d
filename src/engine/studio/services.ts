import type { Attention } from './attention.ts';
import type { StudioOptions } from './context.ts';
import type { Engine } from './engine-state.ts';
import type { Films } from './films.ts';
import type { Instruments } from './instruments.ts';
import type { Jobs } from './jobs.ts';
import type { Stage } from './playing.ts';
import type { Previews } from './previews.ts';
import type { TopicBoard } from './publisher.ts';
import type { Recents } from './recents.ts';
import type { Sessions } from './sessions.ts';
import type { News } from './news.ts';
import type { Uploads } from './uploads.ts';

/** What handlers and jobs work with. */
export interface Services {
  readonly options: StudioOptions;
  readonly board: TopicBoard;
  /** Who waits for an answer, so that training makes room. */
  readonly attention: Attention;
  readonly engine: Engine;
  readonly sessions: Sessions;
  readonly recents: Recents;
  readonly jobs: Jobs;
  readonly news: News;
  readonly instruments: Instruments;
  readonly films: Films;
  readonly stage: Stage;
  readonly previews: Previews;
  readonly uploads: Uploads;
}
