import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import * as readline from 'node:readline';
import type { ElectronApplication } from 'playwright-core';
import { openDisplay } from '../e2e/desktop/display.ts';

const HERE = import.meta.dirname;
const DESKTOP = path.join(HERE, '..', 'e2e', 'desktop');
const END_MS = 40_000;

/** What has the packaged app begin in the Electron for tests, and answer to it. */
export const ENTRY = {
  main: 'test/boot.cjs',
  files: {
    'test/boot.cjs': path.join(HERE, 'boot.cjs'),
    ...Object.fromEntries(
      ['compat.cjs', 'compat-engine.cjs', 'compat-preload.cjs', 'compat-graphics.cjs'].map((name) => [
        `test/${name}`,
        path.join(DESKTOP, name),
      ]),
    ),
  },
};

/** Whether this machine lets a program be shut off from network and files: Linux's namespaces, as root. */
export const canIsolate =
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--net', '--mount', 'mount', '-t', 'tmpfs', 'none', os.tmpdir()]).status === 0;

/** An installed app that runs, driven from outside. */
export interface InstalledApp {
  /** Stands for Playwright's, as far as test/e2e/desktop/page.ts uses it. */
  readonly electron: ElectronApplication;
  ask<T>(doing: 'about' | 'picture' | 'quit'): Promise<T>;
  log(): Promise<string>;
  /** Ends it as a user would, and gives its exit code. */
  quit(): Promise<number | null>;
  /** Ends it whatever it does. */
  kill(): void;
}

export interface InstalledOptions {
  readonly program: string;
  /** The app's folder, which it must not write to. */
  readonly folder: string;
  /** An empty folder for all that it writes. */
  readonly home: string;
  /** Folders that it must not see. */
  readonly hidden: readonly string[];
  readonly args?: readonly string[];
  /** On top of the little that it has. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts an installed app as on a machine of somebody else's: no network at all, its own folder read-only, the
 * folders `hidden` empty, nothing in the cache.
 */
export async function startInstalled({
  program,
  folder,
  home,
  hidden,
  args = [],
  env: more = {},
}: InstalledOptions): Promise<InstalledApp> {
  const socket = path.join(home, 'socket');
  const server = net.createServer().listen(socket);
  const display = await openDisplay();
  const env = {
    PATH: '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    DISPLAY: display.name,
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, 'config'),
    MORPHLOOM_CACHE: path.join(home, 'cache'),
    MORPHLOOM_PROJECTS: path.join(home, 'projects'),
    MORPHLOOM_STATE: path.join(home, 'state'),
    MORPHLOOM_TEST_USER_DATA: home,
    MORPHLOOM_TEST_SOCKET: socket,
    ...more,
  };
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const script = [
    'set -e',
    `mount --bind ${quoted(folder)} ${quoted(folder)}`,
    `mount -o remount,ro,bind ${quoted(folder)}`,
    ...hidden.map((other) => `mount -t tmpfs none ${quoted(other)}`),
    `exec ${quoted(program)} --no-sandbox ${args.join(' ')}`,
  ].join('\n');
  const child: ChildProcess = spawn('unshare', ['--net', '--mount', 'sh', '-c', script], {
    env,
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text: Buffer) => (said += text.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const close = (): void => {
    server.close();
    display.close();
  };
  const line = await Promise.race([
    new Promise<net.Socket>((resolve) => server.once('connection', resolve)),
    ended.then((code) => {
      close();
      throw new Error(`The app ended with ${code}: ${said}`);
    }),
  ]);
  const send = requests(line);
  return {
    electron: {
      evaluate: (_fetch: unknown, expression: string) => send('page', expression),
    } as unknown as ElectronApplication,
    ask: <T>(doing: string) => send(doing) as Promise<T>,
    log: async () =>
      `${await fs.readFile(path.join(home, 'logs', 'main.log'), 'utf8').catch(() => '')}\n${said}`,
    quit: async () => {
      void send('quit').catch(() => undefined);
      const late = setTimeout(() => child.kill('SIGKILL'), END_MS);
      const code = await ended;
      clearTimeout(late);
      close();
      return code;
    },
    kill: () => {
      child.kill('SIGKILL');
      close();
    },
  };
}

/** Questions and answers, a line of JSON each. */
function requests(socket: net.Socket): (doing: string, argument?: string) => Promise<unknown> {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let last = 0;
  readline.createInterface({ input: socket }).on('line', (text) => {
    const { id, value, error } = JSON.parse(text) as { id: number; value: unknown; error?: string };
    const waits = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) waits?.resolve(value);
    else waits?.reject(new Error(error));
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the app is gone'));
    waiting.clear();
  });
  return (doing, argument) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      socket.write(`${JSON.stringify({ id, doing, argument })}\n`);
    });
}
