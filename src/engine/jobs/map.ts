import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { DatasetEntry } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { openDataset } from '../dataset/index.ts';
import { mapLatents, type MapMethod } from '../latent/map.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { replaceFile } from '../node/files.ts';
import { encodeSafetensors, readSafetensors } from '../project/safetensors.ts';
import { encodeDataset } from './pictures.ts';
import { thin } from './split.ts';

export interface LatentMap {
  readonly entries: readonly DatasetEntry[];
  /** `[n, 2]` in [0, 1] */
  readonly points: Float32Array;
}

interface MapRequest {
  readonly method: MapMethod;
  /** Of more pictures so many, evenly spread. */
  readonly most: number;
  /** The latents of those pictures, where they are known already. */
  readonly latents?: (() => Promise<Float32Array>) | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How many maps are kept of each run. */
const MOST_KEPT = 6;

/**
 * Where a project's pictures lie in the model, in two dimensions. A map is kept in the run's `derived/`, which
 * may be deleted at any time.
 */
export async function mapPictures(
  instrument: OpenedInstrument,
  { method, most, latents, onProgress, signal }: MapRequest,
): Promise<LatentMap> {
  const dataset = await openDataset(instrument.project.dataset);
  dataset.close();
  const entries = thin(
    dataset.entries.map((_, i) => i),
    most,
  ).map((i) => dataset.entries[i]);
  const folder = path.join(instrument.run.folder, 'derived');
  const name = [method, instrument.hash.slice(0, 12), dataset.contentHash.slice(0, 12), entries.length].join(
    '-',
  );
  const file = path.join(folder, `map-${name}.safetensors`);
  const kept = await readMap(file, entries.length);
  if (kept !== null) return { entries, points: kept };
  const means =
    latents === undefined
      ? (await encodeDataset(instrument, { most, onProgress, signal })).mean
      : await latents();
  const points = await mapLatents(means, instrument.latentSize, method, { onProgress, signal });
  await keepMap(folder, file, points);
  return { entries, points };
}

/** A map that was kept; null where there is none that is whole. */
async function readMap(file: string, count: number): Promise<Float32Array | null> {
  const arrays = await readSafetensors(file).catch((error: unknown) => {
    if (error instanceof MorphloomError) return null;
    throw error;
  });
  const points = arrays?.get('points')?.values ?? null;
  return points?.length === 2 * count ? points : null;
}

/** Keeps a map; where that cannot be, it is made again each time. */
async function keepMap(folder: string, file: string, points: Float32Array): Promise<void> {
  try {
    await fs.mkdir(folder, { recursive: true });
    await replaceFile(
      file,
      encodeSafetensors(new Map([['points', { shape: [points.length / 2, 2], values: points }]])),
    );
    const maps = (await fs.readdir(folder)).filter((name) => name.startsWith('map-'));
    const aged = await Promise.all(
      maps.map(async (name) => ({ name, at: (await fs.stat(path.join(folder, name))).mtimeMs })),
    );
    for (const { name } of aged.sort((a, b) => b.at - a.at).slice(MOST_KEPT)) {
      await fs.rm(path.join(folder, name), { force: true });
    }
  } catch {
    // A full disk, a folder that may not be written: the map itself is there all the same.
  }
}
