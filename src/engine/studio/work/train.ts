import { trainProject } from '../../jobs/train.ts';
import { recipeFrom } from '../../recipes/resolve.ts';
import type { JobRequestOf } from '../job-requests.ts';
import type { JobContext } from '../job.ts';
import { TrainingEye } from '../look.ts';
import type { Services } from '../services.ts';
import type { Session } from '../sessions.ts';

export async function trainWork(
  request: JobRequestOf<'train'>,
  { control, signal, onProgress, note, keep, setRun }: JobContext,
  session: Session,
  { engine, options, news, instruments, attention }: Services,
): Promise<'done' | 'stopped'> {
  const { recipe, settings, budget, seed, run } = request;
  await engine.ready({ onProgress, note });
  let begun = '';
  let kept = Promise.resolve();
  const eye = new TrainingEye((look) => news.tellLook(session.folder, look), attention.giveWay);
  const { end, facts } = await trainProject({
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
    onBegin: (began) => {
      begun = began.run.id;
      setRun(begun);
      kept = keep({ ...request, run: begun });
      session.changed();
    },
    onStep: eye.glance,
    giveWay: attention.giveWay,
    onCommit: () => session.changed(),
    onLine: (line) => news.tellLine(session.folder, { run: begun, line }),
    onProgress,
  });
  await kept;
  if (end === 'stopped') {
    note(`Stopped after ${facts.step} steps; what it learned is kept.`);
    return 'stopped';
  }
  if (end === 'early-stop') note('Stopped early: it got no better any more.');
  // The last look is at what was kept, not at what the last glance happened to see.
  await instruments.play(session.project, begun, async (instrument) => {
    await eye.look({
      run: instrument.run,
      step: instrument.step,
      dataset: await session.reader.pictures(),
      instrument,
    });
  });
  return 'done';
}
