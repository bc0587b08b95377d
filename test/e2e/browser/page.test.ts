import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoBrowser } from './chromium.ts';
import { killEngine, type Serve, startServe } from './serve.ts';
import { openStudio, type OpenStudio } from './studio.ts';

const why = whyNoBrowser();
if (why !== null) process.stderr.write(`Tests in a browser are skipped: ${why}.\n`);

describe.skipIf(why !== null)('the studio in a browser', () => {
  let serve: Serve;
  let studio: OpenStudio;
  beforeAll(async () => {
    serve = await startServe();
    studio = await openStudio({ serve });
  });
  afterAll(async () => {
    await studio?.close();
    await serve?.stop();
  });

  /** The window shows its way home once it has a line to the engine. */
  const isThere = (): Promise<void> =>
    expect.poll(() => studio.page.locator('#app').innerText(), { timeout: 20_000 }).toContain('Morphloom');

  it('opens by its link, and shows itself', async () => {
    await isThere();
    expect(await studio.page.title()).toContain('Morphloom');
    expect(studio.troubles).toEqual([]);
  });

  it('is let in again when it is reloaded, but not without its cookie', async () => {
    const { page, context } = studio;
    await page.reload();
    await isThere();
    const stranger = await studio.browser.newContext();
    const other = await stranger.newPage();
    const answer = await other.goto(serve.origin);
    expect(answer?.status()).toBe(401);
    expect(await other.locator('h1').innerText()).toBe('This studio is locked');
    await stranger.close();
    // Scripts do not see what lets them in.
    expect(await page.evaluate(() => document.cookie)).toBe('');
    expect((await context.cookies()).map(({ httpOnly, sameSite }) => [httpOnly, sameSite])).toEqual([
      [true, 'Strict'],
    ]);
    expect(studio.troubles).toEqual([]);
  });

  it('cannot be read, written, framed or connected to by a page of another site', async () => {
    const { page, context } = studio;
    const { origin } = serve;
    const evil = await context.newPage();
    // The same machine under another name: another site to a browser, with our cookie in its jar.
    const [, port] = new URL(origin).host.split(':');
    await evil.route('http://evil.example/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<h1>evil</h1>' }),
    );
    await evil.goto('http://evil.example/');
    const got = await evil.evaluate(
      async ([ours, rebound]) => {
        const read = (address: string, init?: RequestInit): Promise<string> =>
          fetch(address, init).then(
            (answer) => `read ${answer.status}`,
            () => 'refused',
          );
        const connect = (address: string): Promise<string> =>
          new Promise((resolve) => {
            const socket = new WebSocket(address);
            socket.onopen = () => resolve('open');
            socket.onerror = () => resolve('refused');
          });
        const framed = await new Promise<string>((resolve) => {
          const frame = document.createElement('iframe');
          frame.src = ours;
          frame.onload = () => {
            try {
              resolve(frame.contentDocument === null ? 'refused' : 'read');
            } catch {
              resolve('refused');
            }
          };
          document.body.append(frame);
        });
        return {
          framed,
          page: await read(ours, { credentials: 'include' }),
          session: await read(`${ours}/session`, { method: 'POST', credentials: 'include', body: '{}' }),
          wire: await connect(`${ours.replace('http', 'ws')}/wire`),
          rebound: await read(rebound, { credentials: 'include' }),
        };
      },
      [origin, `http://localhost:${port}`] as const,
    );
    expect(got).toEqual({
      framed: 'refused',
      page: 'refused',
      session: 'refused',
      wire: 'refused',
      rebound: 'refused',
    });
    await evil.close();
    expect(await page.title()).toContain('Morphloom');
  });

  it('comes back by itself when the engine is killed', async () => {
    const { page } = studio;
    await isThere();
    const lines: unknown[] = [];
    page.on('websocket', (socket) => lines.push(socket));
    killEngine(serve);
    await expect.poll(() => lines.length, { timeout: 20_000 }).toBeGreaterThan(0);
    await isThere();
    // A line that cannot be had for a moment is no trouble: browsers say so on the console all the same.
    expect(studio.troubles.filter((trouble) => !trouble.includes('WebSocket connection to'))).toEqual([]);
  });
});
