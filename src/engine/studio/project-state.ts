import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';
import type { PicturesState, ProjectState } from '../../contract/studio/state.ts';
import { countFaces, type Dataset, listSetAside, openDataset } from '../dataset/index.ts';
import { listMorphs } from '../project/morph-folder.ts';
import { Project } from '../project/project.ts';
import { attributeStates, exportStates, runStates } from './project-parts.ts';

/** Reads what a project's folder holds, and keeps what takes long to read for as long as it is true. */
export class ProjectReader {
  #pictures: { readonly stamp: string; readonly dataset: Dataset; readonly state: PicturesState } | null =
    null;

  constructor(private readonly folder: string) {}

  async read(): Promise<Omit<ProjectState, 'access'>> {
    const project = await Project.open(this.folder);
    await this.picturesIfAny();
    const pictures = this.#pictures?.state ?? null;
    return {
      folder: project.folder,
      name: project.facts.name,
      sources: project.facts.sources,
      pictures,
      runs: await runStates(project, pictures?.contentHash ?? null),
      attributes: await attributeStates(project),
      morphs: await listMorphs(project.morphs),
      exports: await exportStates(project.exports),
    };
  }

  /**
   * The project's pictures, open until they are others. Throws `input` before the first import. What reads
   * them over a while opens them for itself.
   */
  async pictures(): Promise<Dataset> {
    const folder = path.join(this.folder, 'dataset');
    const stamp = await fs.stat(path.join(folder, 'index.json')).then(
      ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
      () => '',
    );
    if (this.#pictures?.stamp === stamp) return this.#pictures.dataset;
    this.close();
    const dataset = await openDataset(folder);
    const state = await stateOf(dataset);
    // Another caller may have been quicker while these were awaited.
    this.close();
    this.#pictures = { stamp, dataset, state };
    return dataset;
  }

  /** The same; null before the first import. */
  async picturesIfAny(): Promise<Dataset | null> {
    return this.pictures().catch((error: unknown) => {
      if (error instanceof MorphloomError && error.code === 'input') return null;
      throw error;
    });
  }

  close(): void {
    this.#pictures?.dataset.close();
    this.#pictures = null;
  }
}

async function stateOf(dataset: Dataset): Promise<PicturesState> {
  const columns = new Set<string>();
  for (const { attributes } of dataset.entries) {
    for (const column of Object.keys(attributes ?? {})) columns.add(column);
  }
  const aside = await listSetAside(dataset, { from: 0, count: Infinity });
  const { found, byHand, whole, several } = countFaces(dataset.entries);
  const without = aside.files.filter(({ kind }) => kind === 'no-face').length;
  return {
    count: dataset.count,
    format: dataset.format,
    crop: dataset.crop,
    faces: dataset.faces,
    faceCounts: { found, byHand, whole, several: several.length, without },
    labelTable: dataset.labelTable,
    labels: dataset.labels,
    columns: [...columns],
    setAside: aside.total,
    contentHash: dataset.contentHash,
  };
}
