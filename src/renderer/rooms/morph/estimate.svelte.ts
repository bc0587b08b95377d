import type { ExportEstimate } from '../../../contract/encoding.ts';
import type { Input } from '../../../contract/studio/api.ts';
import { studio } from '../../lib/studio.svelte.ts';

/** What is asked for is looked at when it has stayed the same for so long, in milliseconds. */
const REST = 500;

/**
 * About how large an export will be, asked anew when what is exported changes; call it while a component is set
 * up. `now` is null until it is known, and where it cannot be told.
 * @param wanted null where nothing is to be known
 */
export function estimateOf(wanted: () => Input<'exports.estimate'> | null): {
  readonly now: ExportEstimate | null;
  readonly busy: boolean;
} {
  let now = $state.raw<ExportEstimate | null>(null);
  let busy = $state(false);
  $effect(() => {
    const input = wanted();
    now = null;
    busy = input !== null;
    if (input === null) return;
    const control = new AbortController();
    const timer = setTimeout(() => {
      studio
        .ask('exports.estimate', input, control.signal)
        .then((estimate) => (now = estimate))
        // The export itself will say what is wrong.
        .catch(() => undefined)
        .finally(() => {
          if (!control.signal.aborted) busy = false;
        });
    }, REST);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  });
  return {
    get now() {
      return now;
    },
    get busy() {
      return busy;
    },
  };
}
