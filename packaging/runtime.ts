import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { ensureNativeRuntime } from '../src/engine/node/runtime/ensure.ts';
import { ADDON_FILE } from '../src/engine/node/runtime/addon.ts';
import { cacheFolders, cacheRoot, makeCache } from '../src/engine/node/runtime/cache.ts';
import { planRuntime, thisMachine, type WheelPlan } from '../src/engine/node/runtime/plan.ts';
import { findTools } from '../src/engine/node/runtime/tools.ts';
import { isNotice, unpack } from '../src/engine/node/runtime/unpack.ts';
import { fetchWheel } from '../src/engine/node/runtime/wheel.ts';

export interface StagedRuntime {
  /** The texts of TensorFlow's licences, files of the stage. */
  readonly notices: readonly string[];
}

/**
 * Copies this machine's native runtime, prepared as for the command, into `stage/runtime`: its libraries and
 * addon without the headers. Where tfjs-node's own installer is in charge (Windows, Intel Macs) its libraries
 * are files of the app instead, and nothing is copied.
 */
export async function stageRuntime(stage: string, say: (line: string) => void): Promise<StagedRuntime> {
  const plan = planRuntime(thisMachine(), false);
  if (plan.kind === 'none') throw new Error(`${plan.reason}.`);
  let stageName = '';
  await ensureNativeRuntime({
    onProgress: ({ stage: now }) => {
      if (now !== stageName) say(now);
      stageName = now;
    },
  });
  if (plan.kind === 'vendor') return { notices: [] };
  const from = path.join(cacheFolders(cacheRoot()).runtimes, plan.key);
  const to = path.join(stage, 'runtime', plan.key);
  const files: Record<string, number> = {};
  for (const name of [ADDON_FILE, ...plan.libraries.map((library) => `tensorflow/${library}`)]) {
    const target = path.join(to, name);
    await fs.mkdir(path.dirname(target), { recursive: true });
    await fs.copyFile(path.join(from, name), target);
    files[name] = (await fs.stat(target)).size;
  }
  await fs.writeFile(path.join(to, 'ready.json'), JSON.stringify({ files }, null, 1));
  return { notices: await noticesOf(plan, from, say) };
}

/** TensorFlow's own licences, out of its wheel; runtimes of before they were kept have the wheel fetched anew. */
async function noticesOf(plan: WheelPlan, runtime: string, say: (line: string) => void): Promise<string[]> {
  const kept = async (): Promise<string[]> => {
    const names = await fs.readdir(path.join(runtime, 'tensorflow'), { recursive: true });
    return names
      .map((name) => `tensorflow/${name.replaceAll(path.sep, '/')}`)
      .filter(isNotice)
      .map((name) => path.join(runtime, name));
  };
  if ((await kept()).length === 0) {
    const folders = cacheFolders(cacheRoot());
    await makeCache(folders);
    const { pip } = await findTools();
    const [wheel] = plan.wheels;
    if (pip === null || wheel === undefined)
      throw new Error("Python 3 with pip is missing, which fetches TensorFlow's licences.");
    say(`Fetching ${wheel.project} once more, for its licences`);
    const scratch = await fs.mkdtemp(path.join(folders.work, 'notices-'));
    try {
      const zip = await fetchWheel(wheel, { downloads: folders.downloads, scratch, pip });
      await unpack(zip, runtime, isNotice);
      await fs.rm(zip, { force: true });
    } finally {
      await fs.rm(scratch, { recursive: true, force: true });
    }
  }
  return kept();
}
