import type { JobRequestOf } from '../job-requests.ts';
import type { JobContext } from '../jobs.ts';
import type { Session } from '../sessions.ts';
import { importInto } from '../../jobs/import.ts';

export async function importWork(
  { sources, add, format, crop, labels, keepDuplicates }: JobRequestOf<'import'>,
  { onProgress, signal }: JobContext,
  session: Session,
): Promise<'done'> {
  const before = session.project.facts.sources;
  const wanted = sources === null ? before : add ? [...new Set([...before, ...sources])] : sources;
  await session.alter(async (project) => {
    const { project: after } = await importInto(project, {
      sources: wanted,
      format: format ?? undefined,
      crop: crop ?? undefined,
      labels: labels ?? undefined,
      keepDuplicates: keepDuplicates ?? undefined,
      onProgress,
      signal,
    });
    return after;
  });
  return 'done';
}
