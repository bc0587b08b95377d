import { trainProject } from '../../jobs/train.ts';
import { recipeFrom } from '../../recipes/resolve.ts';
import { TrainingEye } from '../look.ts';
import type { JobRequestOf } from '../job-requests.ts';
import type { JobContext } from '../jobs.ts';
import type { Services } from '../services.ts';
import type { Session } from '../sessions.ts';

export async function trainWork(
  request: JobRequestOf<'train'>,
  { control, signal, onProgress, note, keep, setRun }: JobContext,
  session: Session,
  { engine, options, news }: Services,
): Promise<'done' | 'stopped'> {
  const { recipe, settings, budget, seed, run } = request;
  await engine.ready({ onProgress, note });
  let begun = '';
  const eye = new TrainingEye((look) => news.tellLook(session.folder, look));
  const kept: Promise<void>[] = [];
  const report = await trainProject({
    project: session.project,
    begin:
      run === null
        ? { kind: 'new', recipe: recipeFrom(recipe, settings), budget, seed }
        : { kind: 'resume', run },
    control,
    signal,
    backend: options.backend,
    gpu: options.gpu,
    log: note,
    onBegin: (facts) => {
      begun = facts.run.id;
      setRun(begun);
      kept.push(keep({ ...request, run: begun }));
      session.changed();
    },
    onStep: eye.glance,
    onLine: (line) => news.tellLine(session.folder, { run: begun, line }),
    onProgress,
  });
  await Promise.all(kept);
  if (report.end === 'stopped') note(`Stopped after ${report.facts.step} steps; what it learned is kept.`);
  if (report.end === 'early-stop') note('Stopped early: it got no better any more.');
  return report.end === 'stopped' ? 'stopped' : 'done';
}
