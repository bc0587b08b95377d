/**
 * Faces: pictures a second through the finder, its memory, looks with and without a face, and how far the eyes
 * of turned, scaled and shifted copies lie from their place after alignment. On drawn faces, or the pictures of
 * the folder that is named.
 */
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { execFileSync } from 'node:child_process';
import sharp from 'sharp';
import { alignmentOf } from '../src/contract/faces.ts';
import { createRng } from '../src/core/rng.ts';
import { inverse, moved } from '../src/core/similarity.ts';
import { alignedByFace } from '../src/engine/faces/alignment.ts';
import { openFaceFinder } from '../src/engine/faces/finder.ts';
import { warpPicture } from '../src/engine/faces/warp.ts';
import { readPictureFile } from '../src/engine/node/pictures/index.ts';
import { writeSamples } from '../src/engine/node/samples.ts';
import { median } from './support.ts';

const PICTURES = Number(process.env['MORPHLOOM_BENCH_PICTURES'] ?? 24);
const COPIES = 3;
const LIMIT = 0.02;
const AT = { x: 0.35, y: 0.42 };

async function main(): Promise<void> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-bench-faces-'));
  try {
    let [from] = process.argv.slice(2);
    if (from === undefined) {
      from = path.join(folder, 'faces');
      await writeSamples({ kind: 'faces', count: PICTURES, into: from, sizePx: 256, seed: 1 });
    }
    const names = (await fs.readdir(from))
      .filter((name) => /\.(png|jpe?g|webp)$/i.test(name))
      .slice(0, PICTURES);
    const finder = await openFaceFinder();
    const blank = path.join(folder, 'blank.png');
    await sharp({ create: { width: 640, height: 480, channels: 3, background: '#789' } }).toFile(blank);
    await finder.find(await readPictureFile(blank));

    const times: number[] = [];
    const errors: number[] = [];
    let [found, missed, wrong] = [0, 0, 0];
    for (const [i, name] of names.entries()) {
      const file = path.join(from, name);
      const started = performance.now();
      const seen = await finder.find(await readPictureFile(file));
      times.push(performance.now() - started);
      const [face] = seen.faces;
      if (face === undefined) continue;
      found++;
      const { data, info } = await sharp(file)
        .flatten()
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      const size = { width: info.width, height: info.height };
      const [[x0, y0], [x1, y1]] = face.eyes;
      for (let copy = 0; copy < COPIES; copy++) {
        const rng = createRng(7, i, copy);
        const [turn, scale] = [(rng.uniform() - 0.5) * 1.4, 0.6 + 0.6 * rng.uniform()];
        const [a, b] = [Math.cos(turn) / scale, -Math.sin(turn) / scale];
        const [x, y] = [size.width * (0.4 + 0.2 * rng.uniform()), size.height * (0.4 + 0.2 * rng.uniform())];
        const back = { a, b, x: (x0 + x1) / 2 - (a * x - b * y), y: (y0 + y1) / 2 - (b * x + a * y) };
        const out = path.join(folder, 'copy.png');
        const raw = { ...size, channels: 3 as const };
        await sharp(warpPicture({ ...raw, data }, back, size), { raw }).toFile(out);
        const again = await finder.find(await readPictureFile(out));
        if (again.faces[0] === undefined) {
          missed++;
          continue;
        }
        const toFrame = inverse(
          alignmentOf(alignedByFace(again.faces[0], again, AT), size, { width: 1, height: 1 }),
        );
        const off = face.eyes.map(([ex, ey], side) => {
          const landed = moved(toFrame, moved(inverse(back), { x: ex, y: ey }));
          return Math.hypot(landed.x - (side === 0 ? AT.x : 1 - AT.x), landed.y - AT.y);
        });
        errors.push(...off);
        if (Math.max(...off) > LIMIT) wrong++;
      }
    }
    const started = performance.now();
    await finder.find(await readPictureFile(blank));
    const faceless = performance.now() - started;
    const memory = childMegabytes();
    finder.close();
    const worst = Math.max(...errors);
    const spread = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
    process.stdout.write(
      [
        `found ${found} of ${names.length}; ${(1000 / median(times)).toFixed(1)} pictures/s with a face, ${(1000 / faceless).toFixed(1)} without`,
        `the finder's process: ${memory === null ? 'memory unknown' : `${memory} MB`}`,
        `copies: ${errors.length / 2} found, ${missed} missed, ${wrong} beyond ${100 * LIMIT}% of the width`,
        `eyes after alignment: ${(100 * spread).toFixed(2)}% of the width from their place (root mean square), worst ${(100 * worst).toFixed(2)}%`,
        '',
      ].join('\n'),
    );
    process.exitCode = spread <= LIMIT ? 0 : 1;
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

/** Resident memory of our child process, where `ps` can say it. */
function childMegabytes(): number | null {
  try {
    const lines = execFileSync('ps', ['-o', 'rss=,args=', '--ppid', String(process.pid)], {
      encoding: 'utf8',
    });
    const line = lines.split('\n').find((text) => text.includes('face-finder.cjs'));
    return line === undefined ? null : Math.round(Number.parseInt(line, 10) / 1024);
  } catch {
    return null;
  }
}

void main();
