import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { z } from 'zod';
import {
  bytesPerPicture,
  cropSchema,
  type DatasetEntry,
  datasetEntrySchema,
  imageFormatSchema,
  type SetAside,
  setAsideSchema,
} from '../../contract/dataset.ts';
import { faceSettingsSchema } from '../../contract/faces.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { describeWriteFailure, replaceFile, syncFolder } from '../node/files.ts';
import { isAlive } from '../node/processes.ts';

/**
 * A dataset folder: `index.json` names the pack that holds its pixels, and is renamed into place last, so
 * that at any moment it names a whole one. A pack is named by its content; one that no index names is a
 * leftover.
 */
const INDEX = 'index.json';
const SET_ASIDE = 'set-aside.json';
/** That of the set before, while the index is still being replaced. */
const SET_ASIDE_BEFORE = 'set-aside.before.json';
const PACK_NAME = /^pixels-[0-9a-f]{16}\.bin$/;
const MAX_INDEX_BYTES = 512 * 1024 * 1024;

const indexSchema = z.strictObject({
  kind: z.literal('morphloom-dataset'),
  version: z.literal(1),
  imageFormat: imageFormatSchema,
  crop: cropSchema,
  /** How faces were aligned; absent where they were not. */
  faces: faceSettingsSchema.optional(),
  /** How it was imported: so it is when imported again. Absent in sets that were made before this was kept. */
  keepDuplicates: z.boolean().optional(),
  /** Absolute path of the table of labels. */
  labels: z.string().optional(),
  /** `membershipOf` the edits that were applied. */
  edits: z.string().optional(),
  contentHash: z.string(),
  pack: z.strictObject({
    file: z.string().regex(PACK_NAME),
    bytes: z.int().min(0),
    /** SHA-256 of the file. */
    hash: z.string().optional(),
  }),
  entries: z.array(datasetEntrySchema),
});
export type DatasetIndex = z.infer<typeof indexSchema>;

const setAsideFileSchema = z.strictObject({ contentHash: z.string(), setAside: z.array(setAsideSchema) });

/** Reads and checks an index. Throws `input` when there is none, `corrupt` when it cannot be one that we wrote. */
export async function readIndex(dir: string): Promise<DatasetIndex> {
  const file = path.join(dir, INDEX);
  const index = await readChecked(file, indexSchema);
  const expected = index.entries.length * bytesPerPicture(index.imageFormat);
  if (index.pack.bytes !== expected) {
    throw corrupt(
      file,
      `lists ${index.entries.length} pictures, which do not fill its ${index.pack.bytes} bytes`,
    );
  }
  const pack = packPath(dir, index);
  const stat = await fs.stat(pack).catch((cause: unknown) => {
    throw corrupt(pack, 'is missing', cause);
  });
  if (stat.size !== expected) throw corrupt(pack, `has ${stat.size} bytes instead of ${expected}`);
  return index;
}

/** What was set aside when this index was made; nothing when that is not known. */
export async function readSetAside(
  dir: string,
  index: Pick<DatasetIndex, 'contentHash'>,
): Promise<readonly SetAside[]> {
  for (const name of [SET_ASIDE, SET_ASIDE_BEFORE]) {
    try {
      const { contentHash, setAside } = await readChecked(path.join(dir, name), setAsideFileSchema);
      if (contentHash === index.contentHash) return setAside;
    } catch {
      continue; // Only a record of what was seen: without it, files are looked at again.
    }
  }
  return [];
}

/** The file that holds an index's pixels. */
export function packPath(dir: string, index: DatasetIndex): string {
  return path.join(dir, index.pack.file);
}

async function readChecked<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  let text: string;
  try {
    const { size } = await fs.stat(file);
    if (size > MAX_INDEX_BYTES) throw corrupt(file, `has ${size} bytes, more than any that we write`);
    text = await fs.readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof MorphloomError) throw cause;
    const why = `"${path.dirname(file)}" holds no pictures yet; run \`morphloom import\` first.`;
    throw new MorphloomError('input', why, { cause });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const where = issue && issue.path.length > 0 ? ` at ${issue.path.map(String).join('.')}` : '';
    throw corrupt(
      file,
      issue ? `is not as we write it${where} (${issue.message})` : 'is no valid JSON',
      cause,
    );
  }
}

function corrupt(file: string, what: string, cause?: unknown): MorphloomError {
  return new MorphloomError('corrupt', `"${file}" ${what}; import the pictures again.`, { cause });
}

