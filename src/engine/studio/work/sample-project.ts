import { SAMPLES, makeSampleProject } from '../../jobs/sample-project.ts';
import type { JobRequestOf } from '../job-requests.ts';
import type { JobContext } from '../job.ts';
import type { Services } from '../services.ts';

export async function sampleProjectWork(
  { sample, project, pictures }: JobRequestOf<'sample-project'>,
  { onProgress, signal, setFile }: JobContext,
  { sessions }: Services,
): Promise<'done'> {
  await makeSampleProject({ ...SAMPLES[sample], kind: sample, project, pictures, onProgress, signal });
  setFile(project);
  (await sessions.find(project))?.changed();
  return 'done';
}
