import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { ImageFormat } from '../../src/contract/dataset.ts';
import { createRng } from '../../src/core/rng.ts';
import { createPackWriter, packPath, readIndex } from '../../src/engine/dataset/store.ts';
import { Project } from '../../src/engine/project/project.ts';

/** Different pictures that are drawn; the others repeat them. */
const DRAWN = 512;

/**
 * Makes a project of `count` square pictures of noise as an import would leave it, without decoding any file.
 * @returns the file of its packed pixels
 */
export async function makeNoiseProject(folder: string, side: number, count: number): Promise<string> {
  const project = await Project.openOrCreate(folder);
  const format: ImageFormat = { width: side, height: side, channels: 3 };
  const rng = createRng(5);
  const drawn = Array.from({ length: Math.min(count, DRAWN) }, () =>
    Uint8Array.from({ length: side * side * 3 }, () => rng.uint32() & 255),
  );
  const writer = await createPackWriter(project.dataset);
  const entries = [];
  for (let i = 0; i < count; i++) {
    await writer.append(drawn[i % drawn.length]);
    entries.push({
      id: i.toString(16).padStart(32, '0'),
      source: path.join(folder, `${i}.png`),
      label: null,
      width: side,
      height: side,
      crop: 'centre' as const,
      stamp: { bytes: 1, modified: 1, changed: 1 },
    });
  }
  await writer.commit({ imageFormat: format, crop: 'centre', entries }, []);
  const pack = packPath(project.dataset, await readIndex(project.dataset));
  // Every contender finds it in memory.
  await fs.readFile(pack);
  return pack;
}
