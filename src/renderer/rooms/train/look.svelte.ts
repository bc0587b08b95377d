import type { RunState, TrainingLook } from '../../../contract/studio/state.ts';
import { studio } from '../../lib/studio.svelte.ts';

/** What a run's pictures look like: told while it trains, asked for afterwards; call it while a component is set up. */
export function lookOf(project: string, run: () => RunState): { readonly now: TrainingLook | null } {
  let asked = $state.raw<TrainingLook | null>(null);
  const told = $derived(studio.look?.run === run().id ? studio.look : null);
  const wanted = $derived(told === null && studio.activeJob('train') === null ? run() : null);
  const id = $derived(wanted?.id ?? null);
  const step = $derived(wanted?.step ?? 0);
  $effect(() => {
    if (id === null || step === 0) return;
    const control = new AbortController();
    studio
      .ask('runs.look', { project, run: id }, control.signal)
      .then((look) => (asked = look))
      // Without it the room is poorer, but whole: pictures of another size, an older model.
      .catch(() => undefined);
    return () => control.abort();
  });

  return {
    get now() {
      return told ?? (asked?.run === run().id ? asked : null);
    },
  };
}
