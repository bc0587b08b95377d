import { MorphloomError } from '../../contract/errors.ts';

interface Running<T> {
  readonly promise: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * Results that several clients ask for: computed once, the newest kept, and given up only when nobody waits
 * any more.
 */
export class SharedResults<T> {
  readonly #kept = new Map<string, T>();
  readonly #running = new Map<string, Running<T>>();

  constructor(private readonly most: number) {}

  async get(key: string, signal: AbortSignal, compute: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#keep(key, kept);
      return kept;
    }
    const running = this.#running.get(key) ?? this.#start(key, compute);
    running.waiting += 1;
    const gaveUp = new Promise<never>((_, reject) => {
      const leave = (): void => reject(new MorphloomError('cancelled', 'Stopped, as asked.'));
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([running.promise, gaveUp]);
    } finally {
      running.waiting -= 1;
      if (running.waiting === 0) running.controller.abort();
    }
  }

  #start(key: string, compute: (signal: AbortSignal) => Promise<T>): Running<T> {
    const controller = new AbortController();
    const promise = compute(controller.signal).then(
      (value) => {
        this.#done(key, promise);
        this.#keep(key, value);
        return value;
      },
      (error: unknown) => {
        this.#done(key, promise);
        throw error;
      },
    );
    // Whoever still waits hears of it; nobody may be left.
    promise.catch(() => undefined);
    const running: Running<T> = { promise, controller, waiting: 0 };
    this.#running.set(key, running);
    controller.signal.addEventListener('abort', () => this.#done(key, promise));
    return running;
  }

  #done(key: string, promise: Promise<T>): void {
    if (this.#running.get(key)?.promise === promise) this.#running.delete(key);
  }

  #keep(key: string, value: T): void {
    this.#kept.delete(key);
    this.#kept.set(key, value);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.most) break;
      this.#kept.delete(oldest);
    }
  }
}
