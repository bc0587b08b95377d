import { randomUUID } from 'node:crypto';
import type { Job, JobState, JobSubject } from '../../contract/studio/state.ts';
import type { RunControl } from '../train/run.ts';
import { jobKindOf, type JobRequest } from './job-requests.ts';
import type { ProgressMeter } from './progress-meter.ts';

/** What the work of a job may say while it is done. */
export interface JobContext {
  /** The job's id. */
  readonly job: string;
  readonly signal: AbortSignal;
  /** The switches of training; other work hears `signal` only. */
  readonly control: RunControl;
  readonly onProgress: ProgressMeter['report'];
  /** A sentence that the user should read. */
  readonly note: (line: string) => void;
  /** Changes what would be done again after a crash; resolves when that is on disk. */
  readonly keep: (request: JobRequest) => Promise<void>;
  /** The run that training works on. */
  readonly setRun: (run: string) => void;
  readonly setFile: (file: string) => void;
}

/**
 * Does what a request asks for, from its beginning or on from where it was left. `stopped` says that it was
 * ended early, as asked, and kept what it had; what keeps nothing throws `cancelled`.
 */
export type Work = (request: JobRequest, context: JobContext) => Promise<'done' | 'stopped'>;

const ACTIVE: readonly JobState[] = ['queued', 'running', 'paused', 'stopping'];

/** Whether it waits, or is being done. */
export const isActive = ({ state }: Pick<Job, 'state'>): boolean => ACTIVE.includes(state);

/** A job that waits for its turn. */
export function newJob(request: JobRequest, title: string, subject: JobSubject | null): Job {
  return {
    id: randomUUID(),
    kind: jobKindOf(request),
    title,
    subject,
    project: request.project,
    state: 'queued',
    progress: null,
    startedAt: Date.now(),
    endedAt: null,
    error: null,
    canPause: false,
    run: null,
    file: null,
    notes: [],
  };
}
