import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';
import { describeWriteFailure } from '../node/files.ts';
import { fileName } from '../node/file-name.ts';
import { freeFolder } from './places.ts';

/** A picture larger than this is set aside by the import anyway. */
const LARGEST_FILE = 1024 * 1024 * 1024;
const LARGEST_PIECE = 16 * 1024 * 1024;
const DEEPEST = 16;
const MOST_FILES = 200_000;

interface Upload {
  readonly folder: string;
  /** How much came of each file, by its path, and whether it has its name already. */
  readonly received: Map<string, { bytes: number; whole: boolean }>;
}

/** Files that come from a browser: each lies under a name of its own until it is whole. */
export class Uploads {
  readonly #open = new Map<string, Upload>();

  constructor(private readonly projectsFolder: string) {}

  async begin(name: string): Promise<{ upload: string; folder: string }> {
    const folder = await freeFolder(this.projectsFolder, name, ' pictures');
    await fs.mkdir(folder, { recursive: true }).catch((cause: unknown) => {
      throw describeWriteFailure(folder, cause);
    });
    const upload = randomUUID();
    this.#open.set(upload, { folder, received: new Map() });
    return { upload, folder };
  }

  /**
   * Takes a piece of a file, the next one of it; the first begins it anew.
   * @param last whether the file is whole with it
   */
  async take(id: string, name: string, bytes: Uint8Array, offset: number, last: boolean): Promise<void> {
    const upload = this.#open.get(id);
    if (upload === undefined) {
      throw new MorphloomError('usage', 'The engine began anew while files were sent; drop them once more.');
    }
    const file = path.join(upload.folder, ...partsOf(name));
    if (bytes.length > LARGEST_PIECE || offset + bytes.length > LARGEST_FILE) {
      throw new MorphloomError(
        'usage',
        `"${name}" is too large to be sent; copy it to the engine's machine.`,
      );
    }
    const before = upload.received.get(file);
    if (offset !== 0 && before?.bytes !== offset) {
      throw new MorphloomError(
        'usage',
        `"${name}" came in pieces that do not fit together; drop it once more.`,
      );
    }
    if (before === undefined && upload.received.size >= MOST_FILES) {
      throw new MorphloomError(
        'usage',
        `These are more than ${MOST_FILES} files; send them in several parts.`,
      );
    }
    const temporary = path.join(path.dirname(file), `.${path.basename(file)}.part`);
    try {
      await fs.mkdir(path.dirname(file), { recursive: true });
      // It was taken to be whole, and more comes.
      if (offset !== 0 && before?.whole === true) await fs.rename(file, temporary);
      await writeAt(temporary, bytes, offset);
      if (last) await fs.rename(temporary, file);
      upload.received.set(file, { bytes: offset + bytes.length, whole: last });
    } catch (cause) {
      throw describeWriteFailure(file, cause);
    }
  }
}

async function writeAt(file: string, bytes: Uint8Array, offset: number): Promise<void> {
  const handle = await fs.open(file, offset === 0 ? 'w' : 'r+');
  try {
    await handle.write(bytes, 0, bytes.length, offset);
  } finally {
    await handle.close();
  }
}

/** The parts of a path that comes from outside, as names that stay below their folder. */
function partsOf(name: string): string[] {
  const parts = name.normalize('NFC').split('/');
  const climbs = parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\\'));
  if (climbs || name.includes('\0') || parts.length > DEEPEST) {
    throw new MorphloomError('usage', `"${name}" is no path of a file below the folder that was dropped.`);
  }
  return parts.map(fileName);
}
