import type { Job, JobKind } from '../../contract/studio/state.ts';
import { t } from '../strings/index.ts';
import { duration } from './format.ts';
import type { Room } from './rooms.ts';
import { recipeTitle } from './runNames.ts';

const ROOM_OF: Readonly<Record<JobKind, Room>> = {
  import: 'pictures',
  'sample-project': 'pictures',
  train: 'train',
  'learn-attribute': 'attributes',
  export: 'exports',
};

/** Where a job is looked after. */
export const roomOfJob = (kind: JobKind): Room => ROOM_OF[kind];

/** The part of a job that is done, in [0, 1]; null while it is not known. */
export const partOf = ({ progress }: Job): number | null =>
  progress?.total ? Math.min(1, progress.done / progress.total) : null;

/** What people call a job. */
export const jobTitle = ({ subject, title }: Job): string =>
  subject?.kind === 'train' ? t.common.jobs.training(recipeTitle(subject.recipe), subject.resumed) : title;

/** How a job stands, in a line. */
export function standingOf(job: Job): string {
  if (job.error) return job.error.message;
  if (job.state !== 'running') return t.common.jobs.states[job.state];
  const part = partOf(job);
  const left = job.progress?.etaSeconds;
  return [
    job.progress?.stage ?? '',
    part === null ? '' : t.common.percent(part),
    left === undefined ? '' : t.common.left(duration(left)),
  ]
    .filter((words) => words !== '')
    .join(' · ');
}
