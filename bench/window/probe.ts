/// <reference lib="dom" />
import type { CDPSession, Page } from 'playwright-core';

/** What a window did while it was watched. Times in milliseconds. */
export interface Seen {
  /** From an input to the end of the first frame that was painted after it; one entry a frame that had input. */
  readonly inputs: readonly { readonly action: string; readonly toPaint: number }[];
  /** What the browser's own Event Timing says of inputs that took 16 ms or more. */
  readonly events: readonly {
    readonly action: string;
    readonly name: string;
    readonly toPaint: number;
    readonly handlers: number;
  }[];
  /** Between one animation frame and the next. */
  readonly gaps: readonly number[];
  /** Tasks of 50 ms and more on the main thread. */
  readonly longTasks: readonly number[];
  readonly lasted: number;
}

/** What the main thread was busy with, in milliseconds a second. */
export interface MainThread {
  readonly task: number;
  readonly script: number;
  readonly style: number;
  readonly layout: number;
}

interface Probe {
  action: string;
  begin(): void;
  end(): Seen;
}

const probeOf = 'window.morphloomBench';

/** Puts the probe into every page that is loaded from now on. */
export async function installProbe(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const inputs: { action: string; toPaint: number }[] = [];
    const events: { action: string; name: string; toPaint: number; handlers: number }[] = [];
    const gaps: number[] = [];
    const longTasks: number[] = [];
    let on = false;
    let began = 0;
    let waiting: number | null = null;
    const painted = new MessageChannel();
    painted.port1.onmessage = () => {
      if (waiting !== null && on) inputs.push({ action: probe.action, toPaint: performance.now() - waiting });
      waiting = null;
    };
    const answered = (event: Event): void => {
      if (!on || waiting !== null) return;
      if (event.type === 'pointermove' && (event as PointerEvent).buttons === 0) return;
      waiting = event.timeStamp;
      // A message that is posted before a frame is painted comes after it.
      requestAnimationFrame(() => painted.port2.postMessage(null));
    };
    for (const type of ['pointerdown', 'pointerup', 'pointermove', 'keydown', 'wheel'])
      window.addEventListener(type, answered, { capture: true, passive: true });
    let last = 0;
    const frame = (now: number): void => {
      if (on && last > 0) gaps.push(now - last);
      last = now;
      if (on) requestAnimationFrame(frame);
    };
    const observe = (type: string, take: (entry: PerformanceEntry) => void, more = {}): void =>
      new PerformanceObserver((list) => on && list.getEntries().forEach(take)).observe({ type, ...more });
    observe('longtask', (entry) => longTasks.push(entry.duration));
    observe(
      'event',
      (entry) => {
        const { name, duration, processingStart, processingEnd } = entry as PerformanceEventTiming;
        if (!/^(pointer(down|up)|click|key(down|up)|input)$/.test(name)) return;
        events.push({
          action: probe.action,
          name,
          toPaint: duration,
          handlers: processingEnd - processingStart,
        });
      },
      { durationThreshold: 16 },
    );
    const probe: Probe = {
      action: '',
      begin: () => {
        for (const list of [inputs, events, gaps, longTasks]) list.length = 0;
        waiting = null;
        last = 0;
        on = true;
        began = performance.now();
        requestAnimationFrame(frame);
      },
      end: () => {
        on = false;
        return { inputs, events, gaps, longTasks, lasted: performance.now() - began };
      },
    };
    (window as unknown as { morphloomBench: Probe }).morphloomBench = probe;
  });
}

/** Says what the inputs that follow belong to. */
export const nameInputs = (page: Page, action: string): Promise<void> =>
  page.evaluate(`${probeOf}.action = ${JSON.stringify(action)}`);

/** What the window and its main thread did while something was done to it. */
export async function watch(
  page: Page,
  cdp: CDPSession,
  act: () => Promise<void>,
): Promise<{ seen: Seen; thread: MainThread }> {
  await page.evaluate(`${probeOf}.begin()`);
  const before = await metrics(cdp);
  const began = performance.now();
  await act();
  const seconds = (performance.now() - began) / 1000;
  const after = await metrics(cdp);
  const share = (name: string): number => (1000 * ((after[name] ?? 0) - (before[name] ?? 0))) / seconds;
  return {
    seen: await page.evaluate<Seen>(`${probeOf}.end()`),
    thread: {
      task: share('TaskDuration'),
      script: share('ScriptDuration'),
      style: share('RecalcStyleDuration'),
      layout: share('LayoutDuration'),
    },
  };
}

async function metrics(cdp: CDPSession): Promise<Record<string, number>> {
  const { metrics: list } = await cdp.send('Performance.getMetrics');
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

/** What the window holds once all that nobody refers to is gone. */
export interface Holding {
  /** What the studio's own values take. The rest of the heap is V8's: code, which it compiles as it warms up. */
  readonly valueMegabytes: number;
  readonly heapMegabytes: number;
  readonly nodes: number;
  readonly listeners: number;
}

export async function holding(cdp: CDPSession): Promise<Holding> {
  // Twice: what the first lets go of may have held something else.
  for (let i = 0; i < 2; i++) await cdp.send('HeapProfiler.collectGarbage');
  const valueMegabytes = (await bytesOfValues(cdp)) / 1e6;
  const now = await metrics(cdp);
  return {
    valueMegabytes,
    heapMegabytes: (now['JSHeapUsedSize'] ?? 0) / 1e6,
    nodes: now['Nodes'] ?? 0,
    listeners: now['JSEventListeners'] ?? 0,
  };
}

/** What a heap snapshot says of its nodes: rows of numbers, whose columns and kinds it names. */
interface HeapSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly (readonly string[] | string)[];
    };
  };
  readonly nodes: readonly number[];
}

const VALUES = new Set([
  'object',
  'array',
  'closure',
  'string',
  'concatenated string',
  'sliced string',
  'number',
  'regexp',
  'bigint',
  'symbol',
]);

async function bytesOfValues(cdp: CDPSession): Promise<number> {
  const parts: string[] = [];
  const keep = ({ chunk }: { chunk: string }): void => void parts.push(chunk);
  cdp.on('HeapProfiler.addHeapSnapshotChunk', keep);
  await cdp.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  cdp.off('HeapProfiler.addHeapSnapshotChunk', keep);
  const { snapshot, nodes } = JSON.parse(parts.join('')) as HeapSnapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [kind, size] = [fields.indexOf('type'), fields.indexOf('self_size')];
  let bytes = 0;
  for (let row = 0; row < nodes.length; row += fields.length)
    if (VALUES.has(types[kind]?.[nodes[row + kind] ?? 0] ?? '')) bytes += nodes[row + size] ?? 0;
  return bytes;
}
