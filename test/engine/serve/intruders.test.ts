import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearerOf, enter, type House, INSIDE, openHouse, sendRaw, UPGRADE } from './house.ts';

/** A header's lines, and whether they let in (given that all else does). */
interface Choice {
  readonly what: string;
  readonly lines: readonly string[];
  readonly right: boolean;
}

/** Who asks: a browser's cookie needs an own Origin where something changes, a program's bearer needs none. */
interface Credential extends Choice {
  readonly isCookie?: boolean;
}

interface Kind {
  readonly what: string;
  readonly request: string;
  readonly lines: readonly string[];
  readonly body?: string;
  /** Whether it is one that can let in at all. */
  readonly right: boolean;
  readonly upgrade?: boolean;
  /** Whether it is tried with every choice, or with the first few: they are judged in one place. */
  readonly all?: boolean;
}

let house: House;
/** Time passes quickly enough that none is turned away for the failures of others. */
let cases = 0;
const SECONDS_EACH = 7;
let hosts: Choice[];
let origins: Choice[];
let credentials: Credential[];

beforeAll(async () => {
  house = await openHouse({ now: () => cases * SECONDS_EACH * 1000 });
  const { port } = house;
  const cookie = await enter(house);
  const [name, secret] = cookie.split('=');
  const bearer = await bearerOf(house);
  const spent = new URL(house.door.newLink());
  await fetch(spent);
  const token = spent.searchParams.get('token') ?? '';

  const host = (value: string, right = false): Choice => ({
    what: `Host ${value === '' ? '(empty)' : value}`,
    lines: [`Host: ${value}`],
    right,
  });
  hosts = [
    host(`127.0.0.1:${port}`, true),
    { what: 'no Host', lines: [], right: false },
    { what: 'two Hosts', lines: [`Host: 127.0.0.1:${port}`, 'Host: evil.example'], right: false },
    ...[
      '',
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      'localhost',
      '127.0.0.1:1',
      `0.0.0.0:${port}`,
    ].map((value) => host(value)),
    ...[`localhost.:${port}`, `127.0.0.1.nip.io:${port}`, `[::1]:${port}`, `2130706433:${port}`].map(
      (value) => host(value),
    ),
    host(`127.0.0.1:${port}@evil.example`),
    host(`evil.example#127.0.0.1:${port}`),
  ];
  const origin = (value: string, right = false): Choice => ({
    what: `Origin ${value}`,
    lines: [`Origin: ${value}`],
    right,
  });
  origins = [
    { what: 'no Origin', lines: [], right: true },
    origin(`http://127.0.0.1:${port}`, true),
    ...[
      'null',
      'http://evil.example',
      `https://127.0.0.1:${port}`,
      `http://127.0.0.1:${port + 1}`,
      'file://',
    ].map((value) => origin(value)),
    ...['http://127.0.0.1', `http://localhost:${port}`, `http://127.0.0.1:${port}.evil.example`].map(
      (value) => origin(value),
    ),
    origin(`http://127.0.0.1:${port}, http://evil.example`),
    {
      what: 'a fetch from another site',
      lines: ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image'],
      right: false,
    },
    {
      what: 'a frame in another port of this machine',
      lines: ['Sec-Fetch-Site: same-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe'],
      right: false,
    },
  ];
  credentials = [
    { what: 'a session', lines: [`Cookie: ${cookie}`], right: true, isCookie: true },
    { what: 'a session among others', lines: [`Cookie: a=b; ${cookie}; c=d`], right: true, isCookie: true },
    { what: 'a bearer', lines: [`Authorization: Bearer ${bearer}`], right: true },
    { what: 'nothing', lines: [], right: false },
    { what: 'a made-up session', lines: [`Cookie: ${name}=${'A'.repeat(43)}`], right: false },
    { what: 'an empty session', lines: [`Cookie: ${name}=`], right: false },
    { what: 'a session of another door', lines: [`Cookie: morphloom-1=${secret}`], right: false },
    { what: 'two sessions', lines: [`Cookie: ${name}=x; ${cookie}`], right: false },
    { what: 'a spent token as cookie', lines: [`Cookie: ${name}=${token}`], right: false },
    { what: 'a spent token as bearer', lines: [`Authorization: Bearer ${token}`], right: false },
    { what: 'an empty bearer', lines: ['Authorization: Bearer '], right: false },
    {
      what: 'a wrong bearer over a session',
      lines: ['Authorization: Bearer x', `Cookie: ${cookie}`],
      right: false,
    },
    { what: 'a session as Basic', lines: [`Authorization: Basic ${secret}`], right: false },
    {
      what: 'two bearers',
      lines: [`Authorization: Bearer ${bearer}`, 'Authorization: Bearer x'],
      right: false,
    },
  ];
});
afterAll(() => house.close());

