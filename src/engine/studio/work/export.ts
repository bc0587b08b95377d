import * as fs from 'node:fs/promises';
import { exportOf, exportTimeline } from '../../morph/export.ts';
import type { JobRequestOf } from '../job-requests.ts';
import type { JobContext } from '../job.ts';
import type { Services } from '../services.ts';
import type { Session } from '../sessions.ts';

export async function exportWork(
  { run, timeline, settings, out }: JobRequestOf<'export'>,
  { onProgress, signal, note, setFile }: JobContext,
  session: Session,
  { instruments }: Services,
): Promise<'done'> {
  await fs.mkdir(session.project.exports, { recursive: true });
  const written = await instruments.play(session.project, run, (instrument) =>
    exportTimeline({ instrument, timeline, ...exportOf(settings), out, onProgress, signal }),
  );
  for (const line of written.notes) note(line);
  setFile(written.path);
  return 'done';
}
