import * as fs from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { openDoor } from '../../../src/engine/serve/door.ts';
import { bearerOf, enter, type House, INSIDE, openHouse, sendRaw } from './house.ts';

const TOKEN = 'hJ3-vQ9_pLx2Rk7TzWm5Ya';
let house: House;
afterEach(() => house.close());

const at = (path: string): string => `http://127.0.0.1:${house.port}${path}`;
const get = (path: string, cookie?: string, headers = {}): Promise<Response> =>
  fetch(at(path), { headers: { ...headers, ...(cookie === undefined ? {} : { Cookie: cookie }) } });
const redeem = (token: string): Promise<Response> =>
  fetch(at('/session'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token }),
  });

describe('a link', () => {
  it('opens once, and leads on without its token', async () => {
    house = await openHouse({ opens: '/tmp/A & "B".morphloom' });
    const link = house.door.newLink();
    expect((await fetch(link, { method: 'HEAD' })).status).toBe(401);
    expect((await fetch(link, { headers: { 'Sec-Purpose': 'prefetch' } })).status).toBe(403);
    const first = await fetch(link);
    expect(first.status).toBe(200);
    expect(first.headers.get('set-cookie')).toMatch(
      /^morphloom-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const page = await first.text();
    expect(page).toContain('href="/#project=%2Ftmp%2FA+%26+%22B%22.morphloom"');
    expect(page).not.toContain(new URL(link).searchParams.get('token'));
    const second = await fetch(link);
    expect(second.status).toBe(401);
    expect(second.headers.has('set-cookie')).toBe(false);
    expect(await second.text()).toContain('used before');
    // Whoever is in may open it again: that is a page which was opened twice.
    const [cookie] = first.headers.getSetCookie()[0].split(';');
    const again = await fetch(link, { headers: { Cookie: cookie } });
    expect(again.status).toBe(200);
    expect(again.headers.has('set-cookie')).toBe(false);
  });

  it('grows old in a quarter of an hour, and a session in a day without use', async () => {
    let minutes = 0;
    house = await openHouse({ now: () => minutes * 60_000 });
    const [link, older] = [house.door.newLink(), house.door.newLink()];
    minutes = 14;
    const cookie = (await fetch(link)).headers.get('set-cookie')?.split(';')[0];
    minutes = 16;
    expect((await fetch(older)).status).toBe(401);
    for (let day = 0; day < 3; day++) {
      minutes += 23 * 60;
      expect((await get('/', cookie)).status).toBe(200);
    }
    minutes += 25 * 60;
    expect((await get('/', cookie)).status).toBe(401);
  });
});

describe('a token of the owner', () => {
  it('opens as often as wanted, for people and for programs', async () => {
    house = await openHouse({ token: TOKEN });
    expect(await (await get('/')).text()).toContain('<form');
    for (let time = 0; time < 2; time++) {
      const { bearer } = (await (await redeem(TOKEN)).json()) as { bearer: string };
      expect((await get('/', undefined, { Authorization: `Bearer ${bearer}` })).status).toBe(200);
    }
    expect((await get('/', undefined, { Authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    // Our own page gets a cookie that it cannot read, instead.
    const own = await fetch(at('/session'), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: at('').replace(/\/$/, '') },
      body: JSON.stringify({ token: TOKEN }),
    });
    expect(own.status).toBe(204);
    expect(own.headers.get('set-cookie')).toContain('HttpOnly');
    expect(await own.text()).toBe('');
  });

  it('is asked for where other machines can come in, and must not be guessable', async () => {
    house = await openHouse();
    const options = { receiver: { take: () => undefined }, renderer: `${house.folder}/window`, port: 0 };
    for (const host of ['0.0.0.0', '::', '192.0.2.7']) {
      await expect(openDoor({ ...options, host })).rejects.toThrow(/lets other machines in/);
    }
    for (const token of [
      '',
      'secret',
      'a'.repeat(40),
      '0123456789012345678901234567',
      'abcdefghijklmnopqrstuvwxyz',
    ]) {
      await expect(openDoor({ ...options, host: '0.0.0.0', token }), token).rejects.toThrow(/guessed/);
      await expect(openDoor({ ...options, host: '127.0.0.1', token }), token).rejects.toThrow(/guessed/);
    }
    const door = await openDoor({ ...options, host: '0.0.0.0', token: TOKEN });
    expect(door.isPublic).toBe(true);
    expect((await fetch(`http://127.0.0.1:${door.port}/`)).status).toBe(401);
    await door.close();
  });

  it('is not looked at after ten wrong ones, for a minute; who is in stays in', async () => {
    let seconds = 0;
    house = await openHouse({ token: TOKEN, now: () => seconds * 1000 });
    const cookie = await enter(house);
    const link = house.door.newLink();
    for (let time = 0; time < 10; time++) expect((await redeem(`${TOKEN}${time}`)).status).toBe(401);
    expect((await redeem(TOKEN)).status).toBe(429);
    expect((await get('/', undefined, { Authorization: `Bearer ${TOKEN}` })).status).toBe(429);
    expect((await fetch(link)).status).toBe(429);
    expect((await get('/', cookie)).status).toBe(200);
    seconds = 61;
    expect((await fetch(link)).status).toBe(200);
    expect((await redeem(TOKEN)).status).toBe(200);
  });
});

describe('what is served', () => {
  it('comes with its type, may be kept where its name says so, and is guarded', async () => {
    house = await openHouse();
    const cookie = await enter(house);
    const page = await get('/', cookie);
    expect(await page.text()).toContain(INSIDE);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const tag = page.headers.get('etag') ?? '';
    expect((await get('/', cookie, { 'If-None-Match': tag })).status).toBe(304);
    const script = await get('/assets/index-Ab3_x9Zk.js', cookie);
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('cache-control')).toContain('immutable');
    for (const answer of [page, script, await get('/'), await get('/none', cookie), await redeem('x')]) {
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/script-src[^;]*unsafe|unsafe-eval|\*/);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('x-frame-options')).toBe('DENY');
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(answer.headers.get('x-powered-by')).toBeNull();
    }
  });

  it('lies in the folder of the window, whatever is asked for', async () => {
    house = await openHouse();
    const cookie = await enter(house);
    const secret = fs.readFileSync(`${house.folder}/secret.html`, 'utf8');
    const targets = [
      '/../secret.html',
      '/%2e%2e/secret.html',
      '/..%2fsecret.html',
      '/..%5csecret.html',
      '/..\\secret.html',
      '/assets/../../secret.html',
      '/assets/..%2f..%2fsecret.html',
      '/%252e%252e/secret.html',
      '/....//secret.html',
      '//secret.html',
      `/${house.folder}/secret.html`,
      `//${house.folder}/secret.html`,
      '/link.html',
      '/index.html%00.js',
      '/index.html/',
      '/INDEX.HTML',
      '/assets',
      '/assets/',
      '/.',
      '/%',
      '/__proto__',
      '/constructor',
      'secret.html',
      '*',
      `file://${house.folder}/secret.html`,
    ];
    for (const target of targets) {
      const lines = [
        `GET ${target} HTTP/1.1`,
        `Host: 127.0.0.1:${house.port}`,
        `Cookie: ${cookie}`,
        'Connection: close',
      ];
      const answer = await sendRaw(house.port, lines);
      expect(answer.status, target).toBeOneOf([400, 404]);
      expect(answer.body, target).not.toContain(secret);
      expect(answer.body, target).not.toContain(house.folder);
    }
  });

  it('is not asked for with more than it takes', async () => {
    house = await openHouse({ token: TOKEN });
    const long = await redeem(`${TOKEN}${'x'.repeat(5000)}`);
    expect(long.status).toBe(400);
    const head = [
      'POST /session HTTP/1.1',
      `Host: 127.0.0.1:${house.port}`,
      'Content-Type: application/json',
    ];
    // It says that much more will come: the answer does not wait for it.
    const endless = await sendRaw(house.port, [...head, 'Content-Length: 1000000000'], 'x'.repeat(8192));
    expect(endless.status).toBe(400);
    const large = await sendRaw(house.port, [...head, `X: ${'x'.repeat(20_000)}`]);
    expect(large.status).toBe(431);
    // Two messages in one: whatever a proxy before us took it for, we do not.
    const smuggled = await sendRaw(
      house.port,
      [...head, 'Content-Length: 4', 'Transfer-Encoding: chunked'],
      '0\r\n\r\n',
    );
    expect(smuggled.status).toBe(400);
  });

  it('is served under the names of a proxy, too, where it was told of them', async () => {
    house = await openHouse({ origins: ['https://studio.example', 'http://localhost:9999'] });
    const token = new URL(house.door.newLink()).searchParams.get('token');
    const ask = (host: string, origin: string): ReturnType<typeof sendRaw> =>
      sendRaw(house.port, [
        `GET /?token=${token} HTTP/1.1`,
        `Host: ${host}`,
        `Origin: ${origin}`,
        'Connection: close',
      ]);
    expect((await ask('studio.example', 'http://studio.example')).status).toBe(403);
    expect((await ask('studio.example', 'https://localhost:9999')).status).toBe(403);
    expect((await ask('other.example', 'https://other.example')).status).toBe(421);
    const answer = await ask('studio.example', 'https://studio.example');
    expect(answer.status).toBe(200);
    expect(answer.head).toMatch(/Set-Cookie: .*; Secure/);
    const options = { receiver: { take: () => undefined }, renderer: `${house.folder}/window`, port: 0 };
    for (const origin of ['studio.example', 'ftp://studio.example', 'https://studio.example/path']) {
      await expect(openDoor({ ...options, host: '127.0.0.1', origins: [origin] })).rejects.toThrow(
        /--origin/,
      );
    }
  });

  it('says what is wrong with an address, and with a window that was not built', async () => {
    house = await openHouse();
    const options = { receiver: { take: () => undefined }, renderer: `${house.folder}/window` };
    await expect(openDoor({ ...options, host: '127.0.0.1', port: house.port })).rejects.toThrow(
      /the port is taken/,
    );
    await expect(openDoor({ ...options, host: 'no.such.host.invalid', port: 0 })).rejects.toThrow(/--host/);
    await expect(
      openDoor({ ...options, renderer: `${house.folder}/assets`, host: '127.0.0.1', port: 0 }),
    ).rejects.toThrow(/was not built/);
    expect(await bearerOf(house)).toMatch(/^[\w-]{43}$/);
  });
});
