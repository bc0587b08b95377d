import * as fs from 'node:fs/promises';
import * as path from 'node:path';

/** What a built folder is made of, in bytes: our parts by name, the rest as Electron's. */
export async function sizesOf(folder: string): Promise<{ part: string; bytes: number }[]> {
  const sums = new Map<string, number>();
  for (const entry of await fs.readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const { size } = await fs.stat(file);
    const part = partOf(path.relative(folder, file).replaceAll(path.sep, '/'));
    sums.set(part, (sums.get(part) ?? 0) + size);
  }
  return [...sums].map(([part, bytes]) => ({ part, bytes })).sort((a, b) => b.bytes - a.bytes);
}

function partOf(file: string): string {
  const ours = /[Rr]esources\/(runtime|licences|app\.asar\.unpacked|app\.asar)/.exec(file)?.[1];
  return ours === undefined ? 'Electron' : `resources/${ours}`;
}
