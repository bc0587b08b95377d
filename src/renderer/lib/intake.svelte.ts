import type { Unfound } from '../../contract/faces.ts';
import type { ProjectState } from '../../contract/studio/state.ts';
import { shell } from '../shell/index.ts';
import { t } from '../strings/index.ts';
import { droppedFiles, type DroppedFile } from './dropped.ts';
import { report, studio } from './studio.svelte.ts';
import { toast } from './toasts.svelte.ts';

/** Bytes that go up in one message. */
const PIECE = 4 * 1024 * 1024;

/** An upload from a browser, under way. */
export const upload = $state<{ now: { done: number; total: number; cancel: () => void } | null }>({
  now: null,
});

/** How faces are lined up by a project's first import; later ones keep what the project has. */
export const firstFaces = $state<{ align: boolean; unfound: Unfound }>({
  align: false,
  unfound: 'set-aside',
});

/** The last part of a path, without the ending of a project's folder. */
export const nameOf = (path: string): string =>
  path
    .replace(/[\\/]+$/, '')
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\.morphloom$/, '') ?? path;

/** Sends files to the engine's machine; gives the folder that they are in there, or null when given up. */
async function sendUp(name: string, files: readonly DroppedFile[]): Promise<string | null> {
  const control = new AbortController();
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  upload.now = { done: 0, total, cancel: () => control.abort() };
  try {
    const begun = await studio.ask('uploads.begin', { name }, control.signal);
    for (const { path, file } of files) {
      for (let offset = 0; offset === 0 || offset < file.size; offset += PIECE) {
        const bytes = new Uint8Array(await file.slice(offset, offset + PIECE).arrayBuffer());
        await studio.ask(
          'uploads.file',
          { upload: begun.upload, path, bytes, offset, last: offset + PIECE >= file.size },
          control.signal,
        );
        upload.now = { ...upload.now, done: upload.now.done + bytes.length };
      }
    }
    return begun.folder;
  } catch (error) {
    report(error);
    return null;
  } finally {
    upload.now = null;
  }
}

const hasPictures = ({ pictures }: ProjectState): boolean =>
  pictures !== null && pictures.count + pictures.setAside > 0;

/** Makes the open project hold these folders and files too; without one, a new project. */
export async function takeIn(sources: readonly string[], name?: string): Promise<void> {
  const first = sources[0];
  if (first === undefined) return;
  if (studio.project === null) {
    // The choice belongs to the room of a project that lies open.
    firstFaces.align = false;
    const made = await studio.create(name ?? nameOf(first));
    if (made === undefined) return;
  }
  const project = studio.project;
  if (project === null) return;
  studio.go('pictures');
  const add = project.sources.length > 0;
  const faces = hasPictures(project) || !firstFaces.align ? null : { unfound: firstFaces.unfound };
  await studio.call('pictures.import', { project: project.folder, sources: [...sources], add, faces });
}

/** What was dropped on the window: a project to open, or pictures to take in. */
export async function takeDrop(transfer: DataTransfer): Promise<void> {
  const paths = shell.pathsOf([...transfer.files]);
  if (paths.length > 0) {
    const project = paths.find((path) => path.endsWith('.morphloom'));
    if (project !== undefined) await studio.open(project);
    else await takeIn(paths);
    return;
  }
  const { name, files } = await droppedFiles(transfer);
  await takeFiles(name, files);
}

/** Pictures from this browser's machine. */
export async function takeFiles(name: string, files: readonly DroppedFile[]): Promise<void> {
  if (files.length === 0) {
    toast(t.common.noPicturesDropped);
    return;
  }
  const folder = await sendUp(name, files);
  if (folder !== null) await takeIn([folder], name);
}
