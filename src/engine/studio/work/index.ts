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
      return await perform(request, context, session, services());
    } finally {
      session.changed();
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
