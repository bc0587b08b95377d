import * as path from 'node:path';
import { MorphloomError, throwIfCancelled } from '../../contract/errors.ts';
import type { ImageFormat } from '../../contract/dataset.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { createOutsideFraming, openDataset } from '../dataset/index.ts';
import { scan } from '../dataset/scan.ts';
import { breathe } from '../node/breathe.ts';
import { decodeBytes, PictureProblem, readPictureFile } from '../node/pictures/index.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { thin } from './split.ts';

/** Pictures at the size of a model: uint8, HWC, one after the other, and the files they came from. */
export interface ModelPictures {
  readonly pixels: Uint8Array;
  readonly files: readonly string[];
}

/**
 * Reads picture files, and all pictures of folders, as a model takes them. A file named outright must be
 * readable; in a folder what is no picture is passed over. Throws `input` where nothing is left.
 */
export async function readPictures(
  instrument: OpenedInstrument,
  paths: readonly string[],
  { onProgress, signal }: { onProgress?: OnProgress | undefined; signal?: AbortSignal | undefined } = {},
): Promise<ModelPictures> {
  const dataset = await openDataset(instrument.project.dataset);
  dataset.close();
  const framing = await createOutsideFraming(dataset, { signal });
  const format = instrument.image as ImageFormat;
  const named = new Set(paths.map((p) => path.resolve(p)));
  const read: { file: string; pixels: Uint8Array }[] = [];
  try {
    const { files, setAside } = await scan(paths, { signal });
    const unusable = setAside.find(({ source }) => named.has(source));
    if (unusable !== undefined) throw new MorphloomError('input', `"${unusable.source}" ${unusable.reason}.`);
    for (const { source: file } of files) {
      throwIfCancelled(signal);
      try {
        const picture = await readPictureFile(file);
        const { pixels } = await decodeBytes(picture, format, await framing.cropOf(picture));
        read.push({ file, pixels });
      } catch (error) {
        if (!(error instanceof PictureProblem) || named.has(file)) throw error;
      }
      onProgress?.({ stage: 'Reading pictures', done: read.length, total: files.length, unit: 'pictures' });
    }
  } finally {
    framing.close();
  }
  if (read.length === 0) {
    throw new MorphloomError(
      'input',
      `There is no usable picture in ${paths.map((p) => `"${p}"`).join(', ')}.`,
    );
  }
  const size = format.width * format.height * format.channels;
  const pixels = new Uint8Array(read.length * size);
  read.forEach((picture, i) => pixels.set(picture.pixels, i * size));
  return { pixels, files: read.map(({ file }) => file) };
}

/**
 * The latents of a project's pictures, in the order of its dataset: of all, of so many, or of these; of what
 * `vary` makes of them, where it is given.
 */
export async function encodeDataset(
  instrument: OpenedInstrument,
  {
    most,
    indices: chosen,
    vary,
    told = false,
    onProgress,
    signal,
  }: {
    most?: number;
    indices?: readonly number[] | undefined;
    /** Makes the same number of pictures of each, one after the other. */
    vary?: ((pixels: Uint8Array) => Uint8Array) | undefined;
    /** Whether a model that is told labels is told those that are known; not to be used with `vary`. */
    told?: boolean;
    onProgress?: OnProgress | undefined;
    signal?: AbortSignal | undefined;
  },
) {
  const dataset = await openDataset(instrument.project.dataset);
  try {
    const all = chosen ?? dataset.entries.map((_, i) => i);
    const indices = thin(all, most ?? all.length);
    const { latentSize, image } = instrument;
    const size = image.width * image.height * image.channels;
    let mean = new Float32Array(0);
    let logVariance: Float32Array | null = null;
    for (let start = 0; start < indices.length; start += ENCODE_CHUNK) {
      const chunk = indices.slice(start, start + ENCODE_CHUNK);
      const pixels = new Uint8Array(chunk.length * size);
      dataset.readBatch(chunk, pixels);
      const varied = vary?.(pixels) ?? pixels;
      const each = (varied.length / pixels.length) * latentSize;
      const labels = told ? chunk.map((i) => dataset.entries[i].label) : undefined;
      const latents = instrument.encode(varied, varied.length / size, labels);
      if (start === 0) mean = new Float32Array(indices.length * each);
      mean.set(latents.mean, start * each);
      if (latents.logVariance !== null) {
        logVariance ??= new Float32Array(mean.length);
        logVariance.set(latents.logVariance, start * each);
      }
      onProgress?.({
        stage: 'Encoding pictures',
        done: start + chunk.length,
        total: indices.length,
        unit: 'pictures',
      });
      await breathe(signal);
    }
    return { mean, logVariance, entries: indices.map((i) => dataset.entries[i]) };
  } finally {
    dataset.close();
  }
}

/** A question that comes while one is encoded waits so long. */
const ENCODE_CHUNK = 32;
