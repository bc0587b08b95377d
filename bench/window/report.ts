import type { Scrolled } from './grid.ts';
import type { Hour } from './hour.ts';
import type { Playback } from './playback.ts';
import { percentile } from '../support.ts';
import type { Holding, MainThread, Seen } from './probe.ts';

/** What is measured beside what was asked for. */

const INPUT_TO_PAINT = 100;
const DROPPED = 0.02;
const GROWTH = 1.05;

const say = (line = ''): void => void process.stdout.write(`${line}\n`);
const ms = (value: number): string => `${value.toFixed(0)} ms`;
const part = (value: number): string => `${(100 * value).toFixed(1)}%`;
const verdict = (holds: boolean): string => (holds ? 'holds' : 'MISSED');

function busy({ longTasks, lasted }: Seen, { task, script, style, layout }: MainThread): void {
  const total = longTasks.reduce((sum, one) => sum + one, 0);
  say(
    `  main thread: ${task.toFixed(0)} ms busy a second (script ${script.toFixed(0)}, style ${style.toFixed(0)}, layout ${layout.toFixed(0)})`,
  );
  say(
    `  long tasks: ${longTasks.length} of ${(lasted / 1000).toFixed(0)} s, the longest ${ms(Math.max(0, ...longTasks))}, together ${ms(total)}`,
  );
}

function gapsOf({ gaps }: Seen): void {
  const late = gaps.filter((gap) => gap > 50).length;
  say(
    `  between frames: p50 ${ms(percentile(gaps, 0.5))}, p95 ${ms(percentile(gaps, 0.95))}, longest ${ms(Math.max(0, ...gaps))}; ${late} of ${gaps.length} over 50 ms`,
  );
}

export function inputs(title: string, seen: Seen, thread: MainThread): void {
  say(`\n${title}`);
  const all = seen.inputs.map(({ toPaint }) => toPaint);
  const p95 = percentile(all, 0.95);
  say(
    `  input to paint: p50 ${ms(percentile(all, 0.5))}, p95 ${ms(p95)} over ${all.length} inputs (asked: p95 < ${INPUT_TO_PAINT} ms): ${verdict(p95 < INPUT_TO_PAINT)}`,
  );
  const events = seen.events.map(({ toPaint }) => toPaint);
  const handlers = seen.events.map((event) => event.handlers);
  say(
    `  by Event Timing: p50 ${ms(percentile(events, 0.5))}, p95 ${ms(percentile(events, 0.95))} over ${events.length} events of 16 ms or more; our handlers p95 ${ms(percentile(handlers, 0.95))}, at most ${ms(Math.max(0, ...handlers))}`,
  );
  for (const action of new Set(seen.inputs.map((input) => input.action))) {
    const own = seen.inputs.filter((input) => input.action === action).map(({ toPaint }) => toPaint);
    const timed = seen.events.filter((event) => event.action === action);
    const slowest = Math.max(0, ...timed.map((event) => event.handlers));
    say(
      `    ${action.padEnd(24)} p50 ${ms(percentile(own, 0.5)).padStart(7)}  p95 ${ms(percentile(own, 0.95)).padStart(7)}  slowest handler ${ms(slowest).padStart(7)}  (${own.length})`,
    );
  }
  gapsOf(seen);
  busy(seen, thread);
}

export function playback(
  title: string,
  { due, drawn, starved, framesPerSecond }: Playback,
  { seen, thread }: { seen: Seen; thread: MainThread },
): void {
  const dropped = 1 - drawn / Math.max(1, due);
  const ours = Math.max(0, due - drawn - starved) / Math.max(1, due);
  say(`\n${title}`);
  say(
    `  dropped: ${part(dropped)} of ${due} frames at ${framesPerSecond.toFixed(1)} a second (asked: < ${part(DROPPED)}): ${verdict(dropped < DROPPED)}`,
  );
  say(
    `  of them while the browser painted at all, so that they are ours: ${part(ours)}: ${verdict(ours < DROPPED)}`,
  );
  gapsOf(seen);
  busy(seen, thread);
}

export function scrolled(how: string, stops: readonly Scrolled[]): void {
  for (const { onScreen, emptyAtOnce, emptyAtRest, settled } of stops)
    say(
      `  ${how}: of ${onScreen} pictures on screen ${emptyAtOnce} were empty on stopping, none after ${ms(settled)}; at rest ${emptyAtRest} (asked: 0): ${verdict(emptyAtRest === 0)}`,
    );
}

export function smoothness(title: string, { seen, thread }: { seen: Seen; thread: MainThread }): void {
  say(`${title}`);
  gapsOf(seen);
  busy(seen, thread);
}

const holds = ({ valueMegabytes, heapMegabytes, nodes, listeners }: Holding): string =>
  `${heapMegabytes.toFixed(1)} MB of heap, ${valueMegabytes.toFixed(2)} of it values, ${nodes} nodes, ${listeners} listeners`;

export function held(before: Holding, after: Holding): void {
  say(`  held before: ${holds(before)}; after: ${holds(after)}`);
}

export function hour({ holdings, messages, lasted }: Hour): void {
  say(`\nan hour's training, ${messages} messages in ${lasted.toFixed(0)} s`);
  holdings.forEach((holding, i) => say(`  after ${Math.min(60, 10 * (i + 1))} min: ${holds(holding)}`));
  // The curves are full after a quarter of an hour: from then on nothing should grow.
  const [from, to] = [holdings[1], holdings.at(-1)];
  if (from === undefined || to === undefined) return;
  const growth = (of: keyof Holding): number => to[of] / from[of];
  const flat = (['valueMegabytes', 'nodes', 'listeners'] as const).every((of) => growth(of) < GROWTH);
  say(
    `  from 20 min on: values × ${growth('valueMegabytes').toFixed(3)} (with V8's code: heap × ${growth('heapMegabytes').toFixed(3)}), nodes × ${growth('nodes').toFixed(3)}, listeners × ${growth('listeners').toFixed(3)} (asked: flat, < × ${GROWTH}): ${verdict(flat)}`,
  );
}
