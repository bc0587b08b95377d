import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';
import { isAlive } from './processes.ts';

/** Makes what was written in a folder last: a rename is on disk only when its folder is. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // Windows opens no folder for syncing, and needs none.
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a whole file and syncs it; the name is not committed yet. */
export async function writeSynced(file: string, data: string | Uint8Array): Promise<void> {
  const handle = await fs.open(file, 'w');
  try {
    await handle.writeFile(data);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Replaces a file so that a reader, or a power cut, finds the old content or the new, never a mixture:
 * write beside it, fsync, rename, fsync the folder.
 */
export async function replaceFile(file: string, data: string | Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeSynced(temporary, data);
    await fs.rename(temporary, file);
  } catch (cause) {
    await fs.rm(temporary, { force: true });
    throw describeWriteFailure(file, cause);
  }
  await syncFolder(path.dirname(file));
}

/** What `replaceFile` calls a file before it is whole, with the process that writes it. */
const UNFINISHED = /\.(\d+)\.tmp$/;

/** Clears away what processes that were killed left of files that they were replacing in this folder. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await fs.readdir(folder).catch(() => [] as string[])) {
    const writer = UNFINISHED.exec(name)?.[1];
    if (writer !== undefined && !isAlive(Number(writer)))
      await fs.rm(path.join(folder, name), { recursive: true, force: true });
  }
}

/** The sentence for a failed write, or the error itself where there is none to give. */
export function describeWriteFailure(file: string, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException | null)?.code;
  const why =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'the disk is full; make room and try again'
      : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
        ? 'it may not be written to; choose another place or change its permissions'
        : code === 'ENOTDIR' || code === 'EISDIR'
          ? 'a file and a folder of the same name are in the way; choose another name'
          : code === 'ENOENT'
            ? 'its folder is no longer there; put it back (was it moved, or its disk taken out?) or choose another place'
            : null;
  return why === null
    ? cause
    : new MorphloomError('environment', `"${file}" was not saved: ${why}.`, { cause });
}

/** Whether something stands at this path. */
export async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}

/** The bytes of a file, or of all files in a folder; those that vanish meanwhile count nothing. */
export async function sizeOnDisk(file: string): Promise<number> {
  const stat = await fs.stat(file);
  if (!stat.isDirectory()) return stat.size;
  const names = await fs.readdir(file);
  const sizes = await Promise.all(
    names.map(async (name) => (await fs.stat(path.join(file, name)).catch(() => null))?.size ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
