import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import { throwIfCancelled } from '../../contract/errors.ts';
import { isAlive } from './processes.ts';

const BEAT_MS = 2000;
const RETRY_MS = 250;
/** A holder on another machine that has not touched its lock for so long is taken to be gone. */
const REMOTE_STALE_MS = 60_000;
/** On this machine we see whether the holder lives; this only guards against a process id used again. */
const LOCAL_STALE_MS = 600_000;

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called at every try while another process holds the lock. */
  readonly onWait?: () => void;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** The lock file's own number on its disk: a copy, made with the folder that it lies in, is held by nobody. */
  readonly inode: string;
}

/**
 * Runs `work` while holding the lock file `file`; other processes wait. The lock of a process that was killed
 * is taken over at once on the same machine, after a minute without a sign of life from another one.
 */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  for (;;) {
    throwIfCancelled(options.signal);
    const held = await tryLock(file);
    if (held !== null) {
      try {
        return await work();
      } finally {
        await held.release();
      }
    }
    options.onWait?.();
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** A lock that this process holds. */
export interface HeldLock {
  release(): Promise<void>;
}

/** Takes the lock file `file`, as {@link withLock} does, or gives null where a living process holds it. */
export async function tryLock(file: string): Promise<HeldLock | null> {
  if (!(await take(file))) {
    if (!(await isStale(file))) return null;
    await discard(file);
    if (!(await take(file))) return null;
  }
  const beat = setInterval(() => {
    const now = new Date();
    fs.utimes(file, now, now).catch(() => undefined);
  }, BEAT_MS);
  beat.unref();
  return {
    release: async () => {
      clearInterval(beat);
      await fs.rm(file, { force: true });
    },
  };
}

let drafts = 0;

async function take(file: string): Promise<boolean> {
  // Written beside and linked in, so that no reader ever sees a lock without its holder.
  const draft = `${file}.${process.pid}-${drafts++}.new`;
  const handle = await fs.open(draft, 'w');
  try {
    const { ino } = await handle.stat({ bigint: true });
    const own: Holder = { pid: process.pid, host: os.hostname(), inode: String(ino) };
    await handle.writeFile(JSON.stringify(own));
  } finally {
    await handle.close();
  }
  try {
    await fs.link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await fs.rm(draft, { force: true });
  }
}

async function isStale(file: string): Promise<boolean> {
  try {
    const [text, { mtimeMs, ino }] = await Promise.all([
      fs.readFile(file, 'utf8'),
      fs.stat(file, { bigint: true }),
    ]);
    const age = Date.now() - Number(mtimeMs);
    let holder: Holder;
    try {
      holder = JSON.parse(text) as Holder;
    } catch {
      return true;
    }
    if (holder.inode !== String(ino)) return true;
    if (holder.host !== os.hostname()) return age > REMOTE_STALE_MS;
    return !isAlive(holder.pid) || age > LOCAL_STALE_MS;
  } catch {
    return false; // It was released between our try and our look.
  }
}

async function discard(file: string): Promise<void> {
  const aside = `${file}.${process.pid}.stale`;
  try {
    await fs.rename(file, aside);
  } catch {
    return; // Another process was quicker.
  }
  // Between our look and the rename the lock may have changed hands: then it is given back.
  if (!(await isStale(aside))) await fs.link(aside, file).catch(() => undefined);
  await fs.rm(aside, { force: true });
}
