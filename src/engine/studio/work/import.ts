import { applyEdits, planEdits } from '../../dataset/index.ts';
import { formatFor, importDataset } from '../../jobs/import.ts';
import { watchArrivals } from '../arrivals.ts';
import type { JobRequestOf } from '../job-requests.ts';
import type { JobContext } from '../job.ts';
import type { Services } from '../services.ts';
import type { Session } from '../sessions.ts';

export async function importWork(
  { sources, add, crop, faces, labels, withoutLabels, keepDuplicates, format: asked }: JobRequestOf<'import'>,
  context: JobContext,
  session: Session,
  { news }: Services,
): Promise<'done'> {
  const before = session.project.facts.sources;
  const wishes = {
    sources: sources === null ? before : add ? [...new Set([...before, ...sources])] : sources,
    format: asked ?? undefined,
    crop: crop ?? undefined,
    faces: faces === 'off' ? null : (faces ?? undefined),
    labels: withoutLabels ? null : (labels ?? undefined),
    keepDuplicates: keepDuplicates ?? undefined,
  };
  const { onProgress, signal, job } = context;
  const format = await formatFor(session.project, wishes.format);
  const arrivals = watchArrivals(job, format, (found) => news.tellArrivals(session.folder, found));
  try {
    await importDataset(session.project, wishes, { onProgress, signal, ...arrivals });
  } finally {
    news.tellArrivals(session.folder, null);
  }
  await session.alter((project) => project.withSources(wishes.sources));
  return 'done';
}

/** Changes pictures by hand: all that was asked for, or, where it is stopped, nothing. */
export async function editWork(
  { changes }: JobRequestOf<'edit'>,
  { onProgress, signal }: JobContext,
  session: Session,
): Promise<'done'> {
  const { dataset } = session.project;
  const { after } = await planEdits(dataset, changes);
  await applyEdits(dataset, { edits: after, onProgress, signal });
  session.changed();
  return 'done';
}
