import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';
import type { Handlers } from '../context.ts';
import type { Services } from '../services.ts';

type Offered = 'pictures.import' | 'pictures.list' | 'pictures.pixels' | 'pictures.setAside';

export function pictureHandlers({ sessions, jobs }: Services): Pick<Handlers, Offered> {
  return {
    'pictures.import': async ({ project, ...wishes }, { client }) => {
      const session = await sessions.writing(project, client);
      if (wishes.sources === null && session.project.facts.sources.length === 0) {
        throw new MorphloomError('usage', 'The project has no pictures yet; say which folder to import.');
      }
      const title = `Importing pictures into ${session.project.facts.name}`;
      return jobs.start({ kind: 'import', project: session.folder, ...wishes }, title);
    },
    'pictures.list': async ({ project, from, count, label, search }, { client }) => {
      const pictures = await (await sessions.reading(project, client)).reader.picturesIfAny();
      const entries = pictures?.dataset.entries ?? [];
      const wanted = search.toLowerCase();
      const chosen = entries.flatMap((entry, index) => {
        const name = path.basename(entry.source);
        const labelled = label === null || (entry.label ?? '') === label;
        return labelled && name.toLowerCase().includes(wanted) ? [{ entry, index, name }] : [];
      });
      return {
        total: chosen.length,
        pictures: chosen.slice(from, from + count).map(({ entry, index, name }) => ({
          index,
          id: entry.id,
          name,
          source: entry.source,
          label: entry.label,
          crop: entry.crop,
          width: entry.width,
          height: entry.height,
        })),
      };
    },
    'pictures.pixels': async ({ project, ids }, { client }) => {
      const { dataset, indexOf } = await (await sessions.reading(project, client)).reader.pictures();
      const { width, height, channels } = dataset.format;
      const bytes = new Uint8Array(ids.length * width * height * channels);
      dataset.readBatch(
        ids.map((id) => placeOf(indexOf, id)),
        bytes,
      );
      return { count: ids.length, width, height, channels, bytes };
    },
    'pictures.setAside': async ({ project, from, count }, { client }) => {
      const pictures = await (await sessions.reading(project, client)).reader.picturesIfAny();
      const files = pictures?.setAside ?? [];
      return { total: files.length, files: files.slice(from, from + count) };
    },
  };
}

/** Throws `usage` for a picture that the project has not. */
export function placeOf(indexOf: ReadonlyMap<string, number>, id: string): number {
  const index = indexOf.get(id);
  if (index !== undefined) return index;
  throw new MorphloomError(
    'usage',
    'A picture is no longer in the project; it was removed, or its file changed.',
  );
}
