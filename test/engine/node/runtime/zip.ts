import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** One file for the archive: its name in it, and its content or the file to read it from. */
export interface ZipItem {
  readonly name: string;
  readonly content: string | { readonly file: string };
}

/** Writes a zip of stored entries, as pip and any reader take it, and returns its SHA-256. */
export async function writeZip(file: string, items: readonly ZipItem[]): Promise<string> {
  const hash = createHash('sha256');
  const handle = await fs.open(file, 'w');
  let offset = 0;
  const write = async (bytes: Buffer): Promise<void> => {
    hash.update(bytes);
    await handle.writeFile(bytes);
    offset += bytes.length;
  };
  const central: Buffer[] = [];
  for (const { name, content } of items) {
    const bytes = typeof content === 'string' ? Buffer.from(content) : await fs.readFile(content.file);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    common.copy(entry, 6);
    entry.writeUInt32LE(offset, 42);
    central.push(entry, Buffer.from(name));
    const signature = Buffer.from([0x50, 0x4b, 3, 4]);
    await write(Buffer.concat([signature, common, Buffer.from(name)]));
    await write(bytes);
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(items.length, 8);
  end.writeUInt16LE(items.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  await write(Buffer.concat([directory, end]));
  await handle.close();
  return hash.digest('hex');
}
