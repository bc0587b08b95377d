import { MorphloomError, throwIfCancelled } from '../../contract/errors.ts';
import { bytesPerPicture, type ImageFormat } from '../../contract/dataset.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { createOutsideFraming, type Dataset, openDataset } from '../dataset/index.ts';
import { scan } from '../dataset/scan.ts';
import { completePictures, type Expected } from '../evaluate/completion.ts';
import { decibels, errorInside } from '../evaluate/inside.ts';
import { fitLatentGaussian } from '../latent/aggregate.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { breathe } from '../node/breathe.ts';
import { decodeBytes, readPictureFile } from '../node/pictures/index.ts';
import { encodeDataset } from './pictures.ts';
import { thin } from './split.ts';

/** Where pictures have holes. */
export type Holes =
  /** A rectangle, in parts of the sides, in [0, 1]. */
  | { readonly kind: 'rectangle'; readonly x: number; readonly y: number; readonly width: number; readonly height: number } // prettier-ignore
  /** A picture that is light where something is missing. */
  | { readonly kind: 'mask'; readonly file: string }
  /** Where the pictures themselves are transparent. */
  | { readonly kind: 'transparent' };

export interface CompletionRequest {
  readonly paths: readonly string[];
  readonly holes: Holes;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Completed {
  readonly files: readonly string[];
  /** `[n, h, w, c]` in [0, 1]; in the holes, what stands there in the files. */
  readonly originals: Float32Array;
  /** `[n, h, w]`, 1 in holes. */
  readonly hole: Uint8Array;
  /** `[n, h, w, c]` in [0, 1]. */
  readonly completed: Float32Array;
  /** The PSNR inside the holes, dB, averaged over pictures; null where the files do not say what was there. */
  readonly inside: {
    readonly completed: number;
    /** Of the mean of the project's pictures. */
    readonly meanPicture: number;
    /** Of the project's picture that is nearest in what can be seen, the very same picture left out. */
    readonly nearest: number;
  } | null;
}

/** More of a project's pictures do not move their mean, nor where latents lie. */
const MOST_EXPECTED = 2000;

/** Fills in the missing parts of pictures. Throws `usage` where there is no hole, or nothing but one. */
export async function completeFiles(
  instrument: OpenedInstrument,
  request: CompletionRequest,
): Promise<Completed> {
  const { onProgress, signal } = request;
  const dataset = await openDataset(instrument.project.dataset);
  try {
    const { files, pixels, hole } = await readIncomplete(instrument, dataset, request);
    const known = thin(
      dataset.entries.map((_, i) => i),
      MOST_EXPECTED,
    );
    const latents = await encodeDataset(instrument, { indices: known, onProgress, signal });
    const expected: Expected = {
      meanPicture: await meanOf(dataset, known, signal),
      latents: fitLatentGaussian(latents.mean, latents.logVariance, instrument.latentSize),
    };
    const originals = Float32Array.from(pixels, (byte) => byte / 255);
    const completed = await completePictures(
      instrument,
      expected,
      { pixels: originals, hole },
      { onProgress, signal },
    );
    const inside =
      request.holes.kind === 'transparent'
        ? null
        : await compare(dataset, { pixels, originals, hole, completed }, expected, signal);
    return { files, originals, hole, completed, inside };
  } finally {
    dataset.close();
  }
}

/** Reads pictures as the model takes them, and where each has holes. */
async function readIncomplete(
  instrument: OpenedInstrument,
  dataset: Dataset,
  { paths, holes, onProgress, signal }: CompletionRequest,
): Promise<{ files: string[]; pixels: Uint8Array; hole: Uint8Array }> {
  const format = instrument.image as ImageFormat;
  const area = format.width * format.height;
  if (holes.kind === 'transparent' && format.channels === 4) {
    throw new MorphloomError(
      'usage',
      'Transparent parts are part of these pictures; say what is missing with --hole or --mask.',
    );
  }
  const { files } = await scan(paths, { signal });
  if (files.length === 0)
    throw new MorphloomError('input', `There is no picture in ${paths.map((p) => `"${p}"`).join(', ')}.`);
  const framing = await createOutsideFraming(dataset, { signal });
  try {
    const size = bytesPerPicture(format);
    const pixels = new Uint8Array(files.length * size);
    const hole = new Uint8Array(files.length * area);
    for (const [n, { source }] of files.entries()) {
      throwIfCancelled(signal);
      const picture = await readPictureFile(source);
      const crop = await framing.cropOf(picture);
      const { pixels: own } = await decodeBytes(picture, format, crop);
      pixels.set(own, n * size);
      if (holes.kind === 'rectangle') hole.set(rectangle(format, holes), n * area);
      else {
        const mask = holes.kind === 'mask' ? await readPictureFile(holes.file) : picture;
        const channels = holes.kind === 'mask' ? 1 : 4;
        const seen = await decodeBytes(mask, { ...format, channels }, crop);
        for (let i = 0; i < area; i++) {
          const missing = channels === 1 ? seen.pixels[i] >= 128 : seen.pixels[4 * i + 3] < 250;
          hole[n * area + i] = missing ? 1 : 0;
        }
      }
      const missing = hole.subarray(n * area, (n + 1) * area).reduce((sum, one) => sum + one, 0);
      if (missing === 0 || missing === area) throw nothingToDo(source, missing, holes);
      onProgress?.({ stage: 'Reading pictures', done: n + 1, total: files.length, unit: 'pictures' });
    }
    return { files: files.map(({ source }) => source), pixels, hole };
  } finally {
    framing.close();
  }
}

function nothingToDo(source: string, missing: number, { kind }: Holes): MorphloomError {
  const help =
    kind === 'transparent'
      ? 'make the missing part transparent, or say where it is with --hole or --mask'
      : 'choose another --hole or --mask';
  const what = missing === 0 ? 'nothing of it is missing' : 'all of it is missing';
  return new MorphloomError('usage', `"${source}" cannot be completed, as ${what}; ${help}.`);
}

function rectangle(
  { width, height }: ImageFormat,
  part: { x: number; y: number; width: number; height: number },
): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height];
    const inside = x >= part.x && x < part.x + part.width && y >= part.y && y < part.y + part.height;
    return inside ? 1 : 0;
  });
}

