import * as fs from 'node:fs/promises';
import { openable } from './names.ts';
import { PictureProblem, unreadable } from './problem.ts';
import { isTruncated, readSignature, SIGNATURE_BYTES } from './signature.ts';

/** No picture that we would decode is larger than this on the disk. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;
/** Up to here a file is read in one go; of a larger one the first bytes are looked at before. */
const READ_AT_ONCE_BYTES = 32 * 1024 * 1024;

/** A file's content, whose first bytes say that it is a picture that we decode. */
export interface PictureBytes {
  readonly source: string;
  readonly format: string;
  readonly data: Buffer;
}

/** Reads a picture file whole. Throws a PictureProblem when it is none, or of no use. */
export async function readPictureFile(source: string): Promise<PictureBytes> {
  let data: Buffer;
  try {
    const handle = await fs.open(openable(source), 'r');
    try {
      const stat = await handle.stat();
      if (!stat.isFile())
        throw new PictureProblem(source, 'not-a-picture', 'is no file but a folder or device');
      if (stat.size > READ_AT_ONCE_BYTES) {
        const head = Buffer.alloc(SIGNATURE_BYTES);
        await handle.read(head, 0, head.length, 0);
        decodable(source, head);
        if (stat.size > MAX_FILE_BYTES) {
          const reason = `has ${Math.round(stat.size / 1e6)} MB; the limit is ${Math.round(MAX_FILE_BYTES / 1e6)}, so save a smaller copy`;
          throw new PictureProblem(source, 'too-large', reason);
        }
      }
      data = Buffer.allocUnsafeSlow(stat.size);
      let filled = 0;
      while (filled < data.length) {
        const { bytesRead } = await handle.read(data, filled, data.length - filled, filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      data = data.subarray(0, filled);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof PictureProblem ? error : unreadable(source, error);
  }
  const format = decodable(source, data.subarray(0, SIGNATURE_BYTES));
  if (isTruncated(data, format)) {
    throw new PictureProblem(
      source,
      'damaged',
      'is cut off: its end is missing; copy it again from where it came',
    );
  }
  return { source, format, data };
}

function decodable(source: string, head: Buffer): string {
  const signature = readSignature(head, source);
  if ('format' in signature) return signature.format;
  throw new PictureProblem(source, signature.kind, signature.reason);
}
