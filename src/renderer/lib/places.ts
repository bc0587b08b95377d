import type { Place } from '../../contract/timeline.ts';

/** The kind of what is dragged: a JSON array of {@link Place}. */
export const PLACES_TYPE = 'application/x-morphloom-places';

export const placesOf = (ids: Iterable<string>): Place[] =>
  Array.from(ids, (id) => ({ kind: 'picture', id }));

/** Puts places into a drag. */
export function putPlaces(transfer: DataTransfer | null, places: readonly Place[]): void {
  if (transfer === null) return;
  transfer.effectAllowed = 'copyMove';
  transfer.setData(PLACES_TYPE, JSON.stringify(places));
}

/** Whether a drag carries places; what they are is told at the drop only. */
export const hasPlaces = (transfer: DataTransfer | null): boolean =>
  transfer?.types.includes(PLACES_TYPE) ?? false;

/** The places of a drop. */
export function takePlaces(transfer: DataTransfer | null): Place[] {
  const text = transfer?.getData(PLACES_TYPE) ?? '';
  return text === '' ? [] : (JSON.parse(text) as Place[]);
}
