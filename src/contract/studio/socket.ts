import { decodeMessage, encodeMessage, MAX_REQUEST_BYTES } from './codec.ts';
import { MorphloomError } from '../errors.ts';
import type { Wire } from './wire.ts';

/** As much of a WebSocket as is used, a browser's or another: the contract knows no host. */
export interface Socket {
  binaryType: string;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
}

/** The path of the WebSocket at the door of `serve`. */
export const WIRE_PATH = '/wire';

/**
 * The client's end of a WebSocket to `serve`, as soon as it is open.
 * @throws MorphloomError `environment` where it cannot be opened
 */
export function wireOverSocket(socket: Socket): Promise<Wire> {
  socket.binaryType = 'arraybuffer';
  const early: unknown[] = [];
  let deliver = (message: unknown): void => void early.push(message);
  const listeners: (() => void)[] = [];
  let closed = false;

  socket.addEventListener('message', ({ data }) => {
    if (data instanceof ArrayBuffer) deliver(decodeMessage(new Uint8Array(data)));
  });
  const wire: Wire = {
    send: (message) => {
      if (closed) return;
      const bytes = encodeMessage(message);
      if (bytes.byteLength > MAX_REQUEST_BYTES) {
        throw new MorphloomError('usage', 'That is too much to send to the engine at once; do it in parts.');
      }
      socket.send(bytes as Uint8Array<ArrayBuffer>);
    },
    receive: (listener) => {
      deliver = listener;
      for (const message of early.splice(0)) listener(message);
    },
    closed: (listener) => {
      if (closed) listener();
      else listeners.push(listener);
    },
    close: () => socket.close(),
  };
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(wire));
    // A socket that fails also closes.
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', () => {
      closed = true;
      reject(new MorphloomError('environment', 'The engine cannot be reached.'));
      for (const tell of listeners.splice(0)) tell();
    });
  });
}
