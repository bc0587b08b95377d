import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';
import { type HeldLock, tryLock } from '../node/lock.ts';

/** Takes a project for writing; null where another process has it, or the folder may not be written. */
export function lockProject(folder: string): Promise<HeldLock | null> {
  return tryLock(path.join(folder, '.lock')).catch((error: NodeJS.ErrnoException) => {
    // A project on a disk that may not be written can be looked at all the same.
    if (['EACCES', 'EPERM', 'EROFS'].includes(error.code ?? '')) return null;
    throw error;
  });
}

/** Does something to a project that nobody else may write meanwhile. Throws `usage` where another process has it. */
export async function whileWriting<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = await lockProject(folder);
  if (lock === null) throw heldElsewhere(path.basename(folder));
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

export const heldElsewhere = (name: string): MorphloomError =>
  new MorphloomError(
    'usage',
    `"${name}" is being changed by another Morphloom, or its folder may not be written; close it there to change it here.`,
  );
