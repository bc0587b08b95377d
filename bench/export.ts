import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import sharp from 'sharp';
import type { Frame } from '../src/engine/export/frame.ts';
import { writeAnimation } from '../src/engine/node/encoders/animation.ts';
import { morphloom, withFolder } from './support.ts';

/**
 * How large, how true and how fast exports are: `npm run bench -- export [folder of PNG frames …]`. Without
 * folders it trains a model for a minute and makes loops of 256 and 512 px. Where `gifski` is on the PATH (or
 * GIFSKI names it), GIFs are compared with its own: it is AGPL, so nothing of Morphloom's depends on it.
 */
const RATE = 30;
const provenance = { morphloom: 1 as const, kind: 'morph', model: { run: 'bench', hash: 'bench' }, seed: 0 };
const gifski = process.env['GIFSKI'] ?? 'gifski';

interface Measured {
  readonly kB: number;
  readonly cpuSeconds: number;
  /** dB over all frames. */
  readonly psnr: number;
  /** The mean over 8 × 8 windows of the luma. */
  readonly ssim: number;
  /** By how much the error of a pixel changes from a frame to the next, on average, of 255. */
  readonly flicker: number;
}

void withFolder(async (folder) => {
  const given = process.argv.slice(2);
  const loops = given.length > 0 ? given : await makeLoops(folder);
  const compares = spawnSync(gifski, ['--version']).status === 0;
  if (!compares) process.stdout.write('There is no gifski here to compare with.\n');
  for (const loop of loops) {
    const frames = await readFrames(loop);
    const [{ width, height }] = frames;
    process.stdout.write(`\n${path.basename(loop)}: ${frames.length} frames of ${width} × ${height}\n`);
    const gif = await ours(frames, path.join(folder, 'ours.gif'));
    tell('GIF', gif);
    if (compares) {
      for (const quality of [100, 90]) {
        const theirs = await gifskis(frames, loop, path.join(folder, 'gifski.gif'), quality);
        tell(`gifski Q${quality}`, theirs);
        const limit = Math.ceil(theirs.kB * 1000);
        if (limit < gif.kB * 1000)
          tell('  GIF, as large', await ours(frames, path.join(folder, 'limited.gif'), limit));
        else tellRatios(gif, theirs);
      }
    }
    tell('WebP', await ours(frames, path.join(folder, 'ours.webp')));
  }
});

async function makeLoops(folder: string): Promise<string[]> {
  const pictures = path.join(folder, 'pictures');
  const project = path.join(folder, 'p.morphloom');
  await morphloom('samples', 'faces', '--count', '120', '--size', '256', '--out', pictures);
  await morphloom('train', pictures, '--out', project, '--minutes', '1');
  const names = fs.readdirSync(pictures).filter((name) => name.endsWith('.png'));
  const loops: string[] = [];
  for (const [i, size] of [256, 512].entries()) {
    const out = path.join(folder, `loop-${size}`);
    const through = names.slice(3 * i, 3 * i + 3).map((name) => path.join(pictures, name));
    const how = ['--frames', '60', '--loop', 'cycle', '--size', String(size)];
    await morphloom('morph', project, ...through, ...how, '--out', `${out}/`);
    loops.push(out);
  }
  return loops;
}

async function ours(frames: readonly Frame[], out: string, maxBytes?: number): Promise<Measured> {
  const before = process.cpuUsage();
  await writeAnimation({ frames, framesPerSecond: RATE, loop: true, out, provenance, maxBytes });
  const { user, system } = process.cpuUsage(before);
  return measure(frames, out, (user + system) / 1e6);
}

async function gifskis(
  frames: readonly Frame[],
  folder: string,
  out: string,
  quality: number,
): Promise<Measured> {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.png'));
  const files = names.sort().map((name) => path.join(folder, name));
  const asked = ['-q', '--fps', String(RATE), '-Q', String(quality), '-W', '8192', '-o', out, ...files];
  // Only the shell knows the processor time of a program that has ended.
  const timed = 'TIMEFORMAT="%U %S"; time "$0" "$@" >/dev/null 2>&1';
  const { stderr } = spawnSync('bash', ['-c', timed, gifski, ...asked], { encoding: 'utf8' });
  const [user, system] = stderr.trim().split(' ').map(Number);
  return measure(frames, out, user + system);
}

