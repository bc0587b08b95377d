/**
 * Works on items side by side and yields the results in the items' order. At most `inFlight` are worked on
 * at a time, and at most `ahead` results wait for a slow one before them. Stops starting work when the
 * consumer stops, and ends only when what was started has ended.
 */
export async function* inOrder<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  { inFlight, ahead }: { readonly inFlight: number; readonly ahead: number },
): AsyncGenerator<R, void, undefined> {
  const started = new Map<number, Promise<R>>();
  let next = 0;
  let active = 0;
  let yielded = 0;
  let stopped = false;
  const start = (): void => {
    while (!stopped && active < inFlight && next < items.length && next < yielded + ahead) {
      const result = work(items[next]);
      active += 1;
      const settled = (): void => {
        active -= 1;
        start();
      };
      result.then(settled, settled);
      started.set(next, result);
      next += 1;
    }
  };
  try {
    for (; yielded < items.length; yielded++) {
      start();
      yield (await started.get(yielded)) as R;
      started.delete(yielded);
    }
  } finally {
    stopped = true;
    await Promise.allSettled(started.values());
  }
}

/** Lends out a fixed number of bytes, first come, first served. What wants more than all waits to be alone. */
export function createMemoryBudget(total: number): (bytes: number) => Promise<() => void> {
  let held = 0;
  const waiting: { readonly bytes: number; readonly admit: () => void }[] = [];
  const next = (): void => {
    for (let first = waiting[0]; first && (held === 0 || held + first.bytes <= total); first = waiting[0]) {
      waiting.shift();
      held += first.bytes;
      first.admit();
    }
  };
  return async (bytes) => {
    await new Promise<void>((admit) => {
      waiting.push({ bytes, admit });
      next();
    });
    return () => {
      held -= bytes;
      next();
    };
  };
}
