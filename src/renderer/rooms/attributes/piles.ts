/** Pictures that have an attribute, and pictures that have not. A picture is on one pile at most. */
export interface Piles {
  with: string[];
  without: string[];
}

export type Side = keyof Piles;

/** The fewest pictures that a side can be learned from. */
export const FEWEST = 2;

const otherSide = (side: Side): Side => (side === 'with' ? 'without' : 'with');

/** Puts pictures on a pile, and takes them off the other. */
export function sortOnto(piles: Piles, side: Side, ids: readonly string[]): void {
  const moved = new Set(ids);
  const other = otherSide(side);
  piles[other] = piles[other].filter((id) => !moved.has(id));
  const there = new Set(piles[side]);
  piles[side] = [...piles[side], ...[...moved].filter((id) => !there.has(id))];
}

export function takeOff(piles: Piles, side: Side, id: string): void {
  piles[side] = piles[side].filter((other) => other !== id);
}

/** How many pictures are still needed, on the side that has fewer. */
export const lacking = (piles: Piles): number =>
  Math.max(0, FEWEST - Math.min(piles.with.length, piles.without.length));

/** Names, with this one among them or not; in the order in which they came. */
export const withOrWithout = (names: readonly string[], name: string, on: boolean): string[] => [
  ...names.filter((other) => other !== name),
  ...(on ? [name] : []),
];

/** How far to trust an attribute, by how many of 100 pairs it tells right. */
export function verdictOf(auc: number): 'clear' | 'usable' | 'faint' | 'none' {
  if (auc >= 0.9) return 'clear';
  if (auc >= 0.75) return 'usable';
  return auc >= 0.6 ? 'faint' : 'none';
}
