import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { AttributeState, ExportState, RunState } from '../../contract/studio/state.ts';
import { attributesWithLeaks } from '../jobs/attribute.ts';
import { sizeOnDisk } from '../node/files.ts';
import type { Project } from '../project/project.ts';
import { RunFolder } from '../project/run-folder.ts';
import { newestModel } from './newest-model.ts';

/** The runs, in the order in which they were begun. One that cannot be read is left out. */
export async function runStates(project: Project, contentHash: string | null): Promise<RunState[]> {
  const states = await Promise.all(
    (await RunFolder.list(project.runs)).map(async (id) => {
      const run = await RunFolder.open(project.runs, id).catch(() => null);
      return run === null ? null : runState(run, contentHash);
    }),
  );
  return states.filter((state) => state !== null);
}

async function runState(run: RunFolder, contentHash: string | null): Promise<RunState> {
  const [committed, { last, validated }] = await Promise.all([
    run.newestFacts().catch(() => null),
    run.figures.newest(),
  ]);
  const progress = committed === null ? 0 : (last?.progress ?? 0);
  return {
    id: run.id,
    recipe: run.recipe.name,
    step: committed?.step ?? 0,
    progress,
    elapsedSeconds: committed?.elapsedSeconds ?? 0,
    resumable: run.facts.dataset === contentHash && progress < 1,
    finished: progress >= 1,
    validation: validated?.validation ?? null,
  };
}

export async function attributeStates(project: Project): Promise<AttributeState[]> {
  const facts = await attributesWithLeaks(project.attributes);
  if (facts.length === 0) return [];
  const newest = await newestModel(project);
  return facts.map(({ name, method, model, heldOutAuc, axis, apart, leaks, ...sides }) => ({
    name,
    method,
    run: model.run,
    with: sides.with,
    without: sides.without,
    heldOutAuc,
    current: model.hash === newest?.hash,
    axis,
    apart,
    leaks,
  }));
}

export async function exportStates(folder: string): Promise<ExportState[]> {
  const names = (await fs.readdir(folder).catch(() => [] as string[])).filter(
    (name) => !name.startsWith('.'),
  );
  const states = await Promise.all(
    names.map(async (name): Promise<ExportState | null> => {
      const file = path.join(folder, name);
      const stat = await fs.stat(file).catch(() => null);
      if (stat === null) return null;
      const bytes = stat.isDirectory() ? await sizeOnDisk(file) : stat.size;
      return { name, path: file, bytes, savedAt: stat.mtimeMs };
    }),
  );
  return states.filter((state) => state !== null).sort((a, b) => b.savedAt - a.savedAt);
}
