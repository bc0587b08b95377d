import type { Timeline } from '../../../contract/timeline.ts';
import { segmentsOf } from '../../../core/timeline.ts';
import type { Chosen } from './desk.svelte.ts';

type Item = Extract<Chosen, { kind: 'keyframe' | 'way' }>;

/** Pictures and the ways between them, in the order in which arrow keys pass them. */
export function itemsOf({ keyframes, loop }: Timeline): Item[] {
  const ways = keyframes.length < 2 ? 0 : segmentsOf(keyframes.length, loop);
  return keyframes.flatMap(({ key }, index): Item[] => [
    { kind: 'keyframe', key },
    ...(index < ways ? [{ kind: 'way', key } as const] : []),
  ]);
}

const placeOf = (items: readonly Item[], chosen: Chosen | null): number =>
  chosen === null || chosen.kind === 'point'
    ? -1
    : items.findIndex((item) => item.kind === chosen.kind && item.key === chosen.key);

/** The item before or after the chosen one; null at the ends. */
export function neighbourOf(timeline: Timeline, chosen: Chosen | null, by: 1 | -1): Item | null {
  const items = itemsOf(timeline);
  return items[Math.max(-1, placeOf(items, chosen)) + by] ?? null;
}

/** Whether the Tab key stops at an item: at the chosen one, else at the first. */
export function isTabStop(timeline: Timeline, chosen: Chosen | null, item: Item): boolean {
  const items = itemsOf(timeline);
  const stop = items[Math.max(0, placeOf(items, chosen))];
  return stop?.kind === item.kind && stop.key === item.key;
}
