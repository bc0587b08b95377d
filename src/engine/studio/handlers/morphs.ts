import { loadMorph, removeMorph, saveMorph } from '../../project/morph-folder.ts';
import type { Handlers } from '../context.ts';
import type { Services } from '../services.ts';

type Offered = Extract<keyof Handlers, `morphs.${string}`>;

export function morphHandlers({ sessions }: Services): Pick<Handlers, Offered> {
  return {
    'morphs.load': async ({ project, id }, { client }) =>
      loadMorph((await sessions.reading(project, client)).project.morphs, id),
    'morphs.save': async ({ project, id, timeline }, { client }) => {
      const session = await sessions.writing(project, client);
      const saved = await saveMorph(session.project.morphs, id, timeline);
      session.changed();
      return { id: saved };
    },
    'morphs.remove': async ({ project, id }, { client }) => {
      const session = await sessions.writing(project, client);
      await removeMorph(session.project.morphs, id);
      session.changed();
      return {};
    },
  };
}
