/** A pause is at least so long: what waits is seldom done in less. */
const LEAST_MS = 30;
const MOST_MS = 500;

/**
 * Who waits for the engine. What computes for long and cannot be cut into small pieces, a training's steps,
 * asks here between them whether to make room. With nobody waiting that costs a turn of the event loop; else
 * those who wait get as much time as the work took for itself, unless they are served sooner.
 */
export class Attention {
  #waiting = 0;
  #served: (() => void) | null = null;
  #resumedAt = performance.now();

  /** Somebody waits, until the work is done. */
  async during<T>(work: () => Promise<T> | T): Promise<T> {
    this.#waiting += 1;
    try {
      return await work();
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#served?.();
    }
  }

  /** A part of such work in which nothing of the engine is waited for. */
  async aside<T>(wait: () => Promise<T>): Promise<T> {
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#served?.();
    try {
      return await wait();
    } finally {
      this.#waiting += 1;
    }
  }

  /** Resolves when the work may go on. */
  readonly giveWay = async (): Promise<void> => {
    const worked = performance.now() - this.#resumedAt;
    // What came meanwhile is heard in this turn, and most of it answered.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#waiting > 0) await this.#untilServed(Math.min(MOST_MS, Math.max(LEAST_MS, worked)));
    this.#resumedAt = performance.now();
  };

  #untilServed(mostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const goOn = (): void => {
        clearTimeout(timer);
        this.#served = null;
        resolve();
      };
      const timer = setTimeout(goOn, mostMs);
      this.#served = goOn;
    });
  }
}
