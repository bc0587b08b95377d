import { MorphloomError } from '../../../contract/errors.ts';
import type { SetAsideKind } from '../../../contract/dataset.ts';
import { printable } from './names.ts';

/** A picture that cannot be used. `reason` is the rest of a sentence that starts with the file's name. */
export class PictureProblem extends MorphloomError {
  constructor(
    readonly source: string,
    readonly kind: SetAsideKind,
    readonly reason: string,
    options?: { cause?: unknown },
  ) {
    super('input', `"${printable(source)}" ${reason}.`, options);
  }
}

/** The problem of a file that the system would not let us read. */
export function unreadable(source: string, cause: unknown): PictureProblem {
  const code = (cause as NodeJS.ErrnoException | null)?.code;
  const why =
    code === 'EACCES' || code === 'EPERM'
      ? 'may not be read by you; change its permissions'
      : code === 'ENOENT'
        ? 'is not there (a link that leads nowhere, or it was moved meanwhile)'
        : code === 'ELOOP'
          ? 'is a link that leads back to itself'
          : `could not be read from the disk (${code ?? String(cause)})`;
  return new PictureProblem(source, 'unreadable', why, { cause });
}
