import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { z } from 'zod';
import { procedures } from '../../contract/studio/api.ts';
import type { Job } from '../../contract/studio/state.ts';
import { removeUnfinished, replaceFile } from '../node/files.ts';
import { type HeldLock, tryLock } from '../node/lock.ts';
import { readJson } from '../project/json.ts';
import { type JobRequest, jobRequestSchema } from './job-requests.ts';

/** A job as it is kept. */
export interface JournalEntry {
  readonly job: Job;
  readonly request: JobRequest;
}

const projectName = z.string();
const subjectSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['import', 'edit']), projectName }),
  z.strictObject({ kind: z.literal('train'), projectName, recipe: z.string(), resumed: z.boolean() }),
  z.strictObject({ kind: z.literal('learn-attribute'), projectName, attribute: z.string() }),
  z.strictObject({ kind: z.literal('export'), projectName, file: z.string(), format: z.string() }),
  z.strictObject({
    kind: z.literal('sample-project'),
    sample: procedures['projects.sample'].input.shape.kind,
  }),
]);

const jobSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['import', 'train', 'learn-attribute', 'export', 'sample-project']),
  title: z.string(),
  subject: subjectSchema.nullable().default(null),
  project: z.string(),
  state: z.enum(['queued', 'running', 'paused', 'stopping', 'done', 'failed', 'cancelled', 'interrupted']),
  progress: z.null(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  error: z
    .strictObject({
      code: z.enum(['usage', 'input', 'environment', 'training', 'corrupt', 'cancelled', 'defect']),
      message: z.string(),
    })
    .nullable(),
  canPause: z.boolean(),
  run: z.string().nullable(),
  file: z.string().nullable(),
  notes: z.array(z.string()),
});
const journalSchema = z.array(z.strictObject({ job: jobSchema, request: jobRequestSchema }));

/**
 * The jobs on disk, so that an engine that was killed comes back with what it was doing. One engine at a
 * time keeps it; another on the same folder remembers nothing beyond its own life.
 */
export class Journal {
  #wanted: readonly JournalEntry[] | null = null;
  #writing: Promise<void> | null = null;

  private constructor(
    private readonly file: string,
    private readonly lock: HeldLock | null,
    private readonly log: (line: string) => void,
  ) {}

  static async open(stateFolder: string, log: (line: string) => void): Promise<Journal> {
    await fs.mkdir(stateFolder, { recursive: true });
    const lock = await tryLock(path.join(stateFolder, 'jobs.lock'));
    if (lock === null) {
      log(`Another engine keeps its jobs in "${stateFolder}"; those of this one are forgotten when it ends.`);
    } else await removeUnfinished(stateFolder);
    return new Journal(path.join(stateFolder, 'jobs.json'), lock, log);
  }

  async read(): Promise<JournalEntry[]> {
    if (this.lock === null) return [];
    const there = await fs.access(this.file).then(
      () => true,
      () => false,
    );
    if (!there) return [];
    return readJson(this.file, journalSchema).catch((error: unknown) => {
      this.log(`The list of jobs is begun anew. ${String(error)}`);
      return [];
    });
  }

  /** Replaces what is kept; resolves when this, or something newer, is on disk. */
  async write(entries: readonly JournalEntry[]): Promise<void> {
    if (this.lock === null) return;
    this.#wanted = entries;
    // Whoever comes while a write is under way is served by the next one.
    while (this.#writing !== null) await this.#writing.catch(() => undefined);
    if (this.#wanted === null) return;
    const text = JSON.stringify(this.#wanted, null, 1);
    this.#wanted = null;
    this.#writing = replaceFile(this.file, `${text}\n`).finally(() => (this.#writing = null));
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing?.catch(() => undefined);
    await this.lock?.release();
  }
}
