import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';

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
