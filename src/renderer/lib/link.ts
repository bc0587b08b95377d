import type { Input, Method, Output } from '../../contract/studio/api.ts';
import { createStudioClient, type StudioClient } from '../../contract/studio/client.ts';
import type { Shell } from '../../contract/studio/shell.ts';
import type { Topic, Topics } from '../../contract/studio/topics.ts';
import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { watched } from './wire.ts';

/** Waits between attempts to get a line, in milliseconds; the last is repeated. */
const WAITS = [150, 300, 600, 1200, 2000];

interface Subscription {
  readonly join: (client: StudioClient) => () => void;
  off: () => void;
}

export type Connection = 'connecting' | 'open' | 'lost';

/**
 * A line to the engine that mends itself: when it breaks, a new one is made and all subscriptions are moved
 * over. Calls that were under way fail with `cancelled`; whoever made them decides whether to ask again.
 */
export class Link {
  #client: StudioClient | null = null;
  #subscriptions = new Set<Subscription>();
  #waiting: (() => void)[] = [];
  #shell: Shell;
  #changed: (connection: Connection) => void;

  constructor(shell: Shell, changed: (connection: Connection) => void) {
    this.#shell = shell;
    this.#changed = changed;
    void this.#keepOpen();
  }

  async #keepOpen(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        const wire = await this.#shell.connect();
        const gone = new Promise<void>((resolve) => {
          // At once, so that what is asked from now on waits for the next line.
          const end = (): void => {
            this.#client = null;
            resolve();
          };
          this.#open(createStudioClient(watched(wire, end)));
        });
        attempt = 0;
        await gone;
      } catch {
        // The next attempt tells; what is shown is the state of the line.
      }
      this.#changed('lost');
      await new Promise((resolve) => setTimeout(resolve, WAITS[Math.min(attempt, WAITS.length - 1)]));
    }
  }

  #open(client: StudioClient): void {
    this.#client = client;
    for (const subscription of this.#subscriptions) subscription.off = subscription.join(client);
    this.#changed('open');
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Asks the engine; waits for the line where there is none. */
  async ask<M extends Method>(
    method: M,
    input: Input<M>,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<Output<M>> {
    while (this.#client === null) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (signal?.aborted) throw new MorphloomError('cancelled', 'Given up.');
    return this.#client.call(method, input, signal, onProgress);
  }

  /** Hears of a topic until the returned function is called, over as many lines as it takes. */
  on<T extends Topic>(topic: T, listener: (value: Topics[T]) => void): () => void {
    const subscription: Subscription = {
      join: (client) => client.on(topic, listener),
      off: () => undefined,
    };
    this.#subscriptions.add(subscription);
    if (this.#client !== null) subscription.off = subscription.join(this.#client);
    return () => {
      this.#subscriptions.delete(subscription);
      subscription.off();
    };
  }
}
