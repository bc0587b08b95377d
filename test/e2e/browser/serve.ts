import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as readline from 'node:readline';

/** Below the root of the checkout, where tests and benchmarks run. */
const COMMAND = path.resolve('bin', 'morphloom.cjs');

export interface Serve {
  /** The launch link: it opens once. */
  readonly link: string;
  readonly origin: string;
  readonly pid: number;
  /** A home of its own: projects, state, everything. */
  readonly home: string;
  readonly projects: string;
  /** What it said on stderr so far. */
  log(): string;
  /** Asks it to end, and returns its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface ServeOptions {
  /** A folder to take the place of the user's home; it is kept. Without it, a new one that is removed. */
  readonly home?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `morphloom serve` as users do, but in a home of its own. */
export async function startServe({ home: given, args = [], env = {} }: ServeOptions = {}): Promise<Serve> {
  const home = given ?? (await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-home-')));
  const projects = path.join(home, 'Morphloom');
  const child = spawn(process.execPath, [COMMAND, 'serve', '--no-open', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      // The prepared TensorFlow is shared; everything else is not.
      MORPHLOOM_PROJECTS: projects,
      MORPHLOOM_STATE: path.join(home, 'state'),
      ...env,
    },
  });
  let log = '';
  child.stderr.on('data', (text: Buffer) => (log += text.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const link = await new Promise<string>((resolve, reject) => {
    const lines = readline.createInterface(child.stdout);
    lines.once('line', (line) => resolve((JSON.parse(line) as { url: string }).url));
    void ended.then((code) => reject(new Error(`serve ended with ${code} before it served:\n${log}`)));
  });
  return {
    link,
    origin: new URL(link).origin,
    pid: child.pid ?? 0,
    home,
    projects,
    log: () => log,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const code = await ended;
      if (given === undefined) await fs.rm(home, { recursive: true, force: true });
      return code;
    },
  };
}

/** The processes that a process started. */
export const childrenOf = (pid: number): number[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid='])
    .toString()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child);

/** Kills the engine's process behind the door, as a crash would. */
export function killEngine({ pid }: Serve): void {
  const [engine] = childrenOf(pid);
  process.kill(engine, 'SIGKILL');
}
