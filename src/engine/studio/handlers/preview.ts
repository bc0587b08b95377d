import type { Handlers } from '../context.ts';
import type { Services } from '../services.ts';

type Offered = Extract<keyof Handlers, `preview.${string}`>;

export function previewHandlers({ sessions, instruments, previews }: Services): Pick<Handlers, Offered> {
  return {
    'preview.begin': async ({ project, run, slot, timeline }, call) => {
      const session = await sessions.reading(project, call.client);
      const { instrument, release } = await instruments.take(session.project, run);
      try {
        const { contentHash } = await session.reader.pictures();
        return await previews.begin(instrument, { contentHash, slot, timeline }, release, call);
      } catch (error) {
        release();
        throw error;
      }
    },
    'preview.frames': ({ preview, from, most, known }, { client, signal }) =>
      previews.find(preview, client).take(from, most, known, signal),
    'preview.end': ({ preview }, { client }) => {
      previews.end(preview, client);
      return {};
    },
  };
}
