/** Writes the newest value a little after the last change, and at the latest `latest` ms after the first. */
export class Autosave<T> {
  #write: (value: T) => Promise<void>;
  #pause: number;
  #latest: number;
  #pending: { value: T; since: number } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(write: (value: T) => Promise<void>, pause = 500, latest = 1500) {
    this.#write = write;
    this.#pause = pause;
    this.#latest = latest;
  }

  changed(value: T): void {
    const now = performance.now();
    const since = this.#pending?.since ?? now;
    this.#pending = { value, since };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), Math.min(this.#pause, since + this.#latest - now));
  }

  get pending(): boolean {
    return this.#pending !== null;
  }

  /** Writes at once what is waiting; resolves when all is written. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    const pending = this.#pending;
    if (pending !== null) {
      this.#pending = null;
      this.#writing = this.#writing.then(() => this.#write(pending.value)).catch(() => undefined);
    }
    return this.#writing;
  }
}
