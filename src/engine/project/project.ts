import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { z } from 'zod';
import { MorphloomError } from '../../contract/errors.ts';
import { describeWriteFailure, exists, replaceFile } from '../node/files.ts';
import { readJson } from './json.ts';

const projectSchema = z.strictObject({
  schema: z.literal(1),
  name: z.string(),
  /** Folders and files that the pictures come from: paths, never copies. */
  sources: z.array(z.string()),
});
export type ProjectFacts = z.infer<typeof projectSchema>;

/** A project: a folder of the artist's, with the layout of docs/data-representation.md. */
export class Project {
  private constructor(
    readonly folder: string,
    readonly facts: ProjectFacts,
  ) {}

  get dataset(): string {
    return path.join(this.folder, 'dataset');
  }
  get runs(): string {
    return path.join(this.folder, 'runs');
  }
  get attributes(): string {
    return path.join(this.folder, 'attributes');
  }
  get morphs(): string {
    return path.join(this.folder, 'morphs');
  }
  get exports(): string {
    return path.join(this.folder, 'exports');
  }

  static isProject(folder: string): Promise<boolean> {
    return exists(path.join(folder, 'project.json'));
  }

  /** Opens a project. Throws an `input` error where there is none. */
  static async open(folder: string): Promise<Project> {
    const absolute = path.resolve(folder);
    if (!(await Project.isProject(absolute))) {
      throw new MorphloomError(
        'input',
        `"${folder}" is not a Morphloom project (it has no project.json); make one with: morphloom train <folder of pictures> --out "${folder}".`,
      );
    }
    return new Project(absolute, await readJson(path.join(absolute, 'project.json'), projectSchema));
  }

  /**
   * Opens a project, or makes one of a folder that is empty or not there yet. Throws an `input` error where
   * the folder holds other things: a project never moves into somebody's pictures.
   */
  static async openOrCreate(folder: string): Promise<Project> {
    const absolute = path.resolve(folder);
    if (await Project.isProject(absolute)) return Project.open(absolute);
    const inside = await fs.readdir(absolute).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [] as string[];
      throw new MorphloomError('input', `"${folder}" is not a folder; choose another place for the project.`);
    });
    if (inside.some((name) => !name.startsWith('.'))) {
      throw new MorphloomError(
        'input',
        `"${folder}" already holds other files and is no Morphloom project; choose a new or empty folder.`,
      );
    }
    await fs.mkdir(absolute, { recursive: true }).catch((cause: unknown) => {
      throw describeWriteFailure(absolute, cause);
    });
    const project = new Project(absolute, {
      schema: 1,
      name: path.basename(absolute).replace(/\.morphloom$/, ''),
      sources: [],
    });
    await project.#save(project.facts);
    return project;
  }

  /** Remembers where the pictures come from. */
  withSources(sources: readonly string[]): Promise<Project> {
    return this.#with({ sources: sources.map((source) => path.resolve(source)) });
  }

  /** Gives it another name; its folder keeps its own. */
  withName(name: string): Promise<Project> {
    return this.#with({ name });
  }

  async #with(change: Partial<ProjectFacts>): Promise<Project> {
    const facts = { ...this.facts, ...change };
    await this.#save(facts);
    return new Project(this.folder, facts);
  }

  #save(facts: ProjectFacts): Promise<void> {
    return replaceFile(path.join(this.folder, 'project.json'), `${JSON.stringify(facts, null, 2)}\n`);
  }
}
