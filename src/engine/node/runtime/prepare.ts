import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { throwIfCancelled } from '../../../contract/errors.ts';
import type { OnProgress } from '../../../contract/progress.ts';
import { syncFolder, writeSynced } from '../files.ts';
import { ADDON_FILE, buildAddon } from './addon.ts';
import { cacheFolders, diskFullError, freeBytes, makeCache, type CacheFolders } from './cache.ts';
import { runCommand } from './command.ts';
import { withLock } from '../lock.ts';
import type { WheelPlan } from './plan.ts';
import { isProved, proveAddon, recordProof } from './prove.ts';
import { findTools, requireTools } from './tools.ts';
import { unpack, wantedEntry } from './unpack.ts';
import { fetchWheel, hasWheel } from './wheel.ts';

export interface PrepareOptions {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What `ready.json` records: the files of a finished runtime and their sizes in bytes. */
interface Ready {
  readonly files: Readonly<Record<string, number>>;
}

const READY_FILE = 'ready.json';

/** The folder of a finished runtime whose files are all there in their sizes, or null. Loads nothing. */
export async function findReady(plan: WheelPlan, root: string): Promise<string | null> {
  const folder = path.join(cacheFolders(root).runtimes, plan.key);
  return (await isWhole(folder)) ? folder : null;
}

/** Whether all files of the runtime in `folder` are there, in the sizes that its `ready.json` names. */
export async function isWhole(folder: string): Promise<boolean> {
  try {
    const ready = JSON.parse(await fs.readFile(path.join(folder, READY_FILE), 'utf8')) as Ready;
    for (const [name, size] of Object.entries(ready.files)) {
      if ((await fs.stat(path.join(folder, name))).size !== size) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/**
 * Prepares a runtime in the cache `root`: wheels, libraries, addon, proof, in a work folder of this process,
 * put in place by one rename. Killed at any point it leaves nothing that is used; a wheel that had arrived is
 * not fetched again. Two processes at once: the second waits and uses what the first made.
 * @returns the runtime's folder
 */
export async function prepare(plan: WheelPlan, root: string, options: PrepareOptions = {}): Promise<string> {
  const ready = await findReady(plan, root);
  if (ready !== null) return ready;
  const folders = cacheFolders(root);
  await makeCache(folders);
  const lockOptions = {
    signal: options.signal,
    onWait: () =>
      options.onProgress?.({
        stage: 'Waiting for another Morphloom that is preparing TensorFlow',
        done: 0,
        total: null,
        unit: 'steps',
      }),
  };
  return withLock(path.join(folders.locks, `${plan.key}.lock`), lockOptions, async () => {
    const made = await findReady(plan, root);
    if (made !== null) return made;
    const work = path.join(folders.work, `${plan.key}.${process.pid}`);
    try {
      await clearLeftovers(plan, folders);
      await fs.mkdir(work);
      return await build(plan, folders, work, options);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      throw diskFullError(root, plan.wantedBytes, await freeBytes(root), error);
    } finally {
      await fs.rm(work, { recursive: true, force: true });
    }
  });
}

/** Removes what a killed preparation of the same runtime left behind; its lock is ours, so nobody uses it. */
async function clearLeftovers(plan: WheelPlan, folders: CacheFolders): Promise<void> {
  for (const name of await fs.readdir(folders.work)) {
    if (name.startsWith(`${plan.key}.`))
      await fs.rm(path.join(folders.work, name), { recursive: true, force: true });
  }
}

async function build(
  plan: WheelPlan,
  folders: CacheFolders,
  work: string,
  { onProgress, signal }: PrepareOptions,
): Promise<string> {
  const report = (stage: string): void => onProgress?.({ stage, done: 0, total: null, unit: 'steps' });
  report('Looking for the tools to prepare TensorFlow');
  const present = await Promise.all(plan.wheels.map((wheel) => hasWheel(wheel, folders.downloads, signal)));
  const needsPip = present.includes(false);
  const tools = await findTools(signal);
  await requireTools(tools, needsPip);
  const free = await freeBytes(folders.root);
  if (free < plan.wantedBytes) throw diskFullError(folders.root, plan.wantedBytes, free);

  const scratch = path.join(work, 'pip');
  const content = path.join(work, 'content');
  await fs.mkdir(content);
  const names: string[] = [];
  for (const wheel of plan.wheels) {
    await fs.mkdir(scratch, { recursive: true });
    const zip =
      tools.pip === null
        ? path.join(folders.downloads, wheel.file)
        : await fetchWheel(wheel, {
            downloads: folders.downloads,
            scratch,
            pip: tools.pip,
            onProgress,
            signal,
          });
    await fs.rm(scratch, { recursive: true, force: true });
    const stage = `Unpacking ${wheel.project}`;
    const wanted = (name: string): boolean => wantedEntry(name, plan.libraries);
    const onBytes = (done: number, total: number): void =>
      onProgress?.({ stage, done, total, unit: 'bytes' });
    names.push(...(await unpack(zip, content, wanted, { signal, onBytes })));
  }
  await stripLibraries(plan, content, report, signal);

  report("Building TensorFlow's addon (about ten seconds)");
  await buildAddon(content, plan.libraries, tools.compiler!, signal);
  report('Trying TensorFlow');
  const addon = path.join(content, ADDON_FILE);
  await proveAddon(addon, signal);
  await recordProof(content, addon);
  return commit(plan, folders, content, [...names, ADDON_FILE]);
}

/** Debug symbols are a third of the library; without `strip` they simply stay. */
async function stripLibraries(
  plan: WheelPlan,
  content: string,
  report: (stage: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (process.platform !== 'linux') return;
  report('Making the TensorFlow library smaller');
  for (const name of plan.libraries) {
    const file = path.join(content, 'tensorflow', name);
    const slim = `${file}.slim`;
    const result = await runCommand('strip', ['--strip-unneeded', '-o', slim, file], { signal });
    if (result?.code === 0) await fs.rename(slim, file);
    else await fs.rm(slim, { force: true });
  }
}

async function commit(
  plan: WheelPlan,
  folders: CacheFolders,
  content: string,
  names: readonly string[],
): Promise<string> {
  const files: Record<string, number> = {};
  for (const name of names) {
    const handle = await fs.open(path.join(content, name), 'r');
    try {
      await handle.sync();
      files[name] = (await handle.stat()).size;
    } finally {
      await handle.close();
    }
  }
  await writeSynced(path.join(content, READY_FILE), JSON.stringify({ files } satisfies Ready, null, 1));
  await syncFolder(content);
  const folder = path.join(folders.runtimes, plan.key);
  // What stands there failed its check; a process that still uses it keeps its files open.
  await fs.rm(folder, { recursive: true, force: true });
  await fs.rename(content, folder);
  await syncFolder(folders.runtimes);
  for (const wheel of plan.wheels) await fs.rm(path.join(folders.downloads, wheel.file), { force: true });
  return folder;
}

/** Tries a finished runtime once more where this processor or Node has not run it yet; notes it in `notes`. */
export async function proveHere(addon: string, notes: string, options: PrepareOptions): Promise<void> {
  if (await isProved(notes, addon)) return;
  throwIfCancelled(options.signal);
  options.onProgress?.({ stage: 'Trying TensorFlow', done: 0, total: null, unit: 'steps' });
  await proveAddon(addon, options.signal);
  await recordProof(notes, addon);
}
