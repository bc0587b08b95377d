import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alignmentOf } from '../../../src/contract/faces.ts';
import { inverse, moved } from '../../../src/core/similarity.ts';
import { importPictures, openDataset } from '../../../src/engine/dataset/index.ts';
import type { FoundFaces } from '../../../src/engine/faces/face.ts';
import { type FaceFinder, openFaceFinder } from '../../../src/engine/faces/finder.ts';
import { warpPicture } from '../../../src/engine/faces/warp.ts';
import { readPictureFile } from '../../../src/engine/node/pictures/index.ts';

const PHOTO = path.join(import.meta.dirname, '..', '..', 'fixtures', 'astronaut.jpg');
const SIDE = 320;

/** Degrees clockwise, size, and where the middle of the eyes goes. */
const COPIES = [
  [0, 1, 160, 140],
  [12, 0.8, 140, 160],
  [-24, 1.2, 170, 150],
  [40, 0.9, 200, 150],
  [90, 1, 150, 170],
] as const;

let folder = '';
let finder: FaceFinder;
let photo: { data: Buffer; width: number; height: number };
let found: FoundFaces;

/** From pixels of a copy to pixels of the photo. */
function backOf([degrees, size, x, y]: (typeof COPIES)[number]) {
  const turn = (degrees * Math.PI) / 180;
  const [[x0, y0], [x1, y1]] = found.faces[0].eyes;
  const [a, b] = [Math.cos(turn) / size, -Math.sin(turn) / size];
  return { a, b, x: (x0 + x1) / 2 - (a * x - b * y), y: (y0 + y1) / 2 - (b * x + a * y) };
}

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-faces-'));
  finder = await openFaceFinder();
  const { data, info } = await sharp(PHOTO).raw().toBuffer({ resolveWithObject: true });
  photo = { data, width: info.width, height: info.height };
  found = await finder.find(await readPictureFile(PHOTO));
  await fs.mkdir(path.join(folder, 'copies'));
  for (const [i, copy] of COPIES.entries()) {
    const size = { width: SIDE, height: SIDE };
    const pixels = warpPicture({ ...photo, channels: 3 }, backOf(copy), size);
    const file = path.join(folder, 'copies', `${i}.png`);
    await sharp(pixels, { raw: { ...size, channels: 3 } }).toFile(file);
  }
});
afterAll(async () => {
  finder.close();
  await fs.rm(folder, { recursive: true, force: true });
});

describe('the face finder', () => {
  it('finds the face of a photo, with its eyes in their places', () => {
    expect(found.faces).toHaveLength(1);
    const [face] = found.faces;
    // The middles of the eyes' openings, read off the picture enlarged.
    const [left, right] = [
      [113, 86.2],
      [152, 88.3],
    ];
    for (const [i, [x, y]] of [left, right].entries()) {
      expect(Math.hypot(face.eyes[i][0] - x, face.eyes[i][1] - y)).toBeLessThan(4);
    }
    expect(face.outline).toHaveLength(36);
    expect(face.mouth[0][1]).toBeGreaterThan(face.noseTip[1]);
  });

  it('says the same of the same picture', async () => {
    expect(await finder.find(await readPictureFile(PHOTO))).toEqual(found);
  });

  it('sees no face where there is none', async () => {
    const file = path.join(folder, 'blank.png');
    await sharp({ create: { width: 200, height: 200, channels: 3, background: '#789' } }).toFile(file);
    expect((await finder.find(await readPictureFile(file))).faces).toEqual([]);
  });

  it('stops when it is asked to', async () => {
    const control = new AbortController();
    const other = await openFaceFinder({ signal: control.signal });
    const asked = other.find(await readPictureFile(PHOTO));
    control.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    other.close();
  });
});

describe('an import that aligns faces', () => {
  it('brings turned, scaled and shifted copies of a face to one place, within 2% of the width', async () => {
    const into = path.join(folder, 'project', 'dataset');
    const at = { x: 0.35, y: 0.42 };
    const report = await importPictures({
      sources: [path.join(folder, 'copies')],
      into,
      format: { width: 64, height: 64, channels: 3 },
      keepDuplicates: true,
      faces: { at, unfound: 'set-aside' },
    });
    expect(report).toMatchObject({ count: COPIES.length, faces: { found: COPIES.length, several: [] } });
    const set = await openDataset(into);
    set.close();
    const landed = set.entries.map(({ source, crop }) => {
      const copy = COPIES[Number(path.parse(source).name)];
      if (typeof crop === 'string' || !('eyes' in crop)) throw new Error('not aligned');
      const toFrame = inverse(alignmentOf(crop, { width: SIDE, height: SIDE }, { width: 1, height: 1 }));
      return found.faces[0].eyes.map(([x, y]) => moved(toFrame, moved(inverse(backOf(copy)), { x, y })));
    });
    for (const eyes of landed) {
      expect(Math.hypot(eyes[0].x - at.x, eyes[0].y - at.y)).toBeLessThan(0.02);
      expect(Math.hypot(eyes[1].x - (1 - at.x), eyes[1].y - at.y)).toBeLessThan(0.02);
    }
  });
});
