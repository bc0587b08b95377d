import * as fs from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { openable, PictureProblem, unreadable } from '../node/pictures/index.ts';

/** Pictures of MNIST's file format (Y. LeCun, "The MNIST database"): grey, all of one size. */
export interface IdxPictures {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** The pixels of one picture: height × width bytes. A view, not a copy. */
  picture(index: number): Uint8Array;
  /** The digit or class of each picture, where a file of labels lies beside. */
  readonly labels: Uint8Array | null;
}

const IMAGES = /^(.*)images([-.])idx3-ubyte(\.gz)?$/;
const LABELS = /labels[-.]idx1-ubyte(\.gz)?$/;
const MAX_BYTES = 2 ** 31 - 1;
const MAGIC_IMAGES = 0x0803;
const MAGIC_LABELS = 0x0801;

/** Whether a file's name is that of IDX pictures, or of the labels that belong to them. */
export function idxRole(name: string): 'pictures' | 'labels' | null {
  return IMAGES.test(name) ? 'pictures' : LABELS.test(name) ? 'labels' : null;
}

/** Reads IDX pictures, and the labels beside them if any. Throws a PictureProblem when a size does not add up. */
export async function readIdx(source: string): Promise<IdxPictures> {
  const data = await readUnpacked(source);
  const [count, height, width] = readHeader(source, data, MAGIC_IMAGES, 3);
  const size = (width ?? 0) * (height ?? 0);
  if (count === undefined || width === undefined || height === undefined || size === 0) {
    throw new PictureProblem(source, 'damaged', 'holds pictures of no size');
  }
  if (data.length !== 16 + count * size) {
    const reason = `says it holds ${count} pictures of ${width} × ${height}, but has ${data.length} bytes; fetch it again`;
    throw new PictureProblem(source, 'damaged', reason);
  }
  return {
    count,
    width,
    height,
    picture: (index) => data.subarray(16 + index * size, 16 + (index + 1) * size),
    labels: await readLabels(source, count),
  };
}

async function readLabels(images: string, count: number): Promise<Uint8Array | null> {
  const stem = images.replace(/\.gz$/, '').replace(/images([-.])idx3-ubyte$/, 'labels$1idx1-ubyte');
  for (const file of [stem, `${stem}.gz`]) {
    if (!(await fs.stat(openable(file)).catch(() => null))) continue;
    const data = await readUnpacked(file);
    const [labels] = readHeader(file, data, MAGIC_LABELS, 1);
    if (labels !== count || data.length !== 8 + count) {
      throw new PictureProblem(
        file,
        'damaged',
        `does not hold one label for each of ${count} pictures; fetch it again`,
      );
    }
    return data.subarray(8);
  }
  return null;
}

function readHeader(source: string, data: Buffer, magic: number, dimensions: number): number[] {
  if (data.length < 4 + 4 * dimensions || data.readUInt32BE(0) !== magic) {
    throw new PictureProblem(source, 'damaged', 'has the name of an IDX file, but is none');
  }
  return Array.from({ length: dimensions }, (_, i) => data.readUInt32BE(4 + 4 * i));
}

async function readUnpacked(source: string): Promise<Buffer> {
  let data: Buffer;
  try {
    const { size } = await fs.stat(openable(source));
    if (size > MAX_BYTES) throw new PictureProblem(source, 'too-large', 'is larger than 2 GB; split it');
    data = await fs.readFile(openable(source));
  } catch (error) {
    throw error instanceof PictureProblem ? error : unreadable(source, error);
  }
  if (data[0] !== 0x1f || data[1] !== 0x8b) return data;
  try {
    return await promisify(gunzip)(data, { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    throw new PictureProblem(source, 'damaged', 'is cut off or damaged (gzip); fetch it again', { cause });
  }
}