async function readFrames(folder: string): Promise<Frame[]> {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.png'));
  return Promise.all(
    names.sort().map(async (name) => {
      const { data, info } = await sharp(path.join(folder, name))
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      return { width: info.width, height: info.height, channels: 3, data };
    }),
  );
}

/** Compares a file with the frames that went into it; where frames were left out, with those that stayed for longer. */
async function measure(frames: readonly Frame[], file: string, cpuSeconds: number): Promise<Measured> {
  const [{ width, height }] = frames;
  const { delay = [] } = await sharp(file, { animated: true, limitInputPixels: false }).metadata();
  const size = width * height * 3;
  let [squares, likeness, flicker] = [0, 0, 0];
  let before: Float32Array | null = null;
  let [page, ends] = [-1, 0];
  let shown: Uint8Array = new Uint8Array(0);
  for (const [i, frame] of frames.entries()) {
    while (page < 0 || (ends <= ((i + 0.25) * 1000) / RATE && page + 1 < delay.length)) {
      ends += delay[++page];
      shown = await sharp(file, { page, limitInputPixels: false })
        .removeAlpha()
        .resize(width, height, { fit: 'fill' })
        .raw()
        .toBuffer();
    }
    const error = Float32Array.from(frame.data, (value, p) => shown[p] - value);
    for (let p = 0; p < size; p++) {
      squares += error[p] ** 2;
      if (before !== null) flicker += Math.abs(error[p] - before[p]);
    }
    before = error;
    likeness += ssim(frame, shown);
  }
  return {
    kB: fs.statSync(file).size / 1000,
    cpuSeconds,
    psnr: 10 * Math.log10((255 * 255 * size * frames.length) / squares),
    ssim: likeness / frames.length,
    flicker: flicker / size / (frames.length - 1),
  };
}

const WINDOW = 8;

/** SSIM (Wang et al. 2004) of the luma, over square windows every four pixels. */
function ssim({ width, height, data }: Frame, other: Uint8Array): number {
  const luma = (from: Uint8Array, p: number): number =>
    0.299 * from[3 * p] + 0.587 * from[3 * p + 1] + 0.114 * from[3 * p + 2];
  const count = WINDOW * WINDOW;
  let [total, windows] = [0, 0];
  for (let y = 0; y + WINDOW <= height; y += 4) {
    for (let x = 0; x + WINDOW <= width; x += 4) {
      let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0];
      for (let i = 0; i < count; i++) {
        const p = (y + (i >> 3)) * width + x + (i & 7);
        const [u, v] = [luma(data, p), luma(other, p)];
        [a, b, aa, bb, ab] = [a + u, b + v, aa + u * u, bb + v * v, ab + u * v];
      }
      const [ma, mb] = [a / count, b / count];
      const [va, vb, cov] = [aa / count - ma * ma, bb / count - mb * mb, ab / count - ma * mb];
      total +=
        ((2 * ma * mb + 6.5025) * (2 * cov + 58.5225)) / ((ma * ma + mb * mb + 6.5025) * (va + vb + 58.5225));
      windows++;
    }
  }
  return total / windows;
}

function tell(name: string, { kB, cpuSeconds, psnr, ssim: likeness, flicker }: Measured): void {
  process.stdout.write(
    `${name.padEnd(16)} ${kB.toFixed(0).padStart(6)} kB ${cpuSeconds.toFixed(1).padStart(6)} CPU s  PSNR ${psnr.toFixed(2)}  SSIM ${likeness.toFixed(4)}  flicker ${flicker.toFixed(2)}\n`,
  );
}

function tellRatios(mine: Measured, theirs: Measured): void {
  const [size, time, flicker] = [
    mine.kB / theirs.kB,
    mine.cpuSeconds / theirs.cpuSeconds,
    mine.flicker / theirs.flicker,
  ];
  process.stdout.write(
    `  ours to theirs: size × ${size.toFixed(2)}, time × ${time.toFixed(2)}, flicker × ${flicker.toFixed(2)}, PSNR ${(mine.psnr - theirs.psnr).toFixed(2)} dB, SSIM ${(mine.ssim - theirs.ssim).toFixed(4)} more\n`,
  );
}
