import { throwIfCancelled } from '../../contract/errors.ts';

/** Work that goes on for longer without a pause is felt elsewhere in the process. */
const SLICE_MS = 15;
let resumedAt = 0;

/**
 * To be called often in long work: lets the rest of the process run (a Ctrl-C, a window's question would not
 * be heard otherwise), and stops when it is asked to. The pause is taken when the work has had its time: one
 * after each little piece would leave next to nothing beside a training whose every turn is a whole step.
 */
export async function breathe(signal: { readonly aborted: boolean } | undefined): Promise<void> {
  throwIfCancelled(signal);
  if (performance.now() - resumedAt < SLICE_MS) return;
  await new Promise((resolve) => setImmediate(resolve));
  resumedAt = performance.now();
  throwIfCancelled(signal);
}

/**
 * Runs what goes on step by step to its end, letting others in between; stops when it is asked to.
 * @param onStep hears what each step yields
 */
export async function runToEnd<Step, Result>(
  steps: Generator<Step, Result>,
  signal: { readonly aborted: boolean } | undefined,
  onStep?: (step: Step) => void,
): Promise<Result> {
  for (;;) {
    await breathe(signal);
    const next = steps.next();
    if (next.done === true) return next.value;
    onStep?.(next.value);
  }
}
