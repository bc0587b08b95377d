import { learnAttributeFrom } from '../../jobs/attribute.ts';
import type { JobRequestOf } from '../job-requests.ts';
import type { JobContext } from '../job.ts';
import type { Services } from '../services.ts';
import type { Session } from '../sessions.ts';

/** The folds of an attribute's held-out score are drawn with it; the same piles give the same attribute. */
const SEED = 1;

export async function learnAttributeWork(
  { name, run, examples, method, apart, balance }: JobRequestOf<'learn-attribute'>,
  { onProgress, signal }: JobContext,
  session: Session,
  { instruments }: Services,
): Promise<'done'> {
  await instruments.play(session.project, run, (instrument) =>
    learnAttributeFrom(instrument, name, examples, {
      method: method ?? undefined,
      apart,
      balance,
      seed: SEED,
      onProgress,
      signal,
    }),
  );
  return 'done';
}
