import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { inverse, moved } from '../../../src/core/similarity.ts';
import { openDataset } from '../../../src/engine/dataset/index.ts';
import { importInto } from '../../../src/engine/jobs/import.ts';
import { eyesOf, placeEyes } from '../../../src/engine/jobs/eyes.ts';
import { Project } from '../../../src/engine/project/project.ts';

const [WIDTH, HEIGHT] = [240, 180];
const COUNT = 6;
const EYES = [
  { x: -30, y: -8 },
  { x: 30, y: -8 },
];
const rng = createRng(11);
const between = (least: number, most: number) => least + (most - least) * rng.uniform();
/** Where a face lies in each picture: turned by up to 40°, scaled, shifted. */
const poses = Array.from({ length: COUNT }, () => {
  const [turn, scale] = [between(-0.7, 0.7), between(0.6, 1.3)];
  return {
    a: scale * Math.cos(turn),
    b: scale * Math.sin(turn),
    x: WIDTH * between(0.35, 0.65),
    y: HEIGHT * between(0.4, 0.6),
  };
});

let folder = '';
let project: Project;

/** A face of which only the eyes matter: one red, one blue. */
async function drawFace(file: string, pose: (typeof poses)[number], shade: number): Promise<void> {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const p = moved(inverse(pose), { x: x + 0.5, y: y + 0.5 });
      const [red, blue] = EYES.map((eye) => Math.hypot(p.x - eye.x, p.y - eye.y) < 9);
      const skin =
        Math.hypot(p.x / 60, p.y / 80) < 1 ? 150 + shade : 40 + (((x >> 4) + (y >> 4)) % 2) * shade;
      pixels.set(red ? [255, 0, 0] : blue ? [0, 0, 255] : [skin, skin, skin], (y * WIDTH + x) * 3);
    }
  }
  await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } }).toFile(file);
}

const eyesIn = (pose: (typeof poses)[number]) => EYES.map((eye) => moved(pose, eye));

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-eyes-'));
  await fs.mkdir(path.join(folder, 'pictures'));
  for (const [i, pose] of poses.entries()) {
    await drawFace(path.join(folder, 'pictures', `${i}.png`), pose, 9 * i);
  }
  project = await Project.openOrCreate(path.join(folder, 'p.morphloom'));
  const sources = [path.join(folder, 'pictures')];
  ({ project } = await importInto(project, { sources, format: { width: 96, height: 96 } }));
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

/** The middle of what is of one colour, in parts of the frame. */
async function spotsOf(index: number): Promise<{ x: number; y: number }[]> {
  const set = await openDataset(project.dataset);
  const { width, height } = set.format;
  const pixels = new Uint8Array(width * height * 3);
  set.read(index, pixels);
  set.close();
  return [0, 2].map((channel) => {
    let [x, y, n] = [0, 0, 0];
    for (let i = 0; i < width * height; i++) {
      const weight = Math.max(0, pixels[3 * i + channel] - pixels[3 * i + 2 - channel] - 80);
      x += weight * ((i % width) + 0.5);
      y += weight * (Math.floor(i / width) + 0.5);
      n += weight;
    }
    return { x: x / n / width, y: y / n / height };
  });
}

describe('eyes placed by hand', () => {
  it('bring every face to the same place, within 2% of the width, and touch no other picture', async () => {
    for (const [i, pose] of poses.entries()) {
      const [left, right] = eyesIn(pose);
      // In either order: whoever clicks need not know which comes first.
      const { report, placed } = await placeEyes(project, `${i}.png`, i % 2 ? [left, right] : [right, left]);
      expect(report).toMatchObject({ count: COUNT, added: 1 });
      expect(placed.eyes?.[0].x).toBeCloseTo(left.x, 3);
    }
    for (let i = 0; i < COUNT; i++) {
      const [red, blue] = await spotsOf(i);
      expect(Math.hypot(red.x - 0.35, red.y - 0.42)).toBeLessThan(0.02);
      expect(Math.hypot(blue.x - 0.65, blue.y - 0.42)).toBeLessThan(0.02);
    }
  });

  it('outlive an import from scratch, and are taken back', async () => {
    const before = await openDataset(project.dataset);
    before.close();
    await fs.rm(path.join(project.dataset, 'index.json'));
    const sources = [path.join(folder, 'pictures')];
    const again = await importInto(project, { sources, format: { width: 96, height: 96 } });
    expect(again.report.contentHash).toBe(before.contentHash);
    await placeEyes(project, '0.png', null);
    expect((await eyesOf(project, '0.png')).eyes).toBeNull();
    expect((await eyesOf(project, '1.png')).eyes).not.toBeNull();
  });

  it('are refused outside the picture and on one place', async () => {
    const spot = { x: 20, y: 20 };
    await expect(placeEyes(project, '1.png', [spot, spot])).rejects.toMatchObject({ code: 'usage' });
    await expect(placeEyes(project, '1.png', [spot, { x: 900, y: 20 }])).rejects.toMatchObject({
      code: 'usage',
    });
    await expect(eyesOf(project, 'nobody.png')).rejects.toMatchObject({ code: 'input' });
  });
});
