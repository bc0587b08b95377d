import type { RawData, WebSocket } from 'ws';
import { decodeMessage, encodeMessage, MAX_ANSWER_BYTES } from '../../contract/studio/codec.ts';
import type { Wire } from '../../contract/studio/wire.ts';

/** With more than this on its way to a client, nothing more is read from it until it has caught up. */
const PAUSE_BYTES = 8 * 1024 * 1024;
/** A client that lets more than this wait is given up. */
const MOST_WAITING_BYTES = 128 * 1024 * 1024;

/** The codes of RFC 6455 for why a line was closed. */
const CLOSE = { going: 1001, unsupported: 1003, invalid: 1007, slow: 1013 } as const;

export interface Peer {
  readonly wire: Wire;
  /** Looks whether the other side still lives, and gives it up when it was silent for `most` looks. */
  look(most: number): boolean;
  /** Says goodbye. */
  leave(): void;
}

/** The engine's end of a WebSocket. */
export function peerOver(socket: WebSocket): Peer {
  const early: unknown[] = [];
  let deliver = (message: unknown): void => void early.push(message);
  const listeners: (() => void)[] = [];
  let silent = 0;
  let waitingBefore = 0;

  const sign = (): void => {
    silent = 0;
  };
  socket.on('pong', sign);
  socket.on('message', (data: RawData, isBinary) => {
    // It may have been given up over what came just before.
    if (socket.readyState !== socket.OPEN) return;
    sign();
    if (!isBinary) return socket.close(CLOSE.unsupported);
    let message: unknown;
    try {
      message = decodeMessage(data as Buffer);
    } catch {
      return socket.close(CLOSE.invalid);
    }
    deliver(message);
  });
  // What it throws (too large, not masked, …) also closes it.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    for (const tell of listeners.splice(0)) tell();
  });

  const caughtUp = (): void => {
    if (socket.isPaused && socket.bufferedAmount < PAUSE_BYTES / 2) socket.resume();
  };

  return {
    wire: {
      send: (message) => {
        if (socket.readyState !== socket.OPEN) return;
        const bytes = encodeMessage(message);
        if (bytes.byteLength > MAX_ANSWER_BYTES) throw new Error('The answer is too large for one message.');
        if (socket.bufferedAmount > MOST_WAITING_BYTES) {
          // Closing in order would wait behind all that it does not read.
          socket.terminate();
          return;
        }
        socket.send(bytes, caughtUp);
        if (!socket.isPaused && socket.bufferedAmount > PAUSE_BYTES) socket.pause();
      },
      receive: (listener) => {
        deliver = listener;
        for (const message of early.splice(0)) listener(message);
      },
      closed: (listener) => {
        if (socket.readyState === socket.CLOSED) listener();
        else listeners.push(listener);
      },
      close: () => socket.close(),
    },
    look: (most) => {
      // A large answer over a slow line keeps the pong behind it waiting.
      const reads = socket.bufferedAmount < waitingBefore;
      waitingBefore = socket.bufferedAmount;
      silent = reads ? 0 : silent + 1;
      if (silent > most) {
        socket.terminate();
        return false;
      }
      socket.ping();
      return true;
    },
    leave: () => {
      socket.close(CLOSE.going);
      // It may never answer.
      setTimeout(() => socket.terminate(), 500).unref();
    },
  };
}
