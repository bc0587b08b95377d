import * as path from 'node:path';
import type { DatasetEntry } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { createOutsideFraming, type Dataset, openDataset } from '../dataset/index.ts';
import { hashOf } from '../dataset/items.ts';
import { loadForModel } from '../jobs/attribute-moves.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { exists } from '../node/files.ts';
import { printable, readPictureFile } from '../node/pictures/index.ts';
import { createMaterial, type PictureReference, type StoredMaterial } from './material.ts';

/** The material of a project; its pictures can be asked for until it is closed. */
export interface ProjectMaterial extends StoredMaterial {
  close(): void;
}

/**
 * Opens a project's pictures and attributes for timelines.
 * @param references pictures that are not the project's, or were not cropped as it crops now
 */
export async function openMaterial(
  instrument: OpenedInstrument,
  references: readonly PictureReference[] = [],
): Promise<ProjectMaterial> {
  const dataset = await openDataset(instrument.project.dataset);
  const direction = async (name: string): Promise<Float32Array> =>
    (await loadForModel(instrument, name)).vector.direction;
  const material = createMaterial({ image: instrument.image, dataset, direction, references });
  return { ...material, close: () => dataset.close() };
}

/** The pictures of these names: files, or pictures of the project by the name of their file. */
export async function picturesNamed(
  instrument: OpenedInstrument,
  names: readonly string[],
): Promise<PictureReference[]> {
  const folder = instrument.project.dataset;
  const dataset = await openDataset(folder);
  dataset.close();
  const framing = await createOutsideFraming(dataset);
  try {
    const pictures: PictureReference[] = [];
    for (const name of names) {
      if (await exists(name)) {
        const source = path.resolve(name);
        const file = await readPictureFile(source);
        pictures.push({ source, id: hashOf(file.data), crop: await framing.cropOf(file) });
      } else {
        const { source, id, crop } = findEntry(name, dataset, folder);
        pictures.push({ source, id, crop });
      }
    }
    return pictures;
  } finally {
    framing.close();
  }
}

function findEntry(name: string, dataset: Dataset, folder: string): DatasetEntry {
  const tail = path.sep + path.normalize(name);
  const byTail = dataset.entries.filter(({ source }) => source.endsWith(tail) || source === name);
  const found =
    byTail.length > 0 ? byTail : dataset.entries.filter(({ source }) => path.parse(source).name === name);
  const [first, second] = found;
  if (first === undefined) {
    throw new MorphloomError(
      'input',
      `There is no picture "${printable(name)}": it is no file here, and none of "${path.dirname(folder)}" is called so.`,
    );
  }
  if (second !== undefined) {
    throw new MorphloomError(
      'usage',
      `"${printable(name)}" is the name of several pictures of the project; write more of the path: "${printable(first.source)}" or "${printable(second.source)}".`,
    );
  }
  return first;
}
