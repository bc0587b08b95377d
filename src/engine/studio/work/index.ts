import type { JobContext, Work } from '../job.ts';
import type { JobRequest } from '../job-requests.ts';
import type { Services } from '../services.ts';
import type { Session } from '../sessions.ts';
import { editWork, importWork } from './import.ts';
import { exportWork } from './export.ts';
import { learnAttributeWork } from './learn-attribute.ts';
import { sampleProjectWork } from './sample-project.ts';
import { trainWork } from './train.ts';

/** The work of each kind of job, with its project kept open and told of what changed. */
export function workOf(services: () => Services): Work {
  return async (request, context) => {
    // A sample project is not there yet: its work makes it.
    if (request.kind === 'sample-project') return sampleProjectWork(request, context, services());
    const { session, release } = await services().sessions.hold(request.project);
    try {
      // Training makes room for what was asked for beside it: it would get next to nothing else.
      const work = (): ReturnType<Work> => perform(request, context, session, services());
      return await (request.kind === 'train' ? work() : services().attention.during(work));
    } finally {
      session.changed();
      // The list shows how many pictures and runs it has.
      const state = await session.reader.read().catch(() => null);
      if (state !== null)
        await services()
          .recents.remember(state)
          .catch(() => undefined);
      await release();
    }
  };
}

function perform(
  request: Exclude<JobRequest, { kind: 'sample-project' }>,
  context: JobContext,
  session: Session,
  services: Services,
): Promise<'done' | 'stopped'> {
  switch (request.kind) {
    case 'import':
      return importWork(request, context, session, services);
    case 'edit':
      return editWork(request, context, session);
    case 'learn-attribute':
      return learnAttributeWork(request, context, session, services);
    case 'export':
      return exportWork(request, context, session, services);
    case 'train':
      return trainWork(request, context, session, services);
  }
}
