import { build } from 'esbuild';
import { type ChildProcess, fork } from 'node:child_process';
import * as path from 'node:path';
import { createStudioClient, type StudioClient } from '../../../src/contract/studio/client.ts';

const here = import.meta.dirname;
const bundle = path.resolve(here, '../../../build/test-studio/engineChild.cjs');

/** Bundles the engine for {@link startEngine}, once a test file. */
export async function buildEngine(): Promise<void> {
  await build({
    entryPoints: [path.join(here, 'engineChild.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    define: { 'import.meta.dirname': '__dirname' },
    logLevel: 'warning',
    alias: { birpc: path.resolve(here, '../../../node_modules/birpc/dist/index.mjs') },
  });
}

export interface KillableEngine {
  readonly client: StudioClient;
  readonly child: ChildProcess;
  /** What it wrote to stderr. */
  readonly log: () => string;
  /** As a crash, or the system when memory is out: nothing of it runs any more. */
  kill(): Promise<void>;
}

/** Starts an engine as a process of its own, with a window on it. */
export function startEngine(root: string): KillableEngine {
  const child = fork(bundle, [root], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const client = createStudioClient({
    send: (message) => child.connected && child.send(message as object),
    receive: (listener) => child.on('message', listener),
    closed: (listener) => child.on('exit', listener),
    close: () => child.kill('SIGKILL'),
  });
  return {
    client,
    child,
    log: () => log,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