/** The mean of these pictures, `[h, w, c]` in [0, 1]. */
export async function meanOf(
  dataset: Dataset,
  indices: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const size = bytesPerPicture(dataset.format);
  const sum = new Float64Array(size);
  const bytes = new Uint8Array(size);
  for (const index of indices) {
    await breathe(signal);
    dataset.read(index, bytes);
    for (let i = 0; i < size; i++) sum[i] += bytes[i];
  }
  return Float32Array.from(sum, (value) => value / 255 / indices.length);
}

/** What was filled in, against what was there. */
async function compare(
  dataset: Dataset,
  {
    pixels,
    originals,
    hole,
    completed,
  }: { pixels: Uint8Array; originals: Float32Array; hole: Uint8Array; completed: Float32Array },
  { meanPicture }: Expected,
  signal: AbortSignal | undefined,
): Promise<NonNullable<Completed['inside']>> {
  const size = bytesPerPicture(dataset.format);
  const area = dataset.format.width * dataset.format.height;
  const count = hole.length / area;
  const best = Array.from({ length: count }, () => ({ distance: Infinity, error: 0 }));
  const other = new Uint8Array(size);
  for (let index = 0; index < dataset.count; index++) {
    await breathe(signal);
    dataset.read(index, other);
    for (let n = 0; n < count; n++) {
      const own = pixels.subarray(n * size, (n + 1) * size);
      const { seen, missing } = errorInside(own, other, hole.subarray(n * area, (n + 1) * area));
      if (seen + missing > 0 && seen < best[n].distance)
        best[n] = { distance: seen, error: missing / 255 ** 2 };
    }
  }
  const mean = (error: (n: number) => number): number =>
    Array.from({ length: count }, (_, n) => decibels(error(n))).reduce((a, b) => a + b, 0) / count;
  const against = (n: number, drawn: Float32Array): number =>
    errorInside(originals.subarray(n * size, (n + 1) * size), drawn, hole.subarray(n * area, (n + 1) * area))
      .missing;
  return {
    completed: mean((n) => against(n, completed.subarray(n * size, (n + 1) * size))),
    meanPicture: mean((n) => against(n, meanPicture)),
    nearest: mean((n) => best[n].error),
  };
}
