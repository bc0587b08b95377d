import type { Wire } from '../../contract/studio/wire.ts';

/** As much of a port as both kinds have: Node's MessagePort, and Electron's MessagePortMain. */
export interface PortLike {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** Electron hands an event with the value in `data`, Node the value itself; ours have no such member. */
function valueOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'data' in message ? message.data : message;
}

/**
 * A wire over a port of messages. Buffers are cloned, never transferred: Electron's engine process throws at
 * a transfer list.
 */
export function portWire(port: PortLike): Wire {
  const early: unknown[] = [];
  let listener: ((message: unknown) => void) | null = null;
  const closed = new Set<() => void>();
  let over = false;
  port.on('message', (message) => {
    const value = valueOf(message);
    if (listener === null) early.push(value);
    else listener(value);
  });
  port.on('close', () => {
    over = true;
    for (const tell of closed) tell();
    closed.clear();
  });
  port.start();
  return {
    send: (message) => {
      if (!over) port.postMessage(message);
    },
    receive: (next) => {
      listener = next;
      for (const message of early.splice(0)) next(message);
    },
    closed: (tell) => {
      if (over) tell();
      else closed.add(tell);
    },
    close: () => port.close(),
  };
}
