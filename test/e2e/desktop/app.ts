import type { ChildProcess } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { openDisplay } from './display.ts';
import type { TestElectron } from './electron.ts';

const here = import.meta.dirname;
const DIST = path.join(here, '..', '..', '..', 'dist');
const CLOSE_MS = 15_000;

export interface RunningApp {
  readonly electron: ElectronApplication;
  readonly page: Page;
  /** The main process itself. */
  readonly main: ChildProcess;
  /** The bundles that it runs. */
  readonly dist: string;
  /** All that it keeps, and the log. */
  readonly folder: string;
  /** The environment that it runs in; a second instance needs the same. */
  readonly env: Record<string, string>;
  /** What main and the engine have written so far. */
  log(): Promise<string>;
  /** The process that the newest engine runs as. */
  enginePid(): Promise<number>;
  /** Ends it, whatever it was doing, and all that it started. */
  close(): Promise<void>;
}

export interface LaunchOptions {
  readonly args?: readonly string[];
  /** Another engine than the built one. */
  readonly engine?: string;
  /** What an earlier app kept; its own, where absent. */
  readonly folder?: string;
  /** On top of the test's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the built app with everything of its own: display, folder, processes. */
export async function launchApp(
  { executable }: TestElectron,
  options: LaunchOptions = {},
): Promise<RunningApp> {
  const folder = options.folder ?? (await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-desktop-')));
  await fs.mkdir(folder, { recursive: true });
  const display = await openDisplay();
  const env: Record<string, string> = {
    ...(process.env as Record<string, string>),
    DISPLAY: display.name,
    HOME: folder,
    XDG_CONFIG_HOME: path.join(folder, 'config'),
    XDG_DATA_HOME: path.join(folder, 'data'),
    MORPHLOOM_CACHE: process.env['MORPHLOOM_CACHE'] ?? path.join(os.homedir(), '.cache', 'morphloom'),
    MORPHLOOM_TEST_BOOT: path.join(here, 'boot.cjs'),
    MORPHLOOM_TEST_MAIN: path.join(DIST, 'main', 'main.cjs'),
    MORPHLOOM_TEST_USER_DATA: folder,
    MORPHLOOM_TEST_ENGINE: options.engine ?? '',
    ...options.env,
  };
  const electron = await _electron
    .launch({
      executablePath: executable,
      args: [...(options.args ?? [])],
      env,
      cwd: folder,
      timeout: 60_000,
      // Else Playwright's own choice stands over the app's.
      colorScheme: null,
    })
    .catch((error: unknown) => {
      display.close();
      throw error;
    });
  const main = electron.process();
  const close = async (): Promise<void> => {
    const tree = await processTree(main.pid ?? 0);
    const ended = new Promise((resolve) => main.once('exit', resolve));
    if (main.exitCode === null && main.signalCode === null) {
      main.kill('SIGTERM');
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, CLOSE_MS))]);
    }
    const left = await processes();
    for (const [pid, { startedAt }] of tree) {
      if (left.get(pid)?.startedAt !== startedAt) continue;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended between the look and the shot.
      }
    }
    display.close();
    if (options.folder === undefined) await fs.rm(folder, { recursive: true, force: true });
  };
  let page: Page;
  try {
    page = await electron.firstWindow();
    await page.waitForLoadState();
  } catch (error) {
    await close();
    throw error;
  }
  const logFile = path.join(folder, 'logs', 'main.log');
  const log = (): Promise<string> => fs.readFile(logFile, 'utf8').catch(() => '');
  return {
    electron,
    page,
    main,
    dist: DIST,
    folder,
    env,
    log,
    enginePid: async () => {
      const pid = [...(await log()).matchAll(/the engine runs as process (\d+)/g)].at(-1)?.[1];
      if (pid === undefined) throw new Error('No engine runs.');
      return Number(pid);
    },
    close,
  };
}

interface Process {
  readonly parent: number;
  /** In ticks since the machine started: with it, a number that was given away again is told apart. */
  readonly startedAt: number;
}

async function processes(): Promise<Map<number, Process>> {
  const all = new Map<number, Process>();
  for (const name of await fs.readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await fs.readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // The fields behind the program's name, which may hold anything: state, parent, …, start time (20th).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    all.set(Number(name), { parent: Number(fields[1]), startedAt: Number(fields[19]) });
  }
  return all;
}

/** Whether a process ended. One that nobody asked how it ended still has a number here, in state Z. */
export async function hasEnded(pid: number): Promise<boolean> {
  const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat === null || stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}

/** A process and all that it started. */
async function processTree(root: number): Promise<Map<number, Process>> {
  const all = await processes();
  const found = [root];
  for (const pid of found) for (const [child, { parent }] of all) if (parent === pid) found.push(child);
  return new Map([...all].filter(([pid]) => found.includes(pid)));
}
