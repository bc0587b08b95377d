import { spawn } from 'node:child_process';
import { throwIfCancelled } from '../../../contract/errors.ts';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

export interface CommandResult {
  /** The exit code, or null where a signal ended it. */
  readonly code: number | null;
  readonly endedBySignal: NodeJS.Signals | null;
  /** The last 64 kB of stdout. */
  readonly stdout: string;
  /** The last 64 kB of stdout and stderr together, in the order of arrival. */
  readonly output: string;
}

const KEPT_CHARACTERS = 65_536;

/**
 * Runs a program without a shell, its output kept from our own stdout. Resolves whatever its exit code is,
 * to null where there is no such program; throws `cancelled` once `signal` is aborted, the program ended.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult | null> {
  throwIfCancelled(options.signal);
  const result = await new Promise<CommandResult | null>((resolve, reject) => {
    let stdout = '';
    let output = '';
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      cwd: options.cwd,
      env: options.env ?? process.env,
      timeout: options.timeoutMs,
    });
    const stop = (): void => void child.kill('SIGTERM');
    options.signal?.addEventListener('abort', stop, { once: true });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-KEPT_CHARACTERS);
      output = (output + text).slice(-KEPT_CHARACTERS);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_CHARACTERS);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      options.signal?.removeEventListener('abort', stop);
      if (error.code === 'ENOENT' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    child.on('close', (code, endedBySignal) => {
      options.signal?.removeEventListener('abort', stop);
      resolve({ code, endedBySignal, stdout, output });
    });
  });
  throwIfCancelled(options.signal);
  return result;
}
