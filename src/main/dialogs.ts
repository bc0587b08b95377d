import * as os from 'node:os';
import * as path from 'node:path';
import { dialog, type BrowserWindow, type OpenDialogOptions } from 'electron';
import { strings } from './strings.ts';

/** The formats that the engine reads, for the dialog only: what a file is, its first bytes tell. */
const PICTURE_ENDINGS = ['jpg', 'jpeg', 'png', 'webp', 'avif', 'gif', 'tif', 'tiff', 'svg'];

async function choose(window: BrowserWindow, options: OpenDialogOptions): Promise<string[] | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, options);
  return canceled || filePaths.length === 0 ? null : filePaths;
}

/** Folders of pictures; on a Mac, where one dialog can do both, also single pictures. */
export function choosePictures(window: BrowserWindow): Promise<string[] | null> {
  const mac = process.platform === 'darwin';
  return choose(window, {
    title: strings.choosePictures.title,
    buttonLabel: strings.choosePictures.button,
    properties: mac ? ['openDirectory', 'openFile', 'multiSelections'] : ['openDirectory', 'multiSelections'],
    ...(mac && { filters: [{ name: strings.pictureFiles, extensions: PICTURE_ENDINGS }] }),
  });
}

export async function chooseProject(window: BrowserWindow): Promise<string | null> {
  const mac = process.platform === 'darwin';
  const chosen = await choose(window, {
    title: strings.chooseProject.title,
    buttonLabel: strings.chooseProject.button,
    defaultPath: path.join(os.homedir()),
    // A Mac shows a project as one file, once it knows the ending.
    properties: mac ? ['openDirectory', 'openFile'] : ['openDirectory'],
  });
  return chosen?.[0] ?? null;
}

export async function chooseTable(window: BrowserWindow): Promise<string | null> {
  const chosen = await choose(window, {
    title: strings.chooseTable.title,
    buttonLabel: strings.chooseTable.button,
    properties: ['openFile'],
    filters: [
      { name: strings.tables, extensions: ['csv', 'tsv', 'txt'] },
      { name: strings.allFiles, extensions: ['*'] },
    ],
  });
  return chosen?.[0] ?? null;
}
