import type { Place } from '../../../contract/timeline.ts';
import { studio } from '../../lib/studio.svelte.ts';

/** What another room wants on the timeline; taken when the room is entered. */
export const handover = $state<{ places: readonly Place[]; attribute: string | null }>({
  places: [],
  attribute: null,
});

/** Takes places to the timeline, and goes there. */
export function morphWith(places: readonly Place[]): void {
  handover.places = [...places];
  studio.go('morph');
}

/** Takes an attribute to the timeline, and goes there. */
export function bendBy(attribute: string): void {
  handover.attribute = attribute;
  studio.go('morph');
}
