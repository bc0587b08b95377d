import type { Place } from '../../../contract/timeline.ts';
import { studio } from '../../lib/studio.svelte.ts';

interface Wish {
  readonly places: readonly Place[];
  readonly attribute: string | null;
}

// Raw: places go on to the engine, and wires take plain values only.
let wish = $state.raw<Wish | null>(null);

/** What another room wants on the timeline; null when nothing. */
export const wished = (): Wish | null => wish;

/** Says that it is on the timeline now. */
export function granted(): void {
  wish = null;
}

/** Takes places to the timeline, and goes there. */
export function morphWith(places: readonly Place[]): void {
  wish = { places, attribute: null };
  studio.go('morph');
}

/** Takes an attribute to the timeline, and goes there. */
export function bendBy(attribute: string): void {
  wish = { places: [], attribute };
  studio.go('morph');
}
