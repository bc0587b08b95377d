import { MorphloomError } from '../../../contract/errors.ts';
import { findRunToResume } from '../../jobs/train.ts';
import { recipeFrom } from '../../recipes/resolve.ts';
import { RunFolder } from '../../project/run-folder.ts';
import { thin } from '../../jobs/split.ts';
import type { Handlers } from '../context.ts';
import type { Services } from '../services.ts';

type Offered = 'training.start' | 'training.resume' | 'runs.lines' | 'runs.remove';

export function trainingHandlers({ sessions, jobs, instruments }: Services): Pick<Handlers, Offered> {
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
      return jobs.start(request, `Training ${recipe} on ${session.project.facts.name}`);
    },
    'training.resume': async ({ project, run: asked }, { client }) => {
      const session = await sessions.writing(project, client);
      const run = await findRunToResume(session.project, asked ?? undefined);
      const { recipe, budget, seed } = run.facts;
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
        `Training ${recipe.name} on ${session.project.facts.name}`,
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
