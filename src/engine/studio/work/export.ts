import * as fs from 'node:fs/promises';
import type { Film } from '../../node/encoders/film-encoder.ts';
import { exportOf, exportTimeline } from '../../morph/export.ts';
import type { JobRequestOf } from '../job-requests.ts';
import type { JobContext } from '../job.ts';
import type { Services } from '../services.ts';
import type { Session } from '../sessions.ts';

export async function exportWork(
  { run, timeline, settings, out }: JobRequestOf<'export'>,
  { onProgress, signal, note, setFile }: JobContext,
  session: Session,
  { instruments, films, attention }: Services,
): Promise<'done'> {
  const stage = `Waiting for a window that can encode .${settings.format}`;
  const window = films.encoder(() => onProgress({ stage, done: 0, total: null, unit: 'frames' }));
  // Training need not make room for what only waits for a window.
  const film = { encode: (asked: Film) => attention.aside(() => window.encode(asked)) };
  await fs.mkdir(session.project.exports, { recursive: true });
  const written = await instruments.play(session.project, run, (instrument) =>
    exportTimeline({ instrument, timeline, ...exportOf(settings), out, film, onProgress, signal }),
  );
  for (const line of written.notes) note(line);
  setFile(written.path);
  return 'done';
}
