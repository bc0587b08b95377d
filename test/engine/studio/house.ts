import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { createStudioClient, type StudioClient } from '../../../src/contract/studio/client.ts';
import type { Job } from '../../../src/contract/studio/state.ts';
import type { Topic, Topics } from '../../../src/contract/studio/topics.ts';
import { writeSamples } from '../../../src/engine/node/samples.ts';
import { createStudio, type Studio } from '../../../src/engine/studio/studio.ts';
import { memoryWire } from './wires.ts';

/** A studio of a test's own, with its folders and what it logged. */
export interface House {
  readonly root: string;
  readonly studio: Studio;
  readonly log: string[];
  /** Another window on it. */
  client(): StudioClient;
  close(): Promise<void>;
}

export async function openHouse(root?: string): Promise<House> {
  const folder = root ?? (await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-studio-')));
  const log: string[] = [];
  const studio = await createStudio({
    projectsFolder: path.join(folder, 'projects'),
    stateFolder: path.join(folder, 'state'),
    log: (line) => log.push(line),
  });
  const clients: StudioClient[] = [];
  return {
    root: folder,
    studio,
    log,
    client: () => {
      const wire = memoryWire();
      studio.connect(wire.engine);
      const client = createStudioClient(wire.client);
      clients.push(client);
      return client;
    },
    close: async () => {
      for (const client of clients) client.close();
      await studio.close();
      if (root === undefined) await fs.rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits for a topic's value to be as wanted. */
export function heard<T extends Topic>(
  client: StudioClient,
  topic: T,
  wanted: (value: Topics[T]) => boolean,
): Promise<Topics[T]> {
  return new Promise((resolve) => {
    // The listener may be called before `on` has returned.
    let over = false;
    let off = (): void => undefined;
    off = client.on(topic, (value) => {
      if (over || !wanted(value)) return;
      over = true;
      off();
      resolve(value);
    });
    if (over) off();
  });
}

const ENDED = ['done', 'failed', 'cancelled', 'interrupted'];

/** Waits for a job to end, and gives it as it is then. */
export async function ended(client: StudioClient, { id }: Pick<Job, 'id'>): Promise<Job> {
  const find = (jobs: readonly Job[]): Job | undefined => jobs.find((job) => job.id === id);
  const jobs = await heard(client, 'jobs', (all) => ENDED.includes(find(all)?.state ?? ''));
  return find(jobs) as Job;
}

/** Draws a few small faces, with their table, into a folder. */
export async function drawFaces(into: string, count = 24): Promise<{ folder: string; table: string }> {
  const { attributesFile } = await writeSamples({ kind: 'faces', count, sizePx: 32, seed: 5, into });
  return { folder: into, table: attributesFile };
}

export const SMALL = { width: 16, height: 16, channels: 3 } as const;
/** The smallest model that is one. */
export const TINY = {
  'encoder.widths': [8],
  'decoder.widths': [8],
  'latent.size': 8,
  'optimiser.batch': 8,
};
