import type { IncomingHttpHeaders } from 'node:http';
import * as http from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { MAX_REQUEST_BYTES } from '../../contract/studio/codec.ts';
import type { Wire } from '../../contract/studio/wire.ts';
import { peerOver, type Peer } from './peer.ts';

const MOST_LINES = 32;
const LOOK_EVERY_MS = 10_000;
const MOST_SILENT_LOOKS = 3;

/** What the handshake of a WebSocket needs of its request; it can go to another process beside its socket. */
export interface Knock {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/** Takes the sockets of clients that were let in. */
export interface Receiver {
  /** @param left called once, when the line is gone */
  take(knock: Knock, socket: Socket, left: () => void): void;
}

/** Speaks WebSocket with clients that were let in, and hands their lines to the studio. */
export class Lines implements Receiver {
  readonly #connect: (wire: Wire) => void;
  readonly #peers = new Set<Peer>();
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_REQUEST_BYTES,
    perMessageDeflate: false,
  });
  readonly #looking: NodeJS.Timeout;

  /** @param lookEveryMs how often the other sides' life is looked for, in milliseconds */
  constructor(connect: (wire: Wire) => void, lookEveryMs = LOOK_EVERY_MS) {
    this.#connect = connect;
    this.#looking = setInterval(() => {
      for (const peer of this.#peers) peer.look(MOST_SILENT_LOOKS);
    }, lookEveryMs);
    this.#looking.unref();
  }

  take(knock: Knock, socket: Socket, left: () => void): void {
    socket.on('error', () => socket.destroy());
    socket.on('close', left);
    if (this.#peers.size >= MOST_LINES) return turnAway(socket, 503, 'Too many windows are open.');
    // A client that sends before it was answered is none.
    this.#server.handleUpgrade(knock as http.IncomingMessage, socket, Buffer.alloc(0), (webSocket) => {
      const peer = peerOver(webSocket);
      this.#peers.add(peer);
      webSocket.on('close', () => this.#peers.delete(peer));
      this.#connect(peer.wire);
    });
  }

  /** Says goodbye to all. */
  leave(): void {
    clearInterval(this.#looking);
    for (const peer of this.#peers) peer.leave();
  }
}

/** Refuses a WebSocket, as HTTP. */
export function turnAway(socket: Socket, status: number, why: string): void {
  const body = Buffer.from(why);
  socket.end(
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${body.byteLength}\r\n\r\n${body.toString('utf8')}`,
    () => socket.destroy(),
  );
}
