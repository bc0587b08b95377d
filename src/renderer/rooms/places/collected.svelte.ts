import type { Place } from '../../../contract/timeline.ts';
import { studio } from '../../lib/studio.svelte.ts';

/** Places that were put aside for the timeline: one tray a project, while the window is open. */
let trays = $state.raw<Readonly<Record<string, readonly Place[]>>>({});

const same = (a: Place, b: Place): boolean => JSON.stringify(a) === JSON.stringify(b);
const project = (): string => studio.project?.folder ?? '';

const put = (places: readonly Place[]): void => void (trays = { ...trays, [project()]: places });

export const collected = (): readonly Place[] => trays[project()] ?? [];

/** Puts places aside; those that are there already stay where they are. */
export function collect(places: readonly Place[]): void {
  const before = collected();
  const fresh = places.filter((place) => !before.some((other) => same(place, other)));
  put([...before, ...fresh]);
}

export function discard(place: Place): void {
  put(collected().filter((other) => !same(place, other)));
}

export function emptyTray(): void {
  put([]);
}
