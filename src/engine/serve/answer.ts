import type { IncomingMessage, ServerResponse } from 'node:http';
import { contentSecurityPolicy, GUARDING_HEADERS } from '../../contract/studio/page.ts';
import { WIRE_PATH } from '../../contract/studio/socket.ts';
import { cookieName, type Gate } from './access.ts';
import type { Keyring } from './keyring.ts';
import { DOOR_SCRIPT, DOOR_STYLE, entering, locked } from './pages.ts';
import type { ServedFile } from './renderer.ts';

const MOST_BODY_BYTES = 4096;
const OPEN_THE_LINK = 'Open the link that "morphloom serve" shows where it runs. Each link opens once.';

interface Reply {
  readonly status: number;
  readonly type?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface House {
  readonly gate: Gate;
  readonly keyring: Keyring;
  readonly port: number;
  readonly files: ReadonlyMap<string, ServedFile>;
  /** Where a link leads to, once its token was taken. */
  readonly start: string;
}

const html = (status: number, body: string, headers = {}): Reply => ({
  status,
  type: 'text/html; charset=utf-8',
  body,
  headers,
});
const plain = (status: number, body: string, headers = {}): Reply => ({
  status,
  type: 'text/plain; charset=utf-8',
  body,
  headers,
});

/** Answers everything that is no WebSocket. */
export async function answer(
  house: House,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const reply = await replyTo(house, request);
  const body = Buffer.from(reply.body ?? '');
  // A body that nobody reads would be taken for the next request.
  if (!request.complete) response.setHeader('Connection', 'close');
  response.writeHead(reply.status, {
    ...GUARDING_HEADERS,
    'Content-Security-Policy': policy(request),
    'Cache-Control': 'no-store',
    ...(reply.type === undefined ? {} : { 'Content-Type': reply.type }),
    ...(reply.status === 204 || reply.status === 304 ? {} : { 'Content-Length': body.byteLength }),
    ...reply.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Older Safaris do not count a WebSocket of the same place as `'self'`. */
function policy(request: IncomingMessage): string {
  const host = request.headers.host ?? '';
  return /^[\w.:[\]-]+$/.test(host)
    ? contentSecurityPolicy(`ws://${host}${WIRE_PATH}`, `wss://${host}${WIRE_PATH}`)
    : contentSecurityPolicy();
}

async function replyTo(house: House, request: IncomingMessage): Promise<Reply> {
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
    return plain(405, 'Not here.', { Allow: 'GET, HEAD, POST' });
  const came = house.gate.came(request, method === 'POST');
  if (!came.admitted) return plain(came.status, came.why);
  const target = request.url ?? '';
  const [path, query] = target.split('?', 2);
  if (!target.startsWith('/')) return plain(400, 'Not here.');
  if (method === 'POST')
    return path === '/session' ? newSession(house, request, came.origin) : plain(405, 'Not here.');
  if (path === '/door.js') return { status: 200, type: 'text/javascript; charset=utf-8', body: DOOR_SCRIPT };
  if (path === '/door.css') return { status: 200, type: 'text/css; charset=utf-8', body: DOOR_STYLE };

  const knows = house.gate.knows(request, false);
  const token = path === '/' ? new URLSearchParams(query).get('token') : null;
  // Whoever is in already, and opens the link again, needs no second session.
  if (token !== null && knows.admitted) return html(200, entering(house.start));
  if (token !== null && method === 'GET') return enter(house, request, came.origin, token);
  if (!knows.admitted) {
    const isPage = path === '/' && knows.status === 401;
    return isPage
      ? html(401, locked(OPEN_THE_LINK, house.keyring.hasToken))
      : plain(knows.status, knows.why, knows.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {});
  }
  if (path === '/session') return { status: 204 };
  return fileAt(house, request, path);
}

/** A launch link was opened. Only a person opens links: what a browser fetches ahead must not spend one. */
function enter(house: House, request: IncomingMessage, origin: string, token: string): Reply {
  const purpose = request.headers['sec-purpose'] ?? request.headers['purpose'];
  if (purpose !== undefined) return plain(403, 'Not ahead of time.');
  const redeemed = house.keyring.redeem(token, request.socket.remoteAddress ?? '');
  if (redeemed === 'later')
    return html(429, locked('There were too many wrong tokens; wait a minute.', false));
  if (redeemed === 'wrong')
    return html(
      401,
      locked(`This link was used before, or is too old. ${OPEN_THE_LINK}`, house.keyring.hasToken),
    );
  return html(200, entering(house.start), { 'Set-Cookie': cookie(house, origin, redeemed.session) });
}

/** A token for a session: in a cookie for our own page, in the answer for a program. */
async function newSession(house: House, request: IncomingMessage, origin: string): Promise<Reply> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    return plain(415, 'The token comes as JSON: {"token": "…"}.');
  const token = tokenIn(await bodyOf(request));
  if (token === null) return plain(400, 'The token comes as JSON: {"token": "…"}.');
  const redeemed = house.keyring.redeem(token, request.socket.remoteAddress ?? '');
  if (redeemed === 'later')
    return plain(429, 'There were too many wrong tokens; wait a minute.', { 'Retry-After': '60' });
  if (redeemed === 'wrong') return plain(401, 'The token is wrong, or was used before.');
  if (request.headers.origin !== undefined)
    return { status: 204, headers: { 'Set-Cookie': cookie(house, origin, redeemed.session) } };
  return {
    status: 200,
    type: 'application/json; charset=utf-8',
    body: JSON.stringify({ bearer: redeemed.session }),
  };
}

const cookie = (house: House, origin: string, secret: string): string =>
  `${cookieName(house.port)}=${secret}; Path=/; HttpOnly; SameSite=Strict${origin.startsWith('https:') ? '; Secure' : ''}`;

function tokenIn(body: string | null): string | null {
  try {
    const { token } = JSON.parse(body ?? '') as { token?: unknown };
    return typeof token === 'string' && token.length <= 1024 ? token : null;
  } catch {
    return null;
  }
}

/** Null for a body that is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.byteLength;
    if (size > MOST_BODY_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function fileAt(house: House, request: IncomingMessage, path: string): Reply {
  const file = house.files.get(path === '/' ? '/index.html' : path);
  if (file === undefined) return plain(404, 'There is nothing here.');
  const headers = {
    ETag: file.etag,
    'Cache-Control': file.hashed ? 'private, max-age=31536000, immutable' : 'no-cache',
  };
  if (request.headers['if-none-match'] === file.etag) return { status: 304, headers };
  return { status: 200, type: file.type, body: file.bytes, headers };
}
