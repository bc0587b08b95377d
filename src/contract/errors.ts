/**
 * What kind of thing went wrong; clients choose by it, people read the message.
 * - `usage`: the request itself is off (exit code 2); everything else exits with 1.
 * - `input`: a file or folder of the user's is not usable.
 * - `environment`: the machine lacks something (compiler, disk, network, memory).
 * - `training`: the run itself failed (a NaN, say).
 * - `corrupt`: a file that Morphloom wrote fails its checks.
 * - `cancelled`: the user stopped it.
 */
export type ErrorCode = 'usage' | 'input' | 'environment' | 'training' | 'corrupt' | 'cancelled';

/**
 * An error that a user is meant to read: one sentence saying what happened, to which file, and what to do.
 * Anything else that is thrown is a defect, and is shown as one.
 */
export class MorphloomError extends Error {
  override readonly name = 'MorphloomError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Throws the `cancelled` error once `signal` has been aborted. */
export function throwIfCancelled(signal: { readonly aborted: boolean } | undefined): void {
  if (signal?.aborted) throw new MorphloomError('cancelled', 'Stopped, as asked.');
}
