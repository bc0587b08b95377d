import type { Wire } from '../../contract/studio/wire.ts';

/** A wire that tells two parties of its end: the client that speaks over it, and us who make the next one. */
export function watched(wire: Wire, gone: () => void): Wire {
  const listeners = [gone];
  let over = false;
  wire.closed(() => {
    over = true;
    for (const listener of listeners) listener();
  });
  return {
    send: (message) => wire.send(message),
    receive: (listener) => wire.receive(listener),
    closed: (listener) => {
      if (over) listener();
      else listeners.push(listener);
    },
    close: () => wire.close(),
  };
}
