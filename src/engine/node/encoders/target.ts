import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';
import { describeWriteFailure, syncFolder } from '../files.ts';
import { carriesRecipe, FOLDER_RECIPE } from './recipe.ts';

/** The name of a frame in a folder of frames, counted from 1. */
export function frameName(number: number): string {
  return `frame-${String(number).padStart(4, '0')}.png`;
}

const FRAME_NAME = /^frame-\d{4,}\.png$/;
/** A draft, or what it needs beside it while it is written. */
const DRAFT_NAME = /^\.morphloom-[0-9a-f-]{36}\.tmp(\.meta|\.frames)?$/;
/** A draft that nothing was written to for a day belongs to an export that was killed. */
const STALE_MS = 24 * 60 * 60 * 1000;

/** A place beside the final name, in the same folder so that a rename commits it. */
export interface Draft {
  readonly path: string;
  /** Gives the draft its final name. What stood there stays readable until then. */
  commit(): Promise<void>;
  /** Removes the draft; harmless after a commit. */
  discard(): Promise<void>;
}

/**
 * Checks that an export may be called `out`, and gives a place to write it meanwhile. An existing file (or
 * folder of frames) is replaced only when Morphloom made it, by its recipe: nobody loses an original to a
 * mistyped name. Throws `usage` when something else stands there.
 * @param kind whether a file or a folder will be committed
 */
export async function openDraft(out: string, kind: 'file' | 'folder'): Promise<Draft> {
  const final = path.resolve(out);
  await (kind === 'file' ? checkFile(final) : checkFolder(final));
  const parent = path.dirname(final);
  const draft = path.join(parent, `.morphloom-${randomUUID()}.tmp`);
  try {
    await fs.mkdir(parent, { recursive: true });
    await removeStale(parent);
    if (kind === 'folder') await fs.mkdir(draft);
  } catch (cause) {
    throw describeWriteFailure(out, cause);
  }
  return {
    path: draft,
    commit: async () => {
      try {
        if (kind === 'folder') await replaceFolder(draft, final);
        else await fs.rename(draft, final);
      } catch (cause) {
        throw describeWriteFailure(out, cause);
      }
      await syncFolder(parent);
    },
    discard: () => fs.rm(draft, { recursive: true, force: true }),
  };
}

/**
 * Clears away what killed exports left behind in a folder.
 * @param before milliseconds since 1970; what was written to since may still be at work
 */
export async function removeStale(folder: string, before = Date.now() - STALE_MS): Promise<void> {
  for (const name of (await fs.readdir(folder)).filter((entry) => DRAFT_NAME.test(entry))) {
    const draft = path.join(folder, name);
    const stat = await fs.stat(draft).catch(() => null);
    if (stat !== null && stat.mtimeMs < before) await fs.rm(draft, { recursive: true, force: true });
  }
}

/** What stands at a path; null when nothing does. */
function look(file: string): Promise<Stats | null> {
  return fs.stat(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null;
    throw describeWriteFailure(file, cause);
  });
}

async function checkFile(file: string): Promise<void> {
  const stat = await look(file);
  if (stat === null || (stat.isFile() && stat.size === 0)) return;
  if (!stat.isFile()) {
    throw new MorphloomError(
      'usage',
      `"${file}" is not a file, so no export can take its place; choose another name.`,
    );
  }
  if (!(await carriesRecipe(file))) {
    throw new MorphloomError(
      'usage',
      `"${file}" exists and was not made by Morphloom, so it is left as it is; choose another name, or move it away.`,
    );
  }
}

async function checkFolder(folder: string): Promise<void> {
  const stat = await look(folder);
  if (stat === null) return;
  if (!stat.isDirectory()) {
    throw new MorphloomError(
      'usage',
      `"${folder}" is not a folder, so no frames can be put there; choose another name.`,
    );
  }
  const names = await fs.readdir(folder);
  const foreign = names.find((name) => !FRAME_NAME.test(name) && name !== FOLDER_RECIPE);
  const ours = names.length === 0 || names.includes(FOLDER_RECIPE);
  if (foreign !== undefined || !ours) {
    throw new MorphloomError(
      'usage',
      `"${folder}" holds other things than frames of Morphloom's (${JSON.stringify(foreign ?? names[0])}), so it is left as it is; choose an empty or a new folder.`,
    );
  }
}

/**
 * A folder cannot be renamed onto one with content: the old one steps aside first, and comes back if the new
 * one cannot take its place.
 */
async function replaceFolder(draft: string, final: string): Promise<void> {
  const aside = `${draft}.old`;
  const had = await fs.rename(final, aside).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return false;
      throw cause;
    },
  );
  try {
    await fs.rename(draft, final);
  } catch (cause) {
    if (had) await fs.rename(aside, final);
    throw cause;
  }
  if (had) await fs.rm(aside, { recursive: true, force: true });
}