/** Sessions end a day after they were last used, and a day passes quickly here. */
async function stayIn(): Promise<void> {
  for (const { lines } of credentials.filter(({ right }) => right)) {
    const host = `Host: 127.0.0.1:${house.port}`;
    expect(
      (await sendRaw(house.port, ['GET /session HTTP/1.1', 'Connection: close', host, ...lines])).status,
    ).toBe(204);
  }
}

const post = (path: string, body: string, type = 'application/json'): Kind => ({
  what: `POST ${path} ${body}`,
  request: `POST ${path} HTTP/1.1`,
  lines: [`Content-Type: ${type}`, `Content-Length: ${body.length}`],
  body,
  right: false,
});
const get = (target: string, right: boolean, method = 'GET'): Kind => ({
  what: `${method} ${target}`,
  request: `${method} ${target} HTTP/1.1`,
  lines: [],
  right,
});
const upgrade = (
  target: string,
  right: boolean,
  method = 'GET',
  lines: readonly string[] = UPGRADE,
): Kind => ({
  what: `upgrade by ${method} ${target}${lines === UPGRADE ? '' : ' as something else'}`,
  request: `${method} ${target} HTTP/1.1`,
  lines,
  right,
  upgrade: true,
});

const kinds: Kind[] = [
  { ...get('/', true), all: true },
  get('/assets/index-Ab3_x9Zk.js', true),
  get('/', true, 'HEAD'),
  get('/session', true),
  get('http://evil.example/', false),
  ...['PUT', 'DELETE', 'OPTIONS', 'TRACE'].map((method) => get('/', false, method)),
  { ...post('/session', '{"token":"wrong"}'), all: true },
  post('/session', '{}'),
  post('/session', 'token=wrong', 'application/x-www-form-urlencoded'),
  post('/', '{}'),
  { ...upgrade('/wire', true), all: true },
  upgrade('/', false),
  upgrade('/wire/', false),
  upgrade('/wire', false, 'POST'),
  upgrade('/wire', false, 'GET', ['Connection: Upgrade', 'Upgrade: h2c']),
];

describe('who is let in', () => {
  it.each(kinds)('by $what', async (kind) => {
    await stayIn();
    const begin = cases;
    let admitted = 0;
    const some = <T>(choices: readonly T[]): readonly T[] => (kind.all ? choices : choices.slice(0, 4));
    for (const host of some(hosts))
      for (const origin of some(origins))
        for (const credential of credentials) {
          const lines = [
            kind.request,
            ...(kind.upgrade === true ? [] : ['Connection: close']),
            ...kind.lines,
            ...host.lines,
            ...origin.lines,
            ...credential.lines,
          ];
          const ownPage = origin.lines.length > 0 || credential.isCookie !== true || kind.upgrade !== true;
          const right = kind.right && host.right && origin.right && credential.right && ownPage;
          const before = house.wires.length;
          const answer = await sendRaw(house.port, lines, kind.body);
          const why = `${kind.what} · ${host.what} · ${origin.what} · ${credential.what}\n${answer.head}`;
          cases++;
          if (right) {
            admitted++;
            expect(answer.status, why).toBeOneOf(kind.upgrade === true ? [101] : [200, 204]);
            expect(house.wires.length, why).toBe(before + (kind.upgrade === true ? 1 : 0));
          } else {
            expect(answer.status, why).toBeGreaterThanOrEqual(400);
            expect(answer.status, why).not.toBe(429);
            expect(answer.head, why).not.toMatch(/set-cookie/i);
            expect(answer.head + answer.body, why).not.toContain(INSIDE);
            expect(answer.head + answer.body, why).not.toContain(house.folder);
            expect(house.wires.length, why).toBe(before);
          }
        }
    expect(cases - begin).toBeGreaterThan(kind.all ? 2500 : 200);
    // By cookie twice and by bearer once, from our own page; and, but for upgrades by cookie, without an Origin.
    expect(admitted).toBe(!kind.right ? 0 : kind.upgrade === true ? 4 : 6);
  });
});
