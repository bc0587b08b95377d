import { throwIfCancelled } from '../../contract/errors.ts';

/** Lets the rest of the process run (a Ctrl-C would not be heard otherwise), and stops when it is asked to. */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  throwIfCancelled(signal);
}
