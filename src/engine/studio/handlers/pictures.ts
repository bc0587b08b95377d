import { MorphloomError } from '../../../contract/errors.ts';
import type { EncodedPicture } from '../../../contract/studio/state.ts';
import {
  type Dataset,
  entryOfPicture,
  listPictures,
  listSetAside,
  original,
  pixelsOf,
  planEdits,
  thumbnail,
} from '../../dataset/index.ts';
import type { Client, Handlers } from '../context.ts';
import { pictureGone } from '../playing.ts';
import type { Services } from '../services.ts';

type Offered = Extract<keyof Handlers, `pictures.${string}`>;

const NOTHING = new Uint8Array(0);
const TYPE = 'image/webp';

export function pictureHandlers({ sessions, jobs }: Services): Pick<Handlers, Offered> {
  const picturesOf = async (project: string, client: Client): Promise<Dataset | null> =>
    (await sessions.reading(project, client)).reader.picturesIfAny();
  /** A file that was set aside, and is known by its content. */
  const setAsideWith = async (dataset: Dataset, id: string) => {
    const { files } = await listSetAside(dataset, { from: 0, count: Infinity });
    const found = files.find((file) => file.id === id);
    return found === undefined ? null : { source: found.source, id };
  };
  return {
    'pictures.import': async ({ project, ...wishes }, { client }) => {
      const session = await sessions.writing(project, client);
      if (wishes.sources === null && session.project.facts.sources.length === 0) {
        throw new MorphloomError('usage', 'The project has no pictures yet; say which folder to import.');
      }
      const { name } = session.project.facts;
      return jobs.start(
        { kind: 'import', project: session.folder, ...wishes },
        `Importing pictures into ${name}`,
        { kind: 'import', projectName: name },
      );
    },
    'pictures.list': async ({ project, ...wanted }, { client }) => {
      const dataset = await picturesOf(project, client);
      return dataset === null ? { total: 0, pictures: [] } : listPictures(dataset, wanted);
    },
    'pictures.pixels': async ({ project, ids }, { client }) =>
      pixelsOf(await (await sessions.reading(project, client)).reader.pictures(), ids),
    'pictures.thumbnails': async ({ project, ids, side }, { client, signal }) => {
      const dataset = await (await sessions.reading(project, client)).reader.pictures();
      return Promise.all(
        ids.map(async (id): Promise<EncodedPicture> => {
          const entry = signal.aborted ? null : entryOfPicture(dataset, id);
          const bytes = entry === null ? null : await thumbnail(dataset, entry, side);
          return { id, type: bytes === null ? null : TYPE, bytes: bytes ?? NOTHING };
        }),
      );
    },
    'pictures.original': async ({ project, id, side }, { client }) => {
      const dataset = await (await sessions.reading(project, client)).reader.pictures();
      const entry = entryOfPicture(dataset, id) ?? (await setAsideWith(dataset, id));
      if (entry === null) throw pictureGone();
      const image = await original(entry, side);
      const { width, height } = image ?? { width: 0, height: 0, ...entry };
      return { id, type: image === null ? null : TYPE, bytes: image?.bytes ?? NOTHING, width, height };
    },
    'pictures.setAside': async ({ project, ...page }, { client }) => {
      const dataset = await picturesOf(project, client);
      return dataset === null ? { total: 0, files: [] } : listSetAside(dataset, page);
    },
    'pictures.edit': async ({ project, ...change }, { client }) => {
      const session = await sessions.writing(project, client);
      // Refused here rather than in the job: what cannot be done belongs beside what was done.
      await planEdits(session.project.dataset, [change]);
      const { name } = session.project.facts;
      const request = { kind: 'edit' as const, project: session.folder, changes: [change] };
      return jobs.start(request, `Bringing ${name} up to date`, {
        kind: 'edit',
        projectName: name,
      });
    },
  };
}
