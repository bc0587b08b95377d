import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { z } from 'zod';
import type { ProjectState, RecentProject } from '../../contract/studio/state.ts';
import { replaceFile } from '../node/files.ts';
import { readJson } from '../project/json.ts';
import { Project } from '../project/project.ts';

const recentsSchema = z.array(
  z.strictObject({
    folder: z.string(),
    name: z.string(),
    pictures: z.number(),
    runs: z.number(),
    openedAt: z.number(),
  }),
);

const MOST = 30;
/** Whoever draws a curve changes the project ten times a second. */
const TOUCH_EVERY_MS = 10_000;

/** The projects opened or worked in last, the newest first, kept in a file. */
export class Recents {
  readonly #file: string;
  #writing: Promise<void> = Promise.resolve();
  readonly #touched = new Map<string, number>();

  constructor(stateFolder: string) {
    this.#file = path.join(stateFolder, 'recent.json');
  }

  /** Those that are still there. */
  async list(): Promise<RecentProject[]> {
    const all = await this.#read();
    const there = await Promise.all(all.map(({ folder }) => Project.isProject(folder)));
    return all.filter((_, i) => there[i]);
  }

  /** Puts a project first, as it is now. */
  remember({ folder, name, pictures, runs }: Omit<ProjectState, 'access'>): Promise<void> {
    const recent = { folder, name, pictures: pictures?.count ?? 0, runs: runs.length, openedAt: Date.now() };
    return this.#change((all) => [recent, ...all.filter((other) => other.folder !== folder)]);
  }

  /** Something is done in a project: it moves up, where it is on the list. */
  async touch(folder: string): Promise<void> {
    const now = Date.now();
    if (now - (this.#touched.get(folder) ?? 0) < TOUCH_EVERY_MS) return;
    this.#touched.set(folder, now);
    await this.#change((all) => {
      const recent = all.find((other) => other.folder === folder);
      if (recent === undefined) return all;
      return [{ ...recent, openedAt: now }, ...all.filter((other) => other !== recent)];
    });
  }

  forget(folder: string): Promise<void> {
    return this.#change((all) => all.filter((recent) => recent.folder !== folder));
  }

  /** A list that was lost or damaged is begun anew: it holds nothing that cannot be had again. */
  async #read(): Promise<RecentProject[]> {
    return readJson(this.#file, recentsSchema).catch(() => []);
  }

  #change(edit: (all: RecentProject[]) => RecentProject[]): Promise<void> {
    this.#writing = this.#writing
      .catch(() => undefined)
      .then(async () => {
        const all = edit(await this.#read()).slice(0, MOST);
        await fs.mkdir(path.dirname(this.#file), { recursive: true });
        await replaceFile(this.#file, `${JSON.stringify(all, null, 2)}\n`);
      });
    return this.#writing;
  }
}
