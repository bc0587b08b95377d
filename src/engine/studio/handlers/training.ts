import { MorphloomError } from '../../../contract/errors.ts';
import type { TrainingLook } from '../../../contract/studio/state.ts';
import { findRunToResume } from '../../jobs/train.ts';
import { recipeFrom } from '../../recipes/resolve.ts';
import { RunFolder } from '../../project/run-folder.ts';
import { thin } from '../../jobs/split.ts';
import { breathe } from '../../node/breathe.ts';
import type { Handlers } from '../context.ts';
import { lookAt, subjectOf } from '../look.ts';
import type { Services } from '../services.ts';
import { SharedResults } from '../shared.ts';

type Offered = 'training.start' | 'training.resume' | 'runs.lines' | 'runs.look' | 'runs.remove';

/** Looks that are kept: those of a few runs that are compared. */
const MOST_LOOKS = 4;

export function trainingHandlers({ sessions, jobs, instruments, stage }: Services): Pick<Handlers, Offered> {
  const looks = new SharedResults<TrainingLook>(MOST_LOOKS);
  return {
    'training.start': async ({ project, recipe, settings, budget, seed }, { client }) => {
      const session = await sessions.writing(project, client);
      // Refused here rather than in the job: what is wrong with a setting belongs beside its field.
      recipeFrom(recipe, settings);
      const request = {
        kind: 'train',
        project: session.folder,
        recipe,
        settings,
        budget,
        seed,
        run: null,
      } as const;
      const projectName = session.project.facts.name;
      return jobs.start(request, `Training ${recipe} on ${projectName}`, {
        kind: 'train',
        projectName,
        recipe,
        resumed: false,
      });
    },
    'training.resume': async ({ project, run: asked }, { client }) => {
      const session = await sessions.writing(project, client);
      const run = await findRunToResume(session.project, asked ?? undefined);
      const { recipe, budget, seed } = run.facts;
      const projectName = session.project.facts.name;
      return jobs.start(
        {
          kind: 'train',
          project: session.folder,
          recipe: recipe.name,
          settings: {},
          budget,
          seed,
          run: run.id,
        },
        `Training ${recipe.name} on ${projectName}`,
        { kind: 'train', projectName, recipe: recipe.name, resumed: true },
      );
    },
    'runs.lines': async ({ project, run, after, most }, { client }) => {
      const session = await sessions.reading(project, client);
      const folder = await RunFolder.named(session.project.runs, run);
      const lines = (await folder.lines()).filter(({ step }) => step > after);
      return thin(
        lines.map((_, i) => i),
        most,
      ).map((i) => lines[i]);
    },
    'runs.look': ({ project, run }, call) =>
      stage.play({ project, run }, call, async ({ instrument, dataset, signal }) => {
        const { runId, step, hash } = instrument;
        const key = [project, runId, hash, dataset.contentHash].join(' ');
        return looks.get(key, signal, async (shared) => ({
          run: runId,
          step,
          ...(await lookAt(instrument, subjectOf(dataset), () => breathe(shared))),
        }));
      }),
    'runs.remove': async ({ project, run }, { client }) => {
      const session = await sessions.writing(project, client);
      const folder = await RunFolder.named(session.project.runs, run);
      if (jobs.trains(session.folder, run)) {
        throw new MorphloomError('usage', `Run "${run}" is being trained; stop it first.`);
      }
      instruments.forget(session.folder);
      await folder.remove();
      session.changed();
      return {};
    },
  };
}
