import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';
import type { MorphState } from '../../contract/studio/state.ts';
import { type Timeline, timelineSchema } from '../../contract/timeline.ts';
import { describeWriteFailure, replaceFile } from '../node/files.ts';
import { readJson } from './json.ts';

const ID = /^[\p{L}\p{N}_-]{1,80}$/u;

/**
 * The morphs of a project, newest first. A damaged file is left out, and its error told.
 * @param folder the project's `morphs/`
 */
export async function listMorphs(
  folder: string,
  onDamaged: (error: MorphloomError) => void = () => undefined,
): Promise<MorphState[]> {
  const morphs: MorphState[] = [];
  for (const id of await idsIn(folder)) {
    try {
      const { name, keyframes } = await readTimeline(fileOf(folder, id));
      const { mtimeMs } = await fs.stat(fileOf(folder, id));
      morphs.push({ id, name, keyframes: keyframes.length, savedAt: mtimeMs });
    } catch (error) {
      if (!(error instanceof MorphloomError)) throw error;
      onDamaged(error);
    }
  }
  return morphs.sort((a, b) => b.savedAt - a.savedAt || (a.id < b.id ? -1 : 1));
}

/** Throws `input` where there is none of this id, `corrupt` where its file is damaged. */
export async function loadMorph(folder: string, id: string): Promise<Timeline> {
  if (!(await idsIn(folder)).includes(id)) {
    throw new MorphloomError('input', `There is no morph "${id}" in "${folder}"; it may have been removed.`);
  }
  return readTimeline(fileOf(folder, id));
}

/**
 * Keeps a timeline; what stood there stays whole until the new one is. Without an id it is a new one, called
 * after its name, with a number. Returns the id.
 */
export async function saveMorph(folder: string, id: string | null, timeline: Timeline): Promise<string> {
  await fs.mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw describeWriteFailure(folder, cause);
  });
  const chosen = id ?? (await claimId(folder, timeline.name));
  try {
    await replaceFile(fileOf(folder, chosen), `${JSON.stringify(timeline, null, 2)}\n`);
  } catch (cause) {
    if (id === null) await removeMorph(folder, chosen);
    throw cause;
  }
  return chosen;
}

/** Harmless where there is none. */
export async function removeMorph(folder: string, id: string): Promise<void> {
  await fs.rm(fileOf(folder, id), { force: true });
}

/** Reads a timeline from its file. Throws `corrupt` errors that name the file. */
export function readTimeline(file: string): Promise<Timeline> {
  return readJson(file, timelineSchema);
}

function fileOf(folder: string, id: string): string {
  if (!ID.test(id)) throw new MorphloomError('usage', `"${id}" is no name of a morph.`);
  return path.join(folder, `${id}.json`);
}

async function idsIn(folder: string): Promise<string[]> {
  const names = await fs.readdir(folder).catch(() => [] as string[]);
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .filter((id) => ID.test(id))
    .sort();
}

/** Takes the first number that is free, by making the file: two that save at once get two. */
async function claimId(folder: string, name: string): Promise<string> {
  const words = name
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? ['morph'];
  const slug = Array.from(words.join('-')).slice(0, 60).join('').replace(/-+$/, '');
  for (let number = 1; ; number++) {
    const id = `${slug}-${number}`;
    try {
      await (await fs.open(fileOf(folder, id), 'wx')).close();
      return id;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST')
        throw describeWriteFailure(fileOf(folder, id), cause);
    }
  }
}
