/**
 * Import against a bare decoding loop: 1,000 photo-like JPEGs of 1–2 megapixels to 64 × 64.
 * The import also searches, hashes, finds duplicates, packs and syncs. Prints the ratio of the medians of
 * interleaved rounds. `MORPHLOOM_BENCH_PICTURES` makes it smaller for a try.
 */
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import sharp from 'sharp';
import { createRng } from '../src/core/rng.ts';
import { importPictures } from '../src/engine/dataset/index.ts';
import { median } from './support.ts';

const PICTURES = Number(process.env['MORPHLOOM_BENCH_PICTURES'] ?? 1000);
const ROUNDS = 3;
const SIDE = 64;
const LIMIT = 1.3;

/** Soft light and edges from a small random picture, and grain on top: compresses about as a photo does. */
async function drawPhoto(seed: number, file: string): Promise<void> {
  const rng = createRng(20, seed);
  const height = 900 + rng.below(300);
  const width = 1200 + rng.below(450);
  const small = Buffer.from(Uint8Array.from({ length: 24 * 18 * 3 }, () => rng.below(256)));
  const grain = Buffer.from(
    Uint8Array.from({ length: 256 * 256 }, () => 128 + Math.round(rng.normal() * 10)),
  );
  const grainTile = await sharp(grain, { raw: { width: 256, height: 256, channels: 1 } })
    .png()
    .toBuffer();
  await sharp(small, { raw: { width: 24, height: 18, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .composite([{ input: grainTile, tile: true, blend: 'soft-light' }])
    .jpeg({ quality: 85 })
    .toFile(file);
}

async function drawPhotos(folder: string): Promise<void> {
  const rest = Array.from({ length: PICTURES }, (_, i) => i);
  const worker = async (): Promise<void> => {
    for (let i = rest.pop(); i !== undefined; i = rest.pop())
      await drawPhoto(i, path.join(folder, `${i}.jpg`));
  };
  await Promise.all([worker(), worker()]);
}

/** The least that turns these files into pixels: seconds. */
async function bareLoop(files: readonly string[], inFlight: number): Promise<number> {
  const started = performance.now();
  const rest = [...files];
  const worker = async (): Promise<void> => {
    for (let file = rest.pop(); file !== undefined; file = rest.pop()) {
      await sharp(file).autoOrient().resize(SIDE, SIDE).removeAlpha().raw().toBuffer();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return (performance.now() - started) / 1000;
}

async function wholeImport(folder: string, into: string): Promise<number> {
  await fs.rm(into, { recursive: true, force: true });
  const format = { width: SIDE, height: SIDE, channels: 3 } as const;
  const { count, seconds } = await importPictures({ sources: [folder], into, format });
  if (count !== PICTURES) throw new Error(`imported ${count} of ${PICTURES} pictures`);
  return seconds;
}

async function main(): Promise<void> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-bench-'));
  try {
    const photos = path.join(folder, 'photos');
    await fs.mkdir(photos);
    await drawPhotos(photos);
    const files = (await fs.readdir(photos)).map((name) => path.join(photos, name));
    const bytes = (await Promise.all(files.map((file) => fs.stat(file)))).reduce(
      (sum, { size }) => sum + size,
      0,
    );
    console.log(`${files.length} JPEGs, ${(bytes / files.length / 1e3).toFixed(0)} kB each`);

    const tries = new Map<number, number>();
    for (const inFlight of [2, 4, 6, 8])
      tries.set(inFlight, await bareLoop(files.slice(0, PICTURES / 4), inFlight));
    const best = [...tries].reduce((a, b) => (b[1] < a[1] ? b : a))[0];
    console.log(`bare loop is fastest with ${best} in flight`);

    const [bare, whole]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await bareLoop(files, best));
      whole.push(await wholeImport(photos, path.join(folder, 'dataset')));
      console.log(
        `round ${round + 1}: bare ${bare.at(-1)?.toFixed(2)} s, import ${whole.at(-1)?.toFixed(2)} s`,
      );
    }
    // Round by round, so that a machine that slows down for a while slows both.
    const ratio = median(whole.map((seconds, round) => seconds / bare[round]));
    const speed = `${(PICTURES / median(whole)).toFixed(0)} pictures/s`;
    const memory = `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB at most`;
    console.log(`import / bare loop: ${ratio.toFixed(2)} (limit ${LIMIT}), ${speed}, ${memory}`);
    if (PICTURES >= 1000 && ratio > LIMIT) process.exitCode = 1;
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

void main();