/** Writes the pixels of a new set, one picture after the other, beside those of the old one. */
export interface PackWriter {
  append(pixels: Uint8Array): Promise<void>;
  /** Makes what was written the dataset of this folder, and removes the one before. */
  commit(
    set: Omit<DatasetIndex, 'kind' | 'version' | 'pack' | 'contentHash'>,
    setAside: readonly SetAside[],
  ): Promise<string>;
  /** Throws away what was written. */
  discard(): Promise<void>;
}

const WRITE_BYTES = 1 << 20;
let writers = 0;

export async function createPackWriter(dir: string): Promise<PackWriter> {
  const temporary = path.join(dir, `pixels-${process.pid}-${writers++}.tmp`);
  let handle: fs.FileHandle;
  try {
    await fs.mkdir(dir, { recursive: true });
    handle = await fs.open(temporary, 'w');
  } catch (cause) {
    throw describeWriteFailure(dir, cause);
  }
  const hash = createHash('sha256');
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let bytes = 0;

  const flush = async (): Promise<void> => {
    const block = Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    hash.update(block);
    for (let done = 0; done < block.length;) done += (await handle.write(block, done)).bytesWritten;
  };

  const discard = async (): Promise<void> => {
    await handle.close();
    await fs.rm(temporary, { force: true });
  };

  return {
    discard,
    async append(pixels) {
      pending.push(pixels);
      pendingBytes += pixels.length;
      bytes += pixels.length;
      if (pendingBytes < WRITE_BYTES) return;
      await flush().catch((cause: unknown) => {
        throw describeWriteFailure(temporary, cause);
      });
    },
    async commit(set, setAside) {
      try {
        await flush();
        await handle.sync();
        await handle.close();
        const packHash = hash.digest('hex');
        const pack = { file: `pixels-${packHash.slice(0, 16)}.bin`, bytes, hash: packHash };
        await fs.rename(temporary, path.join(dir, pack.file));
        await syncFolder(dir);
        const contentHash = await replaceIndex(dir, { ...set, pack }, packHash, setAside);
        await removeLeftovers(dir);
        return contentHash;
      } catch (cause) {
        throw describeWriteFailure(path.join(dir, INDEX), cause);
      }
    },
  };
}

/**
 * Makes another description of the pixels that are there the dataset.
 * @param packHash SHA-256 of the pixels
 * @returns the new content's hash
 */
export async function replaceIndex(
  dir: string,
  set: Omit<DatasetIndex, 'kind' | 'version' | 'contentHash'>,
  packHash: string,
  setAside: readonly SetAside[],
): Promise<string> {
  const contentHash = hashContent(packHash, set.imageFormat, set.entries);
  const index: DatasetIndex = { ...set, kind: 'morphloom-dataset', version: 1, contentHash };
  const record = path.join(dir, SET_ASIDE);
  const before = path.join(dir, SET_ASIDE_BEFORE);
  await fs.rename(record, before).catch(() => undefined); // There is none at first.
  await replaceFile(record, `${JSON.stringify({ contentHash, setAside }, null, 1)}\n`);
  await replaceFile(path.join(dir, INDEX), serialise(index));
  await fs.rm(before, { force: true });
  return contentHash;
}

/** One entry a line: readable, and a change of one picture is a change of one line. */
function serialise({ kind, version, entries, ...rest }: DatasetIndex): string {
  const head = JSON.stringify({ kind, version, ...rest }).slice(0, -1);
  return `${head},"entries":[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]}\n`;
}

/** What a training run sees of a set: pixels, labels and attributes, in order; not where the files lie. */
function hashContent(packHash: string, format: unknown, entries: readonly DatasetEntry[]): string {
  const hash = createHash('sha256').update(JSON.stringify([packHash, format]));
  for (const { label, attributes } of entries) hash.update(JSON.stringify([label, attributes ?? null]));
  return hash.digest('hex');
}

/** Removes packs that the index does not name, and what killed imports left. Other processes' own work stays. */
async function removeLeftovers(dir: string): Promise<void> {
  const { pack } = await readIndex(dir);
  for (const name of await fs.readdir(dir)) {
    const owner = Number(/[-.](\d+)(-\d+)?\.tmp$/.exec(name)?.[1] ?? Number.NaN);
    const isLeftover = Number.isNaN(owner) ? PACK_NAME.test(name) && name !== pack.file : !isAlive(owner);
    // A pack that another process still reads cannot be removed on Windows; the next import does it.
    if (isLeftover) await fs.rm(path.join(dir, name), { force: true }).catch(() => undefined);
  }
}
