import { createBirpc } from 'birpc';
import { MorphloomError, throwIfCancelled } from '../errors.ts';
import type { OnProgress } from '../progress.ts';
import type { Input, Method, Output } from './api.ts';
import type { Topic, Topics } from './topics.ts';
import type { Answer, ClientSide, EngineSide, Wire } from './wire.ts';

/** As much of an AbortSignal as is used: the contract knows no host. */
interface Cancellation {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The engine's end of a wire, as a client sees it. */
export interface StudioClient {
  /**
   * Asks the engine for something. Rejects with the engine's own {@link MorphloomError}; with an Error for a
   * defect; and with `cancelled` when `signal` is aborted or the line breaks. `onProgress` hears of questions
   * that take long (a map, say) how far they have come, a few times a second.
   */
  call<M extends Method>(
    method: M,
    input: Input<M>,
    signal?: Cancellation,
    onProgress?: OnProgress,
  ): Promise<Output<M>>;
  /** Hears of a topic until the returned function is called. Several listeners share one subscription. */
  on<T extends Topic>(topic: T, listener: (value: Topics[T]) => void): () => void;
  close(): void;
}

/** Speaks the contract over a wire. */
export function createStudioClient(wire: Wire): StudioClient {
  const listeners = new Map<string, Set<(value: never) => void>>();
  const latest = new Map<string, unknown>();
  const watching = new Map<number, OnProgress>();
  let closed = false;
  let calls = 0;

  const rpc = createBirpc<EngineSide, ClientSide>(
    {
      publish: (topic, value) => {
        const heard = listeners.get(topic);
        if (heard !== undefined) latest.set(topic, value);
        for (const listener of heard ?? []) listener(value as never);
        return Promise.resolve();
      },
      progress: (id, progress) => {
        watching.get(id)?.(progress);
        return Promise.resolve();
      },
    },
    {
      post: (message: unknown) => wire.send(message),
      on: (receive) => wire.receive(receive),
      timeout: -1,
    },
  );
  const gone = (): MorphloomError =>
    new MorphloomError('cancelled', 'The line to the engine broke; try again once it is back.');
  wire.closed(() => {
    closed = true;
    rpc.$close(gone());
  });

  return {
    call: async <M extends Method>(
      method: M,
      input: Input<M>,
      signal?: Cancellation,
      onProgress?: OnProgress,
    ) => {
      throwIfCancelled(signal);
      if (closed) throw gone();
      const id = ++calls;
      const cancel = (): void => void rpc.cancel(id).catch(() => undefined);
      signal?.addEventListener('abort', cancel, { once: true });
      if (onProgress !== undefined) watching.set(id, onProgress);
      try {
        const answer: Answer = await rpc.call(id, method, input).catch((error: unknown) => {
          throw closed ? gone() : error;
        });
        if (answer.ok) return answer.output as Output<M>;
        if (answer.code === 'defect') throw new Error(answer.message);
        throw new MorphloomError(answer.code, answer.message);
      } finally {
        signal?.removeEventListener('abort', cancel);
        watching.delete(id);
      }
    },
    on: (topic, listener) => {
      let heard = listeners.get(topic);
      if (heard === undefined) {
        listeners.set(topic, (heard = new Set()));
        if (!closed) rpc.subscribe(topic).catch(() => undefined);
      } else if (latest.has(topic)) listener(latest.get(topic) as never);
      heard.add(listener);
      return () => {
        heard.delete(listener);
        if (heard.size > 0 || listeners.get(topic) !== heard) return;
        listeners.delete(topic);
        latest.delete(topic);
        if (!closed) rpc.unsubscribe(topic).catch(() => undefined);
      };
    },
    close: () => wire.close(),
  };
}
