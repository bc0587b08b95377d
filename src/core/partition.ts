/**
 * How far two ways to group the same things agree: 1 where they are the same but for names, about 0 where they have
 * nothing to do with each other (the adjusted Rand index, Hubert & Arabie 1985). 1 of two that put all things into
 * one group, or each into its own.
 */
export function adjustedRandIndex(a: ArrayLike<number | string>, b: ArrayLike<number | string>): number {
  const [left, right, both] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ];
  const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
  for (let i = 0; i < a.length; i++) {
    count(left, String(a[i]));
    count(right, String(b[i]));
    count(both, JSON.stringify([a[i], b[i]]));
  }
  const pairs = (map: Map<string, number>): number =>
    [...map.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const [inLeft, inRight, inBoth] = [pairs(left), pairs(right), pairs(both)];
  const all = (a.length * (a.length - 1)) / 2;
  const byChance = all === 0 ? 0 : (inLeft * inRight) / all;
  const most = (inLeft + inRight) / 2;
  return most === byChance ? 1 : (inBoth - byChance) / (most - byChance);
}
