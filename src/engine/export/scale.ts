/** An axis: from values to 0…1, and where its marks are. */
export interface Axis {
  readonly logarithmic: boolean;
  place(value: number): number;
  readonly ticks: readonly number[];
}

/** Round numbers (1, 2, 5 × 10^k) that divide [low, high] into about `count` parts. */
export function niceTicks(low: number, high: number, count: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((m) => m * power >= rough * 0.999) ?? 10) * power;
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(i * step);
  return ticks;
}

/** An axis over [low, high]; with `widen` drawn a little beyond, so that both ends fall on a mark. */
export function linearAxis(low: number, high: number, count: number, widen: boolean): Axis {
  const apart = high > low ? { low, high } : { low: low - 0.5, high: low + 0.5 };
  let ticks = niceTicks(apart.low, apart.high, count);
  let { low: from, high: to } = apart;
  const [first, second] = ticks;
  if (widen && first !== undefined && second !== undefined) {
    const step = second - first;
    from = Math.floor(from / step + 1e-9) * step;
    to = Math.ceil(to / step - 1e-9) * step;
    ticks = niceTicks(from, to, (to - from) / step);
  }
  return { logarithmic: false, ticks, place: (value) => (value - from) / (to - from) };
}

/** A logarithmic axis over [low, high], both positive, marked at 1, and where few decades are seen 2 and 5. */
export function logAxis(low: number, high: number): Axis {
  const from = Math.log10(low);
  const to = Math.max(Math.log10(high), from + 0.1);
  const marks = to - from > 3 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(from); power <= Math.ceil(to); power++) {
    for (const mark of marks) {
      const tick = mark * 10 ** power;
      if (Math.log10(tick) >= from - 1e-9 && Math.log10(tick) <= to + 1e-9) ticks.push(tick);
    }
  }
  return { logarithmic: true, ticks, place: (value) => (Math.log10(value) - from) / (to - from) };
}

/** A number as an axis shows it: 0.05, 1.5, 1,200, −24k, 3M; very small ones as 2e-7. */
export function tickLabel(value: number): string {
  const size = Math.abs(value);
  const tidy = (number: number): string =>
    Number(number.toPrecision(4)).toLocaleString('en-US', { maximumFractionDigits: 4 });
  let label = tidy(size);
  if (size >= 1e6) label = `${tidy(size / 1e6)}M`;
  else if (size >= 1e4) label = `${tidy(size / 1e3)}k`;
  else if (size !== 0 && size < 1e-3) label = size.toExponential(0);
  return value < 0 ? `−${label}` : label;
}
