import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll } from 'vitest';
import type { ImportReport } from '../../../src/contract/dataset.ts';
import { createRng } from '../../../src/core/rng.ts';
import { importPictures, type ImportOptions } from '../../../src/engine/dataset/index.ts';

export const format = { width: 24, height: 16, channels: 3 } as const;
export let root = '';
let folders = 0;
/** Gives the tests of a file a folder of their own. */
export function useFolder(): void {
  beforeAll(async () => {
    root = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-import-'));
  });
  afterAll(() => fs.rm(root, { recursive: true, force: true }));
}

export async function fresh(): Promise<{ pictures: string; into: string }> {
  const folder = path.join(root, String(folders++));
  const pictures = path.join(folder, 'pictures');
  await fs.mkdir(pictures, { recursive: true });
  return { pictures, into: path.join(folder, 'project', 'dataset') };
}

/** A soft random picture; different seeds are different to the eye. */
export function draw(seed: number, width = 96, height = 64): Sharp {
  const rng = createRng(seed);
  const data = Uint8Array.from({ length: 6 * 4 * 3 }, () => rng.below(256));
  return sharp(data, { raw: { width: 6, height: 4, channels: 3 } }).resize(width, height, {
    kernel: 'cubic',
  });
}

export async function save(file: string, image: Sharp): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, await image.toBuffer());
}

export async function importFrom(
  pictures: string,
  into: string,
  more: Partial<ImportOptions> = {},
): Promise<ImportReport> {
  return importPictures({ sources: [pictures], into, format, ...more });
}

export async function packOf(into: string): Promise<string> {
  const name = (await fs.readdir(into)).find((file) => file.endsWith('.bin'));
  return createHash('sha256')
    .update(await fs.readFile(path.join(into, name ?? '')))
    .digest('hex');
}

export const kinds = (report: ImportReport): Record<string, string> =>
  Object.fromEntries(report.setAside.map(({ source, kind }) => [path.basename(source), kind]));
