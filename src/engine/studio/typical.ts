/**
 * The members of each group, those nearest to the group's middle first.
 * @param latents `[n, size]`
 * @param groupOf the group of each, from 0
 */
export function typicalFirst(
  latents: Float32Array,
  size: number,
  groupOf: readonly number[],
  groups: number,
): number[][] {
  return Array.from({ length: groups }, (_, group) => {
    const own = groupOf.flatMap((g, i) => (g === group ? [i] : []));
    const middle = new Float64Array(size);
    for (const i of own) for (let k = 0; k < size; k++) middle[k] += latents[i * size + k] / own.length;
    const away = new Map(
      own.map((i) => [i, middle.reduce((sum, m, k) => sum + (latents[i * size + k] - m) ** 2, 0)]),
    );
    return own.sort((a, b) => (away.get(a) ?? 0) - (away.get(b) ?? 0));
  });
}
