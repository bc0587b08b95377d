/** The part of the pictures, those farthest from the middle, that are not shown as examples. */
const ODD = 0.2;

/** The squared distance of two rows. */
function apart(latents: Float32Array, size: number, a: number, b: number): number {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += ((latents[a * size + k] ?? 0) - (latents[b * size + k] ?? 0)) ** 2;
  return sum;
}

/**
 * A few rows that differ much from each other, none of them odd, in an order in which each resembles the next,
 * round and round. Gives their indices. @param latents `[n, size]`
 */
export function variedRows(latents: Float32Array, size: number, count: number): number[] {
  const rows = Math.floor(latents.length / size);
  const middle = new Float32Array(size);
  for (let i = 0; i < rows * size; i++) middle[i % size] = (middle[i % size] ?? 0) + (latents[i] ?? 0) / rows;
  const all = new Float32Array(latents.length + size);
  all.set(latents);
  all.set(middle, rows * size);
  const byMiddle = Array.from({ length: rows }, (_, i) => i).sort(
    (a, b) => apart(all, size, a, rows) - apart(all, size, b, rows) || a - b,
  );
  const usual = byMiddle.slice(0, Math.max(count, Math.ceil(rows * (1 - ODD))));
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, rows)) {
    const from = chosen.length === 0 ? [rows] : chosen;
    const nearest = (row: number): number => Math.min(...from.map((other) => apart(all, size, row, other)));
    const free = usual.filter((row) => !chosen.includes(row));
    chosen.push(free.reduce((best, row) => (nearest(row) > nearest(best) ? row : best)));
  }
  return shortestRound(chosen, (a, b) => Math.sqrt(apart(all, size, a, b)));
}

/** The order of a few in which the way through all and back is shortest; beyond seven, the nearest next. */
function shortestRound(items: readonly number[], distance: (a: number, b: number) => number): number[] {
  const [first, ...rest] = items;
  if (first === undefined || rest.length < 3) return [...items];
  if (items.length > 7) {
    const order = [first];
    const left = new Set(rest);
    for (let here = first; left.size > 0;) {
      here = [...left].reduce((best, item) => (distance(here, item) < distance(here, best) ? item : best));
      left.delete(here);
      order.push(here);
    }
    return order;
  }
  let best: { order: number[]; length: number } | null = null;
  const walk = (order: number[], left: readonly number[], length: number): void => {
    const here = order[order.length - 1] ?? first;
    if (left.length === 0) {
      const whole = length + distance(here, first);
      if (best === null || whole < best.length) best = { order, length: whole };
      return;
    }
    for (const next of left)
      walk(
        [...order, next],
        left.filter((item) => item !== next),
        length + distance(here, next),
      );
  };
  walk([first], rest, 0);
  return (best as { order: number[] } | null)?.order ?? [...items];
}
