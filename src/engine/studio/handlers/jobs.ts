import type { Call, Handlers } from '../context.ts';
import type { Services } from '../services.ts';

type Offered = 'jobs.list' | 'jobs.pause' | 'jobs.resume' | 'jobs.stop' | 'jobs.dismiss';

export function jobHandlers({ jobs, sessions }: Services): Pick<Handlers, Offered> {
  /** A window that looks on at a project leaves its jobs alone too. */
  const mine = async (id: string, { client }: Call): Promise<string> => {
    await sessions.checkUnopposed(jobs.get(id).project, client);
    return id;
  };
  return {
    'jobs.list': () => jobs.list(),
    'jobs.pause': async ({ job }, call) => jobs.pause(await mine(job, call)),
    'jobs.resume': async ({ job }, call) => jobs.resume(await mine(job, call)),
    'jobs.stop': async ({ job }, call) => jobs.stop(await mine(job, call)),
    'jobs.dismiss': async ({ job }, call) => {
      await jobs.dismiss(await mine(job, call));
      return {};
    },
  };
}
