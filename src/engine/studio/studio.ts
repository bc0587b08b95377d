import type { Wire } from '../../contract/studio/wire.ts';
import { Attention } from './attention.ts';
import { connect, describe } from './connect.ts';
import type { Client, StudioOptions } from './context.ts';
import { Engine } from './engine-state.ts';
import { Films } from './films.ts';
import { createHandlers } from './handlers/index.ts';
import { Instruments } from './instruments.ts';
import { isActive } from './job.ts';
import { Jobs } from './jobs.ts';
import { Journal } from './journal.ts';
import { Stage } from './playing.ts';
import { Previews } from './previews.ts';
import { type TopicSource, TopicBoard } from './publisher.ts';
import { Recents } from './recents.ts';
import type { Services } from './services.ts';
import { canonical, Sessions } from './sessions.ts';
import { News } from './news.ts';
import { Uploads } from './uploads.ts';
import { workOf } from './work/index.ts';

export type { StudioOptions } from './context.ts';

/** The engine as its doors see it. */
export interface Studio {
  /** Serves a client until the wire closes. */
  connect(wire: Wire): void;
  /** What goes on, for a door that wants to know whether it may end. */
  readonly busy: { readonly training: boolean; readonly exporting: boolean };
  /** Ends everything: training commits a checkpoint first, and all that ran is offered to go on with next time. */
  close(): Promise<void>;
}

/** Starts the engine's side of the studio: one for all windows, whichever door they come through. */
export async function createStudio(options: StudioOptions): Promise<Studio> {
  const { log, stateFolder } = options;
  const board = new TopicBoard();
  const attention = new Attention();
  const journal = await Journal.open(stateFolder, log);
  const engine = new Engine(options, board);
  const news = new News(board);
  const previews = new Previews(log);
  const instruments = new Instruments(engine, options, (instrument) => previews.forget(instrument));
  const recents = new Recents(stateFolder);
  const sessions = new Sessions(
    board,
    (folder) => {
      news.forget(folder);
      instruments.forget(folder);
    },
    (folder) => void recents.touch(folder).catch((error: unknown) => log(describe(error))),
  );
  const services: Services = {
    options,
    board,
    attention,
    engine,
    sessions,
    instruments,
    previews,
    news,
    films: new Films(board),
    stage: new Stage(sessions, instruments),
    uploads: new Uploads(options.projectsFolder),
    recents,
    jobs: new Jobs(
      journal,
      workOf(() => services),
      board,
      log,
    ),
  };
  const { jobs, films } = services;
  await jobs.recover();
  const handlers = createHandlers(services);
  const topics: TopicSource = {
    board,
    read: (topic, client) => attention.during(() => readTopic(services, topic, client)),
  };
  let clients = 0;
  return {
    connect: (wire) =>
      connect(wire, {
        handlers,
        topics,
        log,
        joined: () => ({ id: ++clients }),
        left: (client) => {
          previews.left(client);
          films.left(client);
          void sessions.left(client);
        },
      }),
    get busy() {
      const active = jobs.list().filter(isActive);
      return {
        training: active.some(({ kind }) => kind === 'train'),
        exporting: active.some(({ kind }) => kind === 'export'),
      };
    },
    close: async () => {
      engine.close();
      previews.close();
      await jobs.close();
      await sessions.closeAll();
      await journal.close();
    },
  };
}

async function readTopic(services: Services, topic: string, client: Client): Promise<unknown> {
  const { engine, jobs, films, sessions, news } = services;
  if (topic === 'engine') return engine.state();
  if (topic === 'jobs') return jobs.list();
  if (topic === 'films') return films.orderFor(client);
  const at = topic.indexOf(':');
  const [kind, folder] = [topic.slice(0, at), await canonical(topic.slice(at + 1))];
  const session = await sessions.find(folder);
  if (session?.clients.has(client) !== true) return undefined;
  if (kind === 'project') return session.state(client);
  if (kind === 'arrivals') return news.arrivals(folder);
  return kind === 'training' ? news.line(folder) : news.look(folder);
}
