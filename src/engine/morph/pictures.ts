import * as path from 'node:path';
import type { Crop, DatasetEntry } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { type Dataset, openDataset } from '../dataset/index.ts';
import { exists } from '../node/files.ts';
import { printable } from '../node/pictures/index.ts';
import type { PictureShape } from './codec.ts';
import { type KeyframeFile, readKeyframe } from './keyframe.ts';
import type { Keyframe } from './morph.ts';

/** A picture as a recipe refers to it. */
export interface PictureReference {
  /** Absolute path; of a picture inside a set file, `path#index`. */
  readonly source: string;
  /** Hash of the content. */
  readonly id: string;
  readonly crop: Crop;
}

export interface MorphPicture extends PictureReference {
  readonly keyframe: Keyframe;
}

export interface PictureWants {
  readonly image: PictureShape;
  /** Size of the frames, as a multiple of `image`. */
  readonly scale: number;
  /** The project's dataset folder. */
  readonly dataset: string;
}

/** The pictures of these names: files, or pictures of the project by the name of their file. */
export function picturesNamed(names: readonly string[], wants: PictureWants): Promise<MorphPicture[]> {
  return withDataset(wants, async (dataset) => {
    const crop = dataset.entries[0]?.crop ?? 'centre';
    const pictures: MorphPicture[] = [];
    for (const name of names) {
      const entry = (await exists(name)) ? null : findEntry(name, dataset, wants);
      const keyframe =
        entry === null
          ? await readKeyframe(path.resolve(name), wants.image, crop, wants.scale)
          : await readEntry(entry, dataset, wants);
      const source = entry?.source ?? path.resolve(name);
      pictures.push({ source, id: keyframe.id, crop: entry?.crop ?? crop, keyframe });
    }
    return pictures;
  });
}

/**
 * The pictures that a recipe refers to, wherever they are now: at their path, or where the project's dataset
 * knows the same content. Throws `input` for one that is gone or has changed.
 */
export function picturesReferred(
  references: readonly PictureReference[],
  wants: PictureWants,
): Promise<MorphPicture[]> {
  return withDataset(wants, async (dataset) => {
    const pictures: MorphPicture[] = [];
    for (const reference of references) {
      const there = await exists(reference.source);
      const read = there
        ? await readKeyframe(reference.source, wants.image, reference.crop, wants.scale)
        : null;
      if (read?.id === reference.id) {
        pictures.push({ ...reference, keyframe: read });
        continue;
      }
      const entry = dataset.entries.find(({ id, crop }) => id === reference.id && crop === reference.crop);
      if (entry === undefined) {
        const what = there ? 'has changed since the morph was made' : 'is no longer there';
        throw new MorphloomError(
          'input',
          `"${printable(reference.source)}" ${what}, and the project does not know its old content under another name; put the original back.`,
        );
      }
      // The recipe keeps the path that it had, so that a rebuilt file is the same to the byte.
      pictures.push({ ...reference, keyframe: await readEntry(entry, dataset, wants) });
    }
    return pictures;
  });
}

async function withDataset<T>(wants: PictureWants, use: (dataset: Dataset) => Promise<T>): Promise<T> {
  const dataset = await openDataset(wants.dataset);
  try {
    return await use(dataset);
  } finally {
    dataset.close();
  }
}

function findEntry(name: string, dataset: Dataset, { dataset: folder }: PictureWants): DatasetEntry {
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

/** A picture of the dataset: from its file where that is still the same, else the packed pixels. */
async function readEntry(entry: DatasetEntry, dataset: Dataset, wants: PictureWants): Promise<KeyframeFile> {
  if (await exists(entry.source)) {
    const read = await readKeyframe(entry.source, wants.image, entry.crop, wants.scale);
    if (read.id === entry.id) return read;
  }
  const { width, height, channels } = dataset.format;
  const fits =
    width === wants.image.width && height === wants.image.height && channels === wants.image.channels;
  if (wants.scale !== 1 || !fits) {
    throw new MorphloomError(
      'input',
      `"${printable(entry.source)}" is not there as a file of its own, so it cannot be shown at another size than the dataset's; leave out --scale, or put the file back.`,
    );
  }
  const pixels = new Uint8Array(width * height * channels);
  dataset.read(dataset.entries.indexOf(entry), pixels);
  return { id: entry.id, pixels, large: pixels };
}
