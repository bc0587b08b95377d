import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';
import type { MorphState } from '../../contract/studio/state.ts';
import { type Timeline, timelineSchema } from '../../contract/timeline.ts';
import { describeWriteFailure, exists, replaceFile } from '../node/files.ts';
import { readJson } from './json.ts';

const ID = /^[\p{L}\p{N}][\p{L}\p{N}_-]{0,79}$/u;
const LONGEST = 40;

/** The file of a morph, `morphs/<id>.json`. Throws `usage` for what can be no id: it comes from outside. */
function fileOf(folder: string, id: string): string {
  if (!ID.test(id)) throw new MorphloomError('usage', `"${id}" is no morph of this project.`);
  return path.join(folder, `${id}.json`);
}

/** Reads a timeline from its file. Throws `corrupt` errors that name the file. */
export function readTimeline(file: string): Promise<Timeline> {
  return readJson(file, timelineSchema);
}

/** Throws `usage` where there is none of this id, `corrupt` where its file is damaged. */
export async function loadMorph(folder: string, id: string): Promise<Timeline> {
  const file = fileOf(folder, id);
  if (await exists(file)) return readTimeline(file);
  throw new MorphloomError('usage', 'That morph is not there any more; it was removed.');
}

/**
 * The morphs of a project, newest first. A damaged one is left out, and its error told.
 * @param folder the project's `morphs/`
 */
export async function listMorphs(
  folder: string,
  onDamaged: (error: MorphloomError) => void = () => undefined,
): Promise<MorphState[]> {
  const names = (await fs.readdir(folder).catch(() => [] as string[])).filter((name) =>
    name.endsWith('.json'),
  );
  const states = await Promise.all(
    names.map(async (name): Promise<MorphState | null> => {
      const file = path.join(folder, name);
      try {
        const { name: called, keyframes } = await readTimeline(file);
        const { mtimeMs } = await fs.stat(file);
        return { id: path.parse(name).name, name: called, keyframes: keyframes.length, savedAt: mtimeMs };
      } catch (error) {
        if (!(error instanceof MorphloomError)) throw error;
        onDamaged(error);
        return null;
      }
    }),
  );
  return states.filter((state) => state !== null).sort((a, b) => b.savedAt - a.savedAt);
}

/**
 * Writes a morph, and returns its id: a new one, after its name, where `id` is null. What stood there stays
 * whole until the new one is. A morph that was removed meanwhile is there again: an editor that still has it
 * open saves it.
 */
export async function saveMorph(folder: string, id: string | null, timeline: Timeline): Promise<string> {
  await fs.mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw describeWriteFailure(folder, cause);
  });
  const text = `${JSON.stringify(timeline, null, 1)}\n`;
  if (id === null) return saveNew(folder, timeline.name, text);
  await replaceFile(fileOf(folder, id), text);
  return id;
}

export async function removeMorph(folder: string, id: string): Promise<void> {
  await fs.rm(fileOf(folder, id), { force: true });
}

/** Takes the first number that is free, by making the file: two that are saved at once get two. */
async function saveNew(folder: string, name: string, text: string): Promise<string> {
  const plain = name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  const base = Array.from(plain).slice(0, LONGEST).join('').replaceAll(/^-+|-+$/g, '') || 'morph'; // prettier-ignore
  for (let number = 1; ; number++) {
    const id = number === 1 ? base : `${base}-${number}`;
    const file = fileOf(folder, id);
    try {
      await (await fs.open(file, 'wx')).close();
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw describeWriteFailure(file, cause);
    }
    try {
      await replaceFile(file, text);
    } catch (cause) {
      await fs.rm(file, { force: true });
      throw cause;
    }
    return id;
  }
}
