import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';

/**
 * Where prepared runtimes lie: one place per user, shared by every checkout and version. `MORPHLOOM_CACHE`
 * overrides it (a larger disk, a cache filled by an administrator).
 */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): string {
  if (env['MORPHLOOM_CACHE']) return path.resolve(env['MORPHLOOM_CACHE']);
  const home = os.homedir();
  if (platform === 'win32')
    return path.join(env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'), 'morphloom');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'morphloom');
  // The XDG base directory specification has relative paths ignored.
  const xdg = env['XDG_CACHE_HOME'];
  return path.join(xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(home, '.cache'), 'morphloom');
}

/** The folders of the cache. Only `runtimes/<key>`, committed by a rename, is ever used. */
export interface CacheFolders {
  readonly root: string;
  readonly downloads: string;
  readonly locks: string;
  readonly runtimes: string;
  readonly work: string;
}

export function cacheFolders(root: string): CacheFolders {
  return {
    root,
    downloads: path.join(root, 'downloads'),
    locks: path.join(root, 'locks'),
    runtimes: path.join(root, 'runtimes'),
    work: path.join(root, 'work'),
  };
}

/** Makes the cache's folders, or says why they cannot be made. */
export async function makeCache(folders: CacheFolders): Promise<void> {
  try {
    for (const folder of Object.values(folders) as string[]) await fs.mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new MorphloomError(
      'environment',
      `The cache folder "${folders.root}" cannot be written; make it writable, or set MORPHLOOM_CACHE to a folder that is.`,
      { cause },
    );
  }
}

/** The sentence for a disk that is too small, before or while it is filled. */
export function diskFullError(
  root: string,
  wantedBytes: number,
  freeBytes: number,
  cause?: unknown,
): MorphloomError {
  const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  return new MorphloomError(
    'environment',
    `Preparing TensorFlow takes about ${gb(wantedBytes)} of free disk space in "${root}", and ${gb(freeBytes)} are left; make room, or set MORPHLOOM_CACHE to a folder on a larger disk.`,
    { cause },
  );
}

/** Bytes that this user may still write in the file system of `folder`. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await fs.statfs(folder);
  return bavail * bsize;
}

/** Bytes in all files below `folder`, links not followed; 0 where there is no such folder. */
export async function folderBytes(folder: string): Promise<number> {
  let total = 0;
  const entries = await fs.readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) total += await folderBytes(full);
    else if (entry.isFile()) {
      total += await fs.stat(full).then(
        ({ size }) => size,
        () => 0,
      );
    }
  }
  return total;
}
