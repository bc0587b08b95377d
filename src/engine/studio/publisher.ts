import type { Topic } from '../../contract/studio/topics.ts';
import type { Client } from './context.ts';

/** Tells who listens that a topic has another value. It holds no values: whoever wants one asks for the newest. */
export class TopicBoard {
  readonly #listeners = new Map<string, Set<() => void>>();

  changed(topic: Topic): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener();
  }

  watched(topic: Topic): boolean {
    return this.#listeners.has(topic);
  }

  /** Calls back at each change until the returned function is called. */
  watch(topic: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
    };
  }
}

/** Where topics' values are. */
export interface TopicSource {
  readonly board: TopicBoard;
  /** The newest value as this client may see it; undefined while there is none. */
  read(topic: string, client: Client): Promise<unknown>;
}

/**
 * Follows one topic for one client. A value is read when it can be sent, and the next only once the client
 * took it: a slow client costs one value, and then gets the newest.
 * @param send resolves when the client took the value
 */
export function follow(
  topic: string,
  client: Client,
  source: TopicSource,
  send: (value: unknown) => Promise<void>,
  failed: (error: unknown) => void,
): () => void {
  let stale = true;
  let sending = false;
  let over = false;
  const pump = async (): Promise<void> => {
    if (sending) return;
    sending = true;
    try {
      while (stale && !over) {
        stale = false;
        const value = await source.read(topic, client);
        if (value !== undefined && !over) await send(value);
      }
    } catch (error) {
      if (!over) failed(error);
    } finally {
      sending = false;
    }
  };
  const unwatch = source.board.watch(topic, () => {
    stale = true;
    void pump();
  });
  void pump();
  return () => {
    over = true;
    unwatch();
  };
}
