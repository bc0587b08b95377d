import type { Undoable } from './history.svelte.ts';
import { report } from './studio.svelte.ts';

interface Action {
  readonly title: string;
  readonly forth: () => Promise<unknown>;
  readonly back: () => Promise<unknown>;
}

const MOST_ACTIONS = 200;

/** What was done by asking the engine, with what takes each back; one after the other, as they depend on order. */
export class Actions implements Undoable {
  #past = $state.raw<readonly Action[]>([]);
  #future = $state.raw<readonly Action[]>([]);
  #queue: Promise<void> = Promise.resolve();

  get undoTitle(): string | null {
    return this.#past.at(-1)?.title ?? null;
  }

  get redoTitle(): string | null {
    return this.#future.at(-1)?.title ?? null;
  }

  /** Does something, and remembers it once it is done. */
  do(action: Action): void {
    this.#next(async () => {
      await action.forth();
      this.#past = [...this.#past, action].slice(-MOST_ACTIONS);
      this.#future = [];
    });
  }

  undo(): void {
    this.#next(async () => {
      const action = this.#past.at(-1);
      if (action === undefined) return;
      await action.back();
      this.#past = this.#past.slice(0, -1);
      this.#future = [...this.#future, action];
    });
  }

  redo(): void {
    this.#next(async () => {
      const action = this.#future.at(-1);
      if (action === undefined) return;
      await action.forth();
      this.#future = this.#future.slice(0, -1);
      this.#past = [...this.#past, action];
    });
  }

  #next(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(work).catch(report);
  }
}
