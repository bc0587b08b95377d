import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { z } from 'zod';
import { imageFormatSchema } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { PIXEL_CODES } from '../evaluate/pixel-code.ts';
import { replaceFile } from '../node/files.ts';

/**
 * A file of compressed pictures (.mlz): the four letters "MLZ1", the length of the head (32 bits, little-endian), the
 * head (JSON, UTF-8), and the stack of symbols in words of 16 bits, little-endian.
 *
 * It can be read only with the model that wrote it, and only where that computes the very same numbers: by the same
 * backend and version of Morphloom, on a machine of the same kind; pictures are coded one at a time, so that the
 * shapes of what is computed are the same too. The head says which model it was, and what must come out, so that
 * other numbers are noticed.
 */
const headSchema = z.strictObject({
  version: z.literal(1),
  model: z.strictObject({ run: z.string().min(1), hash: z.string().min(1) }),
  backend: z.string().min(1),
  image: imageFormatSchema,
  pixels: z.enum(PIXEL_CODES),
  /** Each latent is told in 2^latentBits bins. */
  latentBits: z.int().min(1).max(20),
  /** SHA-256 of all pixels, hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** The pictures' names, without endings. */
  names: z.array(z.string()).min(1),
});

export type CompressedHead = z.infer<typeof headSchema>;

export interface Compressed {
  readonly head: CompressedHead;
  readonly words: Uint16Array;
}

const MAGIC = 'MLZ1';
const PREFIX_BYTES = 8;

/** Writes it, whole or not at all, and returns its size in bytes. */
export async function writeCompressed(file: string, { head, words }: Compressed): Promise<number> {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const bytes = Buffer.alloc(PREFIX_BYTES + text.length + 2 * words.length);
  bytes.write(MAGIC, 'latin1');
  bytes.writeUInt32LE(text.length, MAGIC.length);
  bytes.set(text, PREFIX_BYTES);
  words.forEach((word, i) => bytes.writeUInt16LE(word, PREFIX_BYTES + text.length + 2 * i));
  await replaceFile(path.resolve(file), bytes);
  return bytes.length;
}

/** Throws `input` for a file that cannot be read, or is no such file. */
export async function readCompressed(file: string): Promise<Compressed> {
  const bytes = await fs.readFile(file).catch((cause: unknown) => {
    throw new MorphloomError('input', `"${file}" cannot be read; check its name.`, { cause });
  });
  try {
    if (bytes.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) throw new RangeError('another start');
    const end = PREFIX_BYTES + bytes.readUInt32LE(MAGIC.length);
    const head = headSchema.parse(JSON.parse(bytes.subarray(PREFIX_BYTES, end).toString('utf8')));
    const words = Uint16Array.from({ length: (bytes.length - end) >> 1 }, (_, i) => bytes.readUInt16LE(end + 2 * i)); // prettier-ignore
    return { head, words };
  } catch (cause) {
    throw new MorphloomError(
      'input',
      `"${file}" is no file of compressed pictures, or is damaged; name one that "morphloom compress" wrote.`,
      { cause },
    );
  }
}
