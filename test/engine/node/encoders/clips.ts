import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import sharp from 'sharp';
import { afterEach } from 'vitest';
import type { Provenance } from '../../../../src/contract/provenance.ts';
import type { Frame } from '../../../../src/engine/export/frame.ts';

export const recipe: Provenance = {
  morphloom: 1,
  kind: 'morph',
  model: { run: 'faces', hash: 'c0ffee' },
  seed: 7,
  pictures: ['Ștefan 😀.png', 'b.png'],
};

/** A soft ball that goes round once over a gradient; with alpha it is all that is seen. */
export function clip(frames: number, width: number, height: number, channels: 3 | 4 = 3): Frame[] {
  return Array.from({ length: frames }, (_, f) => {
    const data = new Uint8Array(width * height * channels);
    const angle = (f / frames) * 2 * Math.PI;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [u, v] = [x / width, y / height];
        const distance = Math.hypot(u - 0.5 - 0.25 * Math.cos(angle), v - 0.5 - 0.25 * Math.sin(angle));
        const ball = 1 / (1 + Math.exp((distance - 0.2) * 40));
        const at = (y * width + x) * channels;
        data[at] = 255 * (0.9 * ball + (1 - ball) * (0.2 + 0.5 * u));
        data[at + 1] = 255 * ((0.6 + 0.3 * Math.sin(angle)) * ball + (1 - ball) * (0.3 + 0.4 * v));
        data[at + 2] = 255 * (0.2 * ball + (1 - ball) * (0.7 - 0.3 * u * v));
        if (channels === 4) data[at + 3] = ball > 0.3 ? 255 : 0;
      }
    }
    return { width, height, channels, data };
  });
}

/** All frames of a file as RGBA, below each other. */
export function decode(file: string): Promise<Buffer> {
  return sharp(file, { animated: true }).ensureAlpha().raw().toBuffer();
}

/** The peak signal-to-noise ratio over what is seen, in dB, and how many pixels have another alpha. */
export function compare(frames: readonly Frame[], rgba: Uint8Array): { psnr: number; otherAlpha: number } {
  let squares = 0;
  let values = 0;
  let otherAlpha = 0;
  let at = 0;
  for (const { data, channels } of frames) {
    for (let from = 0; from < data.length; from += channels, at += 4) {
      const alpha = channels === 4 ? data[from + 3] : 255;
      if (rgba[at + 3] !== alpha) otherAlpha++;
      if (alpha === 0) continue;
      for (let c = 0; c < 3; c++) squares += (rgba[at + c] - data[from + c]) ** 2;
      values += 3;
    }
  }
  return { psnr: 10 * Math.log10((255 * 255 * values) / squares), otherAlpha };
}

const folders: string[] = [];

/** A folder of its own, with a name that is not plain; removed after the test. */
export async function makeFolder(): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom export 😀 é-'));
  folders.push(folder);
  return folder;
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await fs.rm(folder, { recursive: true, force: true });
});
