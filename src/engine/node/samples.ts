import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import sharp from 'sharp';
import { MorphloomError, throwIfCancelled } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { SAMPLE_SERIES, type SampleKind } from '../samples/series.ts';
import { describeWriteFailure, replaceFile } from './files.ts';

/** The table beside the pictures: `file`, then a column for each attribute. */
export const ATTRIBUTES_FILE = 'attributes.csv';

const SAMPLE_FILE = /^(face|shape)-\d{5,}\.png$/;
/** As many pictures are drawn at a time; more gained nothing on two or four cores. */
const IN_FLIGHT = 4;
/** Drawn larger and scaled down: librsvg's own edges are harder than a camera's. */
const OVERSAMPLING = 2;

export interface WriteSamplesOptions {
  readonly kind: SampleKind;
  /** How many, at least 1. */
  readonly count: number;
  /** The side of each square picture in pixels, 16 to 2048. */
  readonly sizePx: number;
  /** A non-negative integer; the same seed gives the same bytes. */
  readonly seed: number;
  /** The folder; made where there is none. Earlier samples in it are replaced, anything else is an error. */
  readonly into: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface WrittenSamples {
  /** The pictures' names within the folder, in the order of the series. */
  readonly files: readonly string[];
  /** The attribute table's path. */
  readonly attributesFile: string;
}

/**
 * Draws sample pictures as PNG files, with their exact attributes in `attributes.csv`. The table is written last:
 * where it stands, the set is whole.
 * @throws MorphloomError `usage` for numbers out of range, `input` for a folder with other things in it,
 * `environment` where the disk refuses, `cancelled`
 */
export async function writeSamples(options: WriteSamplesOptions): Promise<WrittenSamples> {
  const { kind, count, sizePx, seed, into, onProgress, signal } = options;
  checkWhole('count', count, 1, 1_000_000);
  checkWhole('size', sizePx, 16, 2048);
  checkWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  await clearFolder(into);

  const series = SAMPLE_SERIES[kind];
  const files: string[] = new Array<string>(count);
  const rows: string[] = new Array<string>(count);
  let next = 0;
  let done = 0;
  const draw = async (): Promise<void> => {
    while (next < count) {
      throwIfCancelled(signal);
      const index = next++;
      const sample = series.at(seed, index);
      const png = await rasterise(sample.draw(sizePx * OVERSAMPLING), sizePx);
      const file = path.join(into, sample.file);
      await fs.writeFile(file, png).catch((cause: unknown) => {
        throw describeWriteFailure(file, cause);
      });
      files[index] = sample.file;
      rows[index] = [sample.file, ...sample.values].join(',');
      onProgress?.({ stage: `Drawing ${kind}`, done: ++done, total: count, unit: 'pictures' });
    }
  };
  const stopOthers = (cause: unknown): never => {
    next = count;
    throw cause;
  };
  const lanes = Array.from({ length: Math.min(IN_FLIGHT, count) }, () => draw().catch(stopOthers));
  const failed = (await Promise.allSettled(lanes)).find((lane) => lane.status === 'rejected');
  if (failed !== undefined) throw failed.reason;

  const attributesFile = path.join(into, ATTRIBUTES_FILE);
  const header = ['file', ...series.columns].join(',');
  await replaceFile(attributesFile, `${[header, ...rows].join('\n')}\n`);
  return { files, attributesFile };
}

/** An SVG as the bytes of a square RGB PNG; the same SVG gives the same bytes. */
export async function rasterise(svg: string, sizePx: number): Promise<Uint8Array> {
  return sharp(Buffer.from(svg))
    .resize(sizePx, sizePx)
    .removeAlpha()
    .png({ compressionLevel: 6, adaptiveFiltering: false })
    .toBuffer();
}

function checkWhole(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new MorphloomError(
      'usage',
      `The ${name} of samples is a whole number from ${low} to ${high}; ${value} is none.`,
    );
  }
}

async function clearFolder(into: string): Promise<void> {
  try {
    await fs.mkdir(into, { recursive: true });
    const names = await fs.readdir(into);
    const foreign = names.find((name) => name !== ATTRIBUTES_FILE && !SAMPLE_FILE.test(name));
    if (foreign !== undefined) {
      throw new MorphloomError(
        'input',
        `"${into}" holds other files ("${foreign}"), which samples should not mix with; choose a new or empty folder.`,
      );
    }
    // The table first: a set that is being replaced is no longer whole.
    for (const name of [ATTRIBUTES_FILE, ...names]) await fs.rm(path.join(into, name), { force: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new MorphloomError('input', `"${into}" is a file; samples need a folder: choose another name.`, {
        cause,
      });
    }
    throw describeWriteFailure(into, cause);
  }
}
