import { MorphloomError } from '../../contract/errors.ts';
import type { Job, JobState, JobSubject } from '../../contract/studio/state.ts';
import { RunControl } from '../train/run.ts';
import { describe } from './connect.ts';
import { type JobRequest, type JobRequestOf, laneOf } from './job-requests.ts';
import { isActive, newJob, type Work } from './job.ts';
import type { Journal } from './journal.ts';
import { ProgressMeter } from './progress-meter.ts';
import type { TopicBoard } from './publisher.ts';

interface Entry {
  job: Job;
  request: JobRequest;
  controller: AbortController;
  control: RunControl;
  meter: ProgressMeter;
  ended: Promise<void>;
}

/** At most so many jobs that ended are remembered. */
const MOST_ENDED = 50;
const MOST_NOTES = 50;

/** All long work of the engine: what waits, runs and has ended. It belongs to no client. */
export class Jobs {
  readonly #records = new Map<string, Entry>();
  #closing = false;

  constructor(
    private readonly journal: Journal,
    private readonly work: Work,
    private readonly board: TopicBoard,
    private readonly log: (line: string) => void,
  ) {}

  /**
   * Takes up what the journal has. What ran when the engine ended without a word is interrupted: it may be what
   * ended it. Exports that waited still wait their turn; anything else that waited is offered again.
   */
  async recover(): Promise<void> {
    for (const { job, request } of await this.journal.read()) {
      const waits = job.state === 'queued' && request.kind === 'export';
      const state = isActive(job) && !waits ? 'interrupted' : job.state;
      const endedAt = isActive({ state }) ? null : (job.endedAt ?? Date.now());
      this.#records.set(job.id, this.#record({ ...job, state, endedAt }, request));
    }
    await this.#save();
    this.#next();
  }

  /** The newest first. */
  list(): readonly Job[] {
    return [...this.#records.values()].map(({ job }) => job).reverse();
  }

  get(id: string): Job {
    return this.#find(id).job;
  }

  /** Whether a run is trained now, or will be. */
  trains(project: string, run: string): boolean {
    return this.list().some((job) => job.project === project && job.run === run && isActive(job));
  }

  /** The files that exports will have written when all is done. */
  promisedFiles(): ReadonlySet<string> {
    const unfinished = [...this.#records.values()].filter(
      ({ job }) => isActive(job) || job.state === 'interrupted',
    );
    return new Set(unfinished.flatMap(({ request }) => (request.kind === 'export' ? [request.out] : [])));
  }

  async start(request: JobRequest, title: string, subject: JobSubject | null = null): Promise<Job> {
    const waiting = request.kind === 'edit' ? this.#addToWaiting(request) : null;
    if (waiting !== null) {
      await this.#save();
      return waiting;
    }
    this.#forgetTwin(request);
    const job = newJob(request, title, subject);
    const record = this.#record(job, request);
    this.#records.set(job.id, record);
    await this.#save();
    this.#next();
    return record.job;
  }

  async pause(id: string): Promise<Job> {
    const record = this.#find(id);
    if (record.job.state === 'paused') return record.job;
    if (record.job.state !== 'running' || !record.job.canPause) {
      throw new MorphloomError(
        'usage',
        `"${record.job.title}" cannot be paused; only training that runs can.`,
      );
    }
    record.control.pause();
    this.#change(record, { state: 'paused' });
    await this.#save();
    return record.job;
  }

  /** Goes on with a paused job, or once more with one that the end of an engine interrupted. */
  async resume(id: string): Promise<Job> {
    const record = this.#find(id);
    if (record.job.state === 'paused') {
      record.control.resume();
      this.#change(record, { state: 'running' });
    } else if (record.job.state === 'interrupted') {
      const job: Job = { ...record.job, state: 'queued', progress: null, endedAt: null, error: null };
      this.#records.set(id, this.#record(job, record.request));
      this.#next();
    } else if (!isActive(record.job)) {
      throw new MorphloomError(
        'usage',
        `"${record.job.title}" has ended, so there is nothing to go on with.`,
      );
    }
    await this.#save();
    return this.get(id);
  }

  async stop(id: string): Promise<Job> {
    const record = this.#find(id);
    if (record.job.state === 'queued') this.#end(record, 'cancelled');
    else if (record.job.state === 'interrupted') this.#change(record, { state: 'cancelled' });
    else if (isActive(record.job)) {
      this.#change(record, { state: 'stopping' });
      record.controller.abort();
      record.control.stop();
    }
    await this.#save();
    return record.job;
  }

  async dismiss(id: string): Promise<void> {
    const { job } = this.#find(id);
    if (isActive(job)) throw new MorphloomError('usage', `"${job.title}" has not ended yet; stop it first.`);
    this.#records.delete(id);
    this.board.changed('jobs');
    await this.#save();
  }

  /**
   * Ends all that runs: training commits first. The journal has it as interrupted, to go on with later; an
   * export is queued again, and begins anew with the next engine.
   */
  async close(): Promise<void> {
    this.#closing = true;
    const running = [...this.#records.values()].filter(({ job }) => isActive(job));
    for (const record of running) {
      record.controller.abort();
      record.control.stop();
    }
    await Promise.all(running.map(({ ended }) => ended));
    await this.#save();
  }

  /** Edits of many pictures in a row are one import: those that come while one waits are done with it. */
  #addToWaiting({ project, changes }: JobRequestOf<'edit'>): Job | null {
    for (const record of this.#records.values()) {
      const { job, request } = record;
      if (job.state !== 'queued' || request.kind !== 'edit' || request.project !== project) continue;
      record.request = { ...request, changes: [...request.changes, ...changes] };
      return job;
    }
    return null;
  }

  /** Going on with a run by itself answers the offer to go on with the job that was interrupted. */
  #forgetTwin(request: JobRequest): void {
    if (request.kind !== 'train' || request.run === null) return;
    for (const [id, { job, request: other }] of this.#records) {
      const same = other.kind === 'train' && other.run === request.run && other.project === request.project;
      if (same && job.state === 'interrupted') this.#records.delete(id);
    }
  }

