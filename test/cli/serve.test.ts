import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createStudioClient, type StudioClient } from '../../src/contract/studio/client.ts';
import { wireOverSocket } from '../../src/contract/studio/socket.ts';
import { morphloom, start, temporaryFolder } from './command.ts';
import { childrenOf, killEngine, type Serve, startServe } from '../e2e/browser/serve.ts';

const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function clientOf({ origin }: Serve, cookie: string): Promise<StudioClient> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/wire`, {
    headers: { Cookie: cookie, Origin: origin },
  });
  return createStudioClient(await wireOverSocket(socket));
}

describe('morphloom serve', () => {
  let serve: Serve;
  let cookie: string;
  beforeAll(async () => {
    serve = await startServe();
  });
  afterAll(() => serve.stop('SIGKILL'));

  it('lets a browser in by the address of its first line', async () => {
    expect(serve.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
    expect((await fetch(`${serve.origin}/`)).status).toBe(401);
    const entered = await fetch(serve.link);
    expect(entered.status).toBe(200);
    [cookie] = entered.headers.getSetCookie()[0].split(';');
    const page = await (await fetch(`${serve.origin}/`, { headers: { Cookie: cookie } })).text();
    const assets = [...page.matchAll(/(?:src|href)="\.?(\/[^"]+)"/g)].map(([, address]) => address);
    expect(assets.length).toBeGreaterThan(1);
    for (const asset of assets) {
      const answer = await fetch(`${serve.origin}${asset}`, { headers: { Cookie: cookie } });
      expect(answer.status, asset).toBe(200);
      expect((await fetch(`${serve.origin}${asset}`)).status, asset).toBe(401);
    }
  });

  it('speaks the contract over its wire, and brings back an engine that was killed', async () => {
    const before = await clientOf(serve, cookie);
    const { session, projectsFolder } = await before.call('engine.hello', {});
    expect(projectsFolder).toBe(serve.projects);
    await expect(before.call('projects.open', { project: '/nowhere' })).rejects.toMatchObject({
      name: 'MorphloomError',
    });

    killEngine(serve);
    await expect(before.call('projects.recent', {})).rejects.toMatchObject({ code: 'cancelled' });
    // The door lives on meanwhile.
    expect((await fetch(`${serve.origin}/session`, { headers: { Cookie: cookie } })).status).toBe(204);
    const sessions = new Set([session]);
    for (let time = 1; time <= 3; time++) {
      await expect
        .poll(
          async () => {
            // As a window does: it tries until there is a line again.
            const after = await clientOf(serve, cookie).catch(() => null);
            const hello = await after?.call('engine.hello', {}).catch(() => null);
            after?.close();
            return hello != null && !sessions.has(hello.session) && sessions.add(hello.session).size;
          },
          { timeout: 30_000, interval: 150 },
        )
        .toBe(time + 1);
      // Another dies before it has been there for long, and a client knocks in that moment.
      if (time < 3) killEngine(serve);
    }
  });

  it('ends cleanly when it is asked to, and its engine with it', async () => {
    const client = await clientOf(serve, cookie);
    await client.call('engine.hello', {});
    const engines = childrenOf(serve.pid);
    expect(engines).toHaveLength(1);
    expect(await serve.stop()).toBe(0);
    expect(engines.filter(lives)).toEqual([]);
    await expect(client.call('engine.hello', {})).rejects.toMatchObject({ code: 'cancelled' });
    await expect(fetch(serve.origin)).rejects.toThrow();
  });
});

describe('morphloom serve, asked for what it does not do', () => {
  it.each([
    ['another machine, without a token', ['--host', '0.0.0.0'], /token/],
    ['a token that can be guessed', ['--host', '0.0.0.0', '--token', 'hunter2'], /guessed/],
    ['a port that is none', ['--port', '65536'], /65535/],
    ['a folder that is no project', [path.dirname(import.meta.dirname)], /no project/],
  ])('%s', async (_what, args, says) => {
    const env = { MORPHLOOM_STATE: temporaryFolder(), MORPHLOOM_TOKEN: '' };
    const { code, stdout, stderr } = await start(['serve', '--no-open', ...args], env).finished;
    expect(stderr).toMatch(says);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('says it in words without --json: the address alone on the first line', async () => {
    const running = start(['serve', '--no-open'], {
      MORPHLOOM_STATE: temporaryFolder(),
      MORPHLOOM_PROJECTS: path.join(temporaryFolder(), 'none'),
    });
    const [first] = await running.lines(1);
    expect(first).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
    running.child.kill('SIGINT');
    expect((await running.finished).code).toBe(0);
  });

  it('is listed', async () => {
    expect((await morphloom('--help')).stdout).toContain('serve');
    expect(fs.existsSync(path.join(import.meta.dirname, '..', '..', 'dist', 'engine.cjs'))).toBe(true);
  });
});
