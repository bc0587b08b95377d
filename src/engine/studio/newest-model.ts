import * as fs from 'node:fs/promises';
import { hashState } from '../latent/open.ts';
import type { Project } from '../project/project.ts';
import { RunFolder } from '../project/run-folder.ts';

/** A model as attributes and exports name it. */
export interface ModelName {
  readonly run: string;
  readonly step: number;
  readonly hash: string;
}

/** Reading weights to name them takes a while,
 * and a committed checkpoint never changes: one that took its place is another folder. */
const hashes = new Map<string, string>();
const MOST_KEPT = 200;

/** The model that the project's newest run has now; null before the first checkpoint. */
export async function newestModel(project: Project): Promise<ModelName | null> {
  for (const run of (await RunFolder.list(project.runs)).reverse()) {
    const folder = await RunFolder.open(project.runs, run).catch(() => null);
    const named = await folder
      ?.newest(async (step) => ({ run, step, hash: await hashAt(folder, step) }))
      .catch(() => null);
    if (named != null) return named;
  }
  return null;
}

async function hashAt(run: RunFolder, step: number): Promise<string> {
  const folder = run.checkpointFolder(step);
  const { mtimeMs, ino } = await fs.stat(folder);
  const key = `${folder} ${mtimeMs} ${ino}`;
  const known = hashes.get(key);
  if (known !== undefined) return known;
  const hash = hashState((await run.weights(step)).state);
  if (hashes.size >= MOST_KEPT) hashes.clear();
  hashes.set(key, hash);
  return hash;
}