  #find(id: string): Entry {
    const record = this.#records.get(id);
    if (record === undefined) throw new MorphloomError('usage', 'That job is no longer on the list.');
    return record;
  }

  #record(job: Job, request: JobRequest): Entry {
    const record: Entry = {
      job,
      request,
      controller: new AbortController(),
      control: new RunControl(),
      meter: new ProgressMeter((progress) => {
        if (isActive(record.job)) this.#change(record, { progress });
      }),
      ended: Promise.resolve(),
    };
    return record;
  }

  /** Starts what waits and whose lane is free, in the order in which it was asked for. */
  #next(): void {
    if (this.#closing) return;
    const records = [...this.#records.values()];
    const taken = new Set(
      records
        .filter(({ job }) => isActive(job) && job.state !== 'queued')
        .map(({ request }) => laneOf(request)),
    );
    for (const record of records) {
      const lane = laneOf(record.request);
      if (record.job.state !== 'queued' || taken.has(lane)) continue;
      taken.add(lane);
      this.#change(record, { state: 'running', canPause: record.request.kind === 'train' });
      record.ended = this.#run(record);
    }
    this.board.changed('jobs');
  }

  async #run(record: Entry): Promise<void> {
    const { controller, control, meter } = record;
    await this.#save();
    try {
      const outcome = await this.work(record.request, {
        job: record.job.id,
        signal: controller.signal,
        control,
        onProgress: meter.report,
        note: (line) => {
          const { notes } = record.job;
          if (!notes.includes(line)) this.#change(record, { notes: [...notes, line].slice(-MOST_NOTES) });
        },
        keep: async (request) => {
          record.request = request;
          await this.#save();
        },
        setRun: (run) => this.#change(record, { run }),
        setFile: (file) => this.#change(record, { file }),
      });
      this.#end(record, outcome === 'stopped' && this.#closing ? 'interrupted' : 'done');
    } catch (error) {
      if (!(error instanceof MorphloomError && error.code === 'cancelled')) this.#fail(record, error);
      else if (!this.#closing) this.#end(record, 'cancelled');
      else if (record.request.kind === 'export') this.#change(record, { state: 'queued' });
      else this.#end(record, 'interrupted');
    }
    await this.#save();
    this.#next();
  }

  #fail(record: Entry, error: unknown): void {
    const ours = error instanceof MorphloomError;
    if (!ours) this.log(`A defect in "${record.job.title}": ${describe(error)}`);
    const message = error instanceof Error ? error.message : String(error);
    this.#change(record, { error: { code: ours ? error.code : 'defect', message } });
    this.#end(record, 'failed');
  }

  #end(record: Entry, state: JobState): void {
    record.meter.close();
    this.#change(record, { state, endedAt: Date.now(), canPause: false });
    const ended = [...this.#records.values()].filter(({ job }) => !isActive(job));
    for (const { job } of ended.slice(0, -MOST_ENDED)) this.#records.delete(job.id);
  }

  #change(record: Entry, change: Partial<Job>): void {
    record.job = { ...record.job, ...change };
    this.board.changed('jobs');
  }

  #save(): Promise<void> {
    const entries = [...this.#records.values()].map(({ job, request }) => ({
      job: { ...job, progress: null },
      request,
    }));
    return this.journal.write(entries).catch((error: unknown) => {
      this.log(`The list of jobs was not saved: ${describe(error)}`);
    });
  }
}
