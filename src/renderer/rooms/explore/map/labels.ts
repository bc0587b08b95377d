const COLOURS = 6;

/** Labels by how often they occur, the most frequent first. */
export function labelsByCount(labels: readonly (string | null)[]): { label: string | null; count: number }[] {
  const counts = new Map<string | null, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts]
    .map(([label, count]) => ({ label, count }))
    .sort((a, b) => b.count - a.count || String(a.label).localeCompare(String(b.label)));
}

/**
 * A colour for each label: the charts' for the most frequent ones, grey for the rest and for none.
 * @param token the value of one of the window's tokens, as it is now
 */
export function labelColours(
  labels: readonly (string | null)[],
  token: (name: string) => string,
): { colourOf: (label: string | null) => string; bordered: boolean; accent: string } {
  const named = labelsByCount(labels).flatMap(({ label }) => label ?? []);
  const colours = new Map(named.slice(0, COLOURS).map((label, i) => [label, token(`--chart-${i + 1}`)]));
  const grey = token('--control-line');
  return {
    colourOf: (label) => (label === null ? grey : (colours.get(label) ?? grey)),
    bordered: named.length > 1,
    accent: token('--accent'),
  };
}
