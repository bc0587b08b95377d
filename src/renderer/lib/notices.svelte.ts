import type { Job, JobState } from '../../contract/studio/state.ts';
import { shell } from '../shell/index.ts';
import { t } from '../strings/index.ts';
import { jobTitle, roomOfJob } from './jobs.ts';
import { studio } from './studio.svelte.ts';
import { toast } from './toasts.svelte.ts';

const seen = new Map<string, JobState>();
/** Lists before this window was there tell no news. */
let begun = false;

/** Tells the user of jobs that ended since it was called last. Call it with each new list. */
export function noticeEnded(jobs: readonly Job[]): void {
  for (const job of jobs) {
    const before = seen.get(job.id);
    seen.set(job.id, job.state);
    const isNews =
      begun && before !== job.state && (before !== undefined || job.startedAt > Date.now() - 5000);
    if (isNews && job.state === 'done') done(job);
    if (isNews && job.state === 'failed') failed(job);
  }
  const alive = new Set(jobs.map(({ id }) => id));
  for (const id of seen.keys()) if (!alive.has(id)) seen.delete(id);
  if (studio.connection === 'open') begun = true;
}

function failed(job: Job): void {
  toast(job.error?.message ?? jobTitle(job), { kind: 'error' });
  shell.notify(jobTitle(job), job.error?.message ?? '');
}

function done(job: Job): void {
  const here = job.project === studio.project?.folder;
  if (job.kind === 'train') {
    shell.notify(t.train.done(jobTitle(job)), '');
    const first = here && studio.project?.runs.length === 1;
    if (first && studio.room === 'train') {
      studio.go('morph');
      toast(t.train.firstDone, { kind: 'good' });
    } else if (here)
      toast(t.train.done(jobTitle(job)), {
        kind: 'good',
        action: { label: t.train.morph, run: () => studio.go('morph') },
      });
  }
  if (job.kind === 'export') {
    const name = job.file?.split(/[\\/]/).at(-1) ?? jobTitle(job);
    shell.notify(t.exports.saved(name), '');
    if (here && studio.room !== roomOfJob(job.kind))
      toast(t.exports.saved(name), {
        kind: 'good',
        action: { label: t.exports.show, run: () => studio.go('exports') },
      });
  }
}
