import { type DatasetEntry, type ImageFormat, type PictureCrop, sameCrop } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import type { Dataset } from '../dataset/index.ts';
import { hashOf } from '../dataset/items.ts';
import { exists } from '../node/files.ts';
import { decodeBytes, type PictureBytes, printable, readPictureFile } from '../node/pictures/index.ts';
import type { PictureShape } from './codec.ts';

/** A picture as a recipe refers to it. */
export interface PictureReference {
  /** Absolute path; of a picture inside a set file, `path#index`. */
  readonly source: string;
  /** Hash of the content. */
  readonly id: string;
  readonly crop: PictureCrop;
}

/** What a timeline is made of, by name. */
export interface Material {
  /** Where a picture comes from. Throws `input` for one that is not known. */
  reference(id: string): PictureReference;
  /** A picture at the model's shape, uint8. Throws `input` when it is gone or has changed. */
  picture(id: string): Promise<Uint8Array>;
  /** A picture at `scale` times the model's size, uint8. Throws as `picture` does, and for one that is no file. */
  large(id: string, scale: number): Promise<Uint8Array>;
  /** An attribute's direction, `[z]`, one standard deviation long. Throws `usage` for one that is not there. */
  direction(attribute: string): Promise<Float32Array>;
}

/** The same of pictures that lie on the disk. */
export interface StoredMaterial extends Material {
  /** A picture's whole file, under its own name or the one that the project knows its content by. Throws `input` when it is gone or has changed. */
  file(id: string): Promise<PictureBytes>;
}

export interface MaterialOptions {
  readonly image: PictureShape;
  readonly dataset: Pick<Dataset, 'format' | 'entries' | 'read'>;
  readonly direction: Material['direction'];
  /** Pictures that are not the dataset's, or were not cropped as it crops now. */
  readonly references?: readonly PictureReference[];
}

/** The pictures of a project, and of files beside it. They are read when they are asked for. */
export function createMaterial({
  image,
  dataset,
  direction,
  references = [],
}: MaterialOptions): StoredMaterial {
  const format = image as ImageFormat;
  const { width, height, channels } = dataset.format;
  const packed = width === image.width && height === image.height && channels === image.channels;
  const known = new Map(dataset.entries.map((entry, index) => [entry.id, { entry, index }]));
  const given = new Map(references.map((reference) => [reference.id, reference]));

  const reference = (id: string): PictureReference => {
    const found = given.get(id) ?? known.get(id)?.entry;
    if (found !== undefined) return { source: found.source, id, crop: found.crop };
    throw new MorphloomError(
      'input',
      'A picture of this morph is no longer among those of the project; import it again, or take it out of the morph.',
    );
  };
  /** The dataset's own copy, where it is cropped in the same way. */
  const inDataset = ({ id, crop }: PictureReference): { entry: DatasetEntry; index: number } | null => {
    const found = known.get(id);
    return found !== undefined && sameCrop(found.entry.crop, crop) ? found : null;
  };
  /** Null where no file has the content any more; `there` where one has another by now. */
  const fileOf = async (
    wanted: PictureReference,
  ): Promise<{ readonly content: PictureBytes | null; readonly there: boolean }> => {
    const places = new Set([wanted.source, known.get(wanted.id)?.entry.source ?? wanted.source]);
    let there = false;
    for (const place of places) {
      if (!(await exists(place))) continue;
      there = true;
      const content = await readPictureFile(place);
      if (hashOf(content.data) === wanted.id) return { content, there };
    }
    return { content: null, there };
  };
  const gone = ({ source }: PictureReference, there: boolean): MorphloomError => {
    const what = there ? 'has changed since the morph was made' : 'is no longer there';
    return new MorphloomError(
      'input',
      `"${printable(source)}" ${what}, and the project does not know its old content under another name; put the original back.`,
    );
  };
  const fromFiles = async (wanted: PictureReference, size: ImageFormat): Promise<Uint8Array> => {
    const { content, there } = await fileOf(wanted);
    if (content !== null) return (await decodeBytes(content, size, wanted.crop)).pixels;
    if (inDataset(wanted) !== null) {
      throw new MorphloomError(
        'input',
        `"${printable(wanted.source)}" is not there as a file of its own, so it cannot be shown at another size than the dataset's; show it at scale 1, or put the file back.`,
      );
    }
    throw gone(wanted, there);
  };

  return {
    reference,
    direction,
    file: async (id) => {
      const wanted = reference(id);
      const { content, there } = await fileOf(wanted);
      if (content === null) throw gone(wanted, there);
      return content;
    },
    picture: (id) => {
      const wanted = reference(id);
      const own = packed ? inDataset(wanted) : null;
      if (own === null) return fromFiles(wanted, format);
      const pixels = new Uint8Array(width * height * channels);
      dataset.read(own.index, pixels);
      return Promise.resolve(pixels);
    },
    large: (id, scale) =>
      fromFiles(reference(id), {
        ...format,
        width: Math.round(image.width * scale),
        height: Math.round(image.height * scale),
      }),
  };
}
