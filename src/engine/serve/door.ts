import * as http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { MorphloomError } from '../../contract/errors.ts';
import { WIRE_PATH } from '../../contract/studio/socket.ts';
import { Gate } from './access.ts';
import { answer } from './answer.ts';
import { isGuessable, Keyring } from './keyring.ts';
import { type Receiver, turnAway } from './lines.ts';
import { addressOf, isLoopback, originsOf, shownName } from './names.ts';
import { readRenderer } from './renderer.ts';

const MOST_CONNECTIONS = 256;
/** So often the sessions of open windows are told to live on. */
const KEEP_EVERY_MS = 60_000;

export interface DoorOptions {
  /** What is behind the door. */
  readonly receiver: Receiver;
  /** The folder of the window's bundle. */
  readonly renderer: string;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** The owner's own token, which opens as often as wanted; a public bind asks for one. */
  readonly token?: string | null;
  /** Further origins that it is reached under: those of a proxy or a tunnel. */
  readonly origins?: readonly string[];
  /** The folder of the project that links lead to. */
  readonly opens?: string | null;
  /** What time it is, in milliseconds: links and sessions expire by it. */
  readonly now?: () => number;
}

export interface Door {
  /** Where it is, without a token. */
  readonly url: string;
  readonly port: number;
  readonly isPublic: boolean;
  /** A new address that opens the door once. */
  newLink(): string;
  /** Lets nobody in any more, and is done when all requests are answered and all lines are gone. */
  close(): Promise<void>;
}

/**
 * Serves the studio to browsers.
 * @throws MorphloomError `usage` for a bind that would let strangers in, or is not possible
 */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { receiver, host, token = null } = options;
  const { address, isPublic } = await judgeBind(host, token);
  const files = await readRenderer(options.renderer);

  const server = http.createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: 10_000,
    requestTimeout: 20_000,
  });
  server.maxConnections = MOST_CONNECTIONS;
  const port = await listen(server, host, address, options.port);
  const keyring = new Keyring(token, options.now);
  const gate = new Gate(originsOf(host, address, port, options.origins ?? []), keyring, port);
  const house = { gate, keyring, port, files, start: startOf(options.opens ?? null) };

  server.on('request', (request, response) => {
    answer(house, request, response).catch(() => response.destroy());
  });

  const sessions = new Map<Socket, string | null>();
  server.on('upgrade', (request: http.IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const knows = gate.knows(request, true);
    if (!knows.admitted) return turnAway(socket, knows.status, knows.why);
    if (request.url !== WIRE_PATH) return turnAway(socket, 404, 'There is nothing here.');
    if (head.byteLength > 0) return turnAway(socket, 400, 'That was too early.');
    const { method = '', headers } = request;
    sessions.set(socket, knows.session);
    receiver.take({ method, headers }, socket, () => sessions.delete(socket));
  });
  const keeping = setInterval(() => {
    for (const session of sessions.values()) if (session !== null) keyring.isSession(session);
  }, KEEP_EVERY_MS);
  keeping.unref();

  const url = `http://${shownName(host, address)}:${port}/`;
  return {
    url,
    port,
    isPublic,
    newLink: () => `${url}?token=${keyring.newLink()}`,
    close: async () => {
      clearInterval(keeping);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), 1000);
      await closed;
      clearTimeout(late);
    },
  };
}

/** As the window keeps its place in the address. */
const startOf = (project: string | null): string =>
  project === null ? '/' : `/#${new URLSearchParams({ project }).toString().replaceAll('&', '&amp;')}`;

/**
 * What a `--host` means, and whether it may be served with this token.
 * @throws MorphloomError `usage` where it may not
 */
export async function judgeBind(
  host: string,
  token: string | null,
): Promise<{ address: string; isPublic: boolean }> {
  const address = await addressOf(host);
  const isPublic = !isLoopback(address);
  if (isPublic && token === null) {
    throw new MorphloomError(
      'usage',
      `--host ${host} lets other machines in: that needs a --token (or MORPHLOOM_TOKEN) that nobody guesses, at least 22 random characters.`,
    );
  }
  if (token !== null && isGuessable(token)) {
    throw new MorphloomError('usage', 'The token could be guessed; take at least 22 random characters.');
  }
  return { address, isPublic };
}

function listen(server: http.Server, host: string, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'the port is taken' : 'it cannot be bound';
      reject(
        new MorphloomError('usage', `Nothing can be served at --host ${host} --port ${port}: ${why}.`, {
          cause,
        }),
      );
    });
    server.listen(port, address, () => resolve((server.address() as AddressInfo).port));
  });
}
