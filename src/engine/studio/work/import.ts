import { applyEdits } from '../../dataset/index.ts';
import { importDataset } from '../../jobs/import.ts';
import type { JobRequestOf } from '../job-requests.ts';
import type { JobContext } from '../jobs.ts';
import type { Session } from '../sessions.ts';

export async function importWork(
  { sources, add, format, crop, labels, keepDuplicates }: JobRequestOf<'import'>,
  context: JobContext,
  session: Session,
): Promise<'done'> {
  const before = session.project.facts.sources;
  const wishes = {
    sources: sources === null ? before : add ? [...new Set([...before, ...sources])] : sources,
    format: format ?? undefined,
    crop: crop ?? undefined,
    labels: labels ?? undefined,
    keepDuplicates: keepDuplicates ?? undefined,
  };
  const { onProgress, signal } = context;
  await importDataset(session.project, wishes, { onProgress, signal });
  await session.alter((project) => project.withSources(wishes.sources));
  return 'done';
}

/** Brings the pictures up to what was changed of them by hand. */
export async function editWork(
  _: JobRequestOf<'edit'>,
  { onProgress, signal }: JobContext,
  session: Session,
): Promise<'done'> {
  await applyEdits(session.project.dataset, { onProgress, signal });
  session.changed();
  return 'done';
}
