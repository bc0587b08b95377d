import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cacheRoot } from '../../src/engine/node/runtime/cache.ts';

const OLDEST = 11;
const NEWEST = 13;
const NEEDED_BYTES = 7e9;
/** Says that a folder was filled to the end. */
const COMPLETE = 'complete';

/** Runs a program to its end; throws with what it said where it fails. */
function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr.slice(-2000)}`);
}

/** A Python that the listed versions are published for. */
function findPython(): string {
  const names = ['python3', ...[13, 12, 11].map((minor) => `python3.${minor}`)];
  const found = names.find((name) => {
    const told = spawnSync(name, ['-c', 'import sys, venv; print(*sys.version_info[:2])'], {
      encoding: 'utf8',
    });
    const [major, minor] = (told.stdout ?? '').split(' ').map(Number);
    return told.status === 0 && major === 3 && minor >= OLDEST && minor <= NEWEST;
  });
  if (found !== undefined) return found;
  throw new Error(
    `A Python from 3.${OLDEST} to 3.${NEWEST} with its module venv is needed and was not found.`,
  );
}

/** Why there is no such environment here; null where there is one. */
export const whyNoPeers = (): string | null =>
  process.platform === 'linux' && process.arch === 'x64'
    ? null
    : 'The packages that are compared with are listed for Linux on x86-64 only.';

/**
 * The interpreter of an environment with other people's implementations, made on first use in the user's cache
 * (some minutes, 6 GB) and made anew when the list of packages changes. Morphloom itself never uses it.
 * @param requirements a file of pinned packages, all that are needed
 */
export function ensurePython(requirements: string): string {
  const why = whyNoPeers();
  if (why !== null) throw new Error(why);
  const key = createHash('sha256').update(fs.readFileSync(requirements)).digest('hex').slice(0, 16);
  const folder = path.join(cacheRoot(), 'peers', key);
  const python = path.join(folder, 'bin', 'python');
  if (fs.existsSync(path.join(folder, COMPLETE))) return python;
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = fs.statfsSync(folder);
  if (bavail * bsize < NEEDED_BYTES)
    throw new Error(`"${folder}" needs ${NEEDED_BYTES / 1e9} GB of free disk space; make room there.`);
  process.stderr.write(`Making a Python environment in "${folder}": some minutes, once.\n`);
  run(findPython(), ['-m', 'venv', folder]);
  const quietly = ['--quiet', '--no-cache-dir', '--disable-pip-version-check', '--no-deps'];
  run(python, ['-m', 'pip', 'install', ...quietly, '-r', requirements]);
  fs.writeFileSync(path.join(folder, COMPLETE), '');
  return python;
}
