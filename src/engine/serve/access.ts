import type { IncomingMessage } from 'node:http';
import type { Keyring } from './keyring.ts';

/** Who may come in, and as what. */
export type Verdict =
  | { readonly admitted: true; readonly origin: string; readonly session: string | null }
  | { readonly admitted: false; readonly status: number; readonly why: string };

const refuse = (status: number, why: string): Verdict => ({ admitted: false, status, why });

/** A header that must not come twice; undefined where it is not there, null where it came more than once. */
function single(request: IncomingMessage, name: string): string | null | undefined {
  const values = request.headersDistinct[name];
  return values === undefined ? undefined : values.length === 1 ? values[0] : null;
}

export const cookieName = (port: number): string => `morphloom-${port}`;

/** Judges requests by what their headers say, before anything is done for them. */
export class Gate {
  readonly #origins: ReadonlyMap<string, string>;
  readonly #keyring: Keyring;
  readonly #cookie: string;

  /** @param origins that the door answers under */
  constructor(origins: ReadonlySet<string>, keyring: Keyring, port: number) {
    this.#origins = new Map([...origins].map((origin) => [new URL(origin).host, origin]));
    this.#keyring = keyring;
    this.#cookie = cookieName(port);
  }

  /**
   * Whether the request was sent to one of our names, and not by another site. Says nothing of who sent it.
   * @param changes whether it would change anything: browsers then always say where it comes from
   */
  came(request: IncomingMessage, changes: boolean): Verdict {
    const host = single(request, 'host');
    const own = host == null ? undefined : this.#origins.get(host.toLowerCase());
    if (own === undefined) return refuse(421, 'This is not the address that the studio is served at.');
    const origin = single(request, 'origin');
    if (origin !== undefined && origin !== own) return refuse(403, 'Another site may not do this.');
    const site = single(request, 'sec-fetch-site');
    const visits =
      !changes &&
      request.headers['sec-fetch-mode'] === 'navigate' &&
      request.headers['sec-fetch-dest'] === 'document';
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && !visits)
      return refuse(403, 'Another site may not do this.');
    return { admitted: true, origin: own, session: null };
  }

  /**
   * Whether the request comes from somebody who is in. A cookie is sent by a browser whether its owner wants
   * that or not, so it changes nothing unless the browser also says that our own page asks.
   */
  knows(request: IncomingMessage, changes: boolean): Verdict {
    const came = this.came(request, changes);
    if (!came.admitted) return came;
    const authorization = single(request, 'authorization');
    if (authorization !== undefined) {
      const bearer = /^Bearer ([\w.~+/=-]{1,512})$/i.exec(authorization ?? '')?.[1];
      if (bearer === undefined) return refuse(401, 'A program comes in with "Authorization: Bearer …".');
      const right = this.#keyring.judgeBearer(bearer, request.socket.remoteAddress ?? '');
      if (right === 'later') return refuse(429, 'There were too many wrong tokens; wait a minute.');
      if (right === 'wrong') return refuse(401, 'The token is wrong, or was used before.');
      return { ...came, session: bearer };
    }
    if (changes && single(request, 'origin') === undefined)
      return refuse(403, 'A program comes in with "Authorization: Bearer …".');
    const secret = this.#secretOf(request);
    return secret === null ? refuse(401, 'This studio is locked.') : { ...came, session: secret };
  }

  #secretOf(request: IncomingMessage): string | null {
    const cookies = single(request, 'cookie')?.split(/; */) ?? [];
    const own = cookies.filter((cookie) => cookie.startsWith(`${this.#cookie}=`));
    if (own.length !== 1) return null;
    const secret = own[0].slice(this.#cookie.length + 1);
    return this.#keyring.isSession(secret) ? secret : null;
  }
}
