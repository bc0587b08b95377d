import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';
import type { ProjectState, PicturesState } from '../../contract/studio/state.ts';
import { type Dataset, openDataset } from '../dataset/index.ts';
import { readIndex, readSetAside } from '../dataset/store.ts';
import type { SetAside } from '../../contract/dataset.ts';
import { Project } from '../project/project.ts';
import { attributeStates, exportStates, morphStates, runStates } from './project-parts.ts';

/** What is open of a project's pictures. */
export interface OpenPictures {
  readonly dataset: Dataset;
  readonly state: PicturesState;
  readonly setAside: readonly SetAside[];
  /** Where each picture stands, by its id; of two of the same content the first. */
  readonly indexOf: ReadonlyMap<string, number>;
}

/** Reads what a project's folder holds, and keeps what takes long to read for as long as it is true. */
export class ProjectReader {
  #pictures: { readonly stamp: string; readonly open: OpenPictures } | null = null;

  constructor(private readonly folder: string) {}

  async read(): Promise<Omit<ProjectState, 'access'>> {
    const project = await Project.open(this.folder);
    const pictures = await this.picturesIfAny();
    const runs = await runStates(project, pictures?.state.contentHash ?? null);
    return {
      folder: project.folder,
      name: project.facts.name,
      sources: project.facts.sources,
      pictures: pictures?.state ?? null,
      runs,
      attributes: await attributeStates(project),
      morphs: await morphStates(project.morphs),
      exports: await exportStates(project.exports),
    };
  }

  /** The project's pictures. Throws `input` before the first import. */
  async pictures(): Promise<OpenPictures> {
    const file = path.join(this.folder, 'dataset', 'index.json');
    const stamp = await fs.stat(file).then(
      ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
      () => '',
    );
    if (this.#pictures?.stamp === stamp && stamp !== '') return this.#pictures.open;
    const open = await openPictures(path.dirname(file));
    this.close();
    this.#pictures = { stamp, open };
    return open;
  }

  async picturesIfAny(): Promise<OpenPictures | null> {
    return this.pictures().catch((error: unknown) => {
      if (error instanceof MorphloomError && error.code === 'input') return null;
      throw error;
    });
  }

  close(): void {
    this.#pictures?.open.dataset.close();
    this.#pictures = null;
  }
}

async function openPictures(folder: string): Promise<OpenPictures> {
  const index = await readIndex(folder);
  const [dataset, setAside] = await Promise.all([openDataset(folder), readSetAside(folder, index)]);
  const columns = new Set(dataset.entries.flatMap(({ attributes }) => Object.keys(attributes ?? {})));
  const indexOf = new Map<string, number>();
  dataset.entries.forEach(({ id }, i) => indexOf.has(id) || indexOf.set(id, i));
  return {
    dataset,
    setAside,
    indexOf,
    state: {
      count: dataset.count,
      format: dataset.format,
      crop: index.crop,
      labels: dataset.labels,
      columns: [...columns],
      setAside: setAside.length,
      contentHash: dataset.contentHash,
    },
  };
}
