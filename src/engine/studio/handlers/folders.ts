import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';
import { isPictureName } from '../../node/pictures/index.ts';
import { Project } from '../../project/project.ts';
import type { Handlers } from '../context.ts';
import type { Services } from '../services.ts';

type Offered = 'folders.list' | 'uploads.begin' | 'uploads.file';

const MOST_FOLDERS = 2000;

export function folderHandlers({ uploads }: Services): Pick<Handlers, Offered> {
  return {
    'folders.list': async ({ path: asked }) => {
      const folder = path.resolve(asked ?? os.homedir());
      const entries = await fs.readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
        throw new MorphloomError('input', `"${folder}" cannot be looked into; choose another folder.`, {
          cause,
        });
      });
      const shown = entries.filter(({ name }) => !name.startsWith('.'));
      const names = shown
        .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
        .slice(0, MOST_FOLDERS);
      const folders = await Promise.all(
        names.map(async ({ name }) => {
          const inner = path.join(folder, name);
          const isFolder = (await fs.stat(inner).catch(() => null))?.isDirectory() ?? false;
          return isFolder ? [{ name, path: inner, project: await Project.isProject(inner) }] : [];
        }),
      );
      const parent = path.dirname(folder);
      return {
        path: folder,
        parent: parent === folder ? null : parent,
        folders: folders.flat().sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })),
        pictures: shown.filter((entry) => entry.isFile() && isPictureName(entry.name)).length,
      };
    },
    'uploads.begin': ({ name }) => uploads.begin(name),
    'uploads.file': async ({ upload, path: name, bytes, offset, last }) => {
      await uploads.take(upload, name, bytes, offset, last);
      return {};
    },
  };
}
