import { MorphloomError } from '../../../contract/errors.ts';
import type { ProjectState } from '../../../contract/studio/state.ts';
import { Project } from '../../project/project.ts';
import type { Client, Handlers } from '../context.ts';
import { freeFolder } from '../places.ts';
import type { Services } from '../services.ts';
import { canonical, type Session } from '../sessions.ts';

type Offered = Extract<keyof Handlers, `projects.${string}`>;

export function projectHandlers({ options, sessions, recents, jobs }: Services): Pick<Handlers, Offered> {
  const opened = async (session: Session, client: Client): Promise<ProjectState> => {
    const state = await session.state(client);
    await recents.remember(state);
    return state;
  };
  return {
    'projects.recent': () => recents.list(),
    'projects.forget': async ({ project }) => {
      await recents.forget(await canonical(project));
      return {};
    },
    'projects.create': async ({ name, folder }, { client }) => {
      const place = folder ?? (await freeFolder(options.projectsFolder, name, '.morphloom'));
      if (await Project.isProject(place)) {
        throw new MorphloomError(
          'usage',
          `"${place}" is a project already; open it, or choose another folder.`,
        );
      }
      await (await Project.openOrCreate(place)).withName(name);
      return opened(await sessions.open(place, client), client);
    },
    'projects.sample': async ({ kind }) => {
      const name = kind === 'faces' ? 'Faces' : 'Shapes';
      const project = await freeFolder(options.projectsFolder, name, '.morphloom');
      const pictures = await freeFolder(options.projectsFolder, name, ' pictures');
      return jobs.start({ kind: 'sample-project', project, sample: kind, pictures }, `Drawing ${kind}`, {
        kind: 'sample-project',
        sample: kind,
      });
    },
    'projects.open': async ({ project }, { client }) => opened(await sessions.open(project, client), client),
    'projects.close': async ({ project }, { client }) => {
      await sessions.close(project, client);
      return {};
    },
    'projects.rename': async ({ project, name }, { client }) => {
      const session = await sessions.writing(project, client);
      await session.alter((before) => before.withName(name));
      return {};
    },
    'projects.takeOver': async ({ project }, { client }) =>
      (await sessions.takeOver(project, client)).state(client),
  };
}
