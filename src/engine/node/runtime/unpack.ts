import { createWriteStream } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPromise, type Entry } from 'yauzl';
import { throwIfCancelled } from '../../../contract/errors.ts';

export interface UnpackOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes written so far and the bytes to write in all. */
  readonly onBytes?: (done: number, total: number) => void;
}

/**
 * Writes the entries of a zip that `wanted` accepts below `destination`, streaming, each file synced to disk.
 * The zip is trusted to be what its hash says; names that climb out of the folder are refused all the same.
 * @returns the names written
 */
export async function unpack(
  zip: string,
  destination: string,
  wanted: (name: string) => boolean,
  options: UnpackOptions = {},
): Promise<string[]> {
  const archive = await openPromise(zip, { autoClose: false });
  try {
    const entries: Entry[] = [];
    for await (const entry of archive.eachEntry()) {
      if (!entry.fileName.endsWith('/') && wanted(entry.fileName)) entries.push(entry);
    }
    const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
    let done = 0;
    for (const entry of entries) {
      throwIfCancelled(options.signal);
      const target = path.join(destination, entry.fileName);
      await fs.mkdir(path.dirname(target), { recursive: true });
      const counter = new Transform({
        transform(chunk: Buffer, _encoding, next) {
          done += chunk.length;
          options.onBytes?.(done, total);
          next(options.signal?.aborted ? new Error('aborted') : null, chunk);
        },
      });
      try {
        // The upper half of the external attributes holds the Unix mode, 0 where the archiver set none.
        const mode = (entry.externalFileAttributes >>> 16) & 0o777 || 0o644;
        await pipeline(
          await archive.openReadStreamPromise(entry),
          counter,
          createWriteStream(target, { mode, flush: true }),
        );
      } catch (error) {
        throwIfCancelled(options.signal);
        throw error;
      }
    }
    return entries.map((entry) => entry.fileName);
  } finally {
    archive.close();
  }
}

/** The licences of TensorFlow and of what it is made of: they go where its libraries go. */
export const isNotice = (name: string): boolean =>
  name === 'tensorflow/THIRD_PARTY_NOTICES.txt' || name === 'tensorflow/include/LICENSE';

/** Which entries of a TensorFlow or NVIDIA wheel the runtime needs: the two libraries, C headers, CUDA, licences. */
export function wantedEntry(name: string, libraries: readonly string[]): boolean {
  if (name.startsWith('nvidia/')) return !/\/include\/|\.(py|pyi|a|h)$/.test(name);
  if (isNotice(name) || libraries.some((library) => name === `tensorflow/${library}`)) return true;
  return /^tensorflow\/include\/(tensorflow\/c\/|tensorflow\/core\/platform\/ctstring|tsl\/platform\/ctstring|xla\/tsl\/c\/).*\.h$/.test(
    name,
  );
}
