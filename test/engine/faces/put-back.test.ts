import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetEntry, ImageFormat } from '../../../src/contract/dataset.ts';
import type { AlignedCrop } from '../../../src/contract/faces.ts';
import { timelineSchema } from '../../../src/contract/timeline.ts';
import { hashOf } from '../../../src/engine/dataset/items.ts';
import type { Frame } from '../../../src/engine/export/frame.ts';
import { framesOnPhoto } from '../../../src/engine/faces/put-back.ts';
import { timelineFrames } from '../../../src/engine/morph/frames.ts';
import { createMaterial, type StoredMaterial } from '../../../src/engine/morph/material.ts';
import type { TimelinePlan } from '../../../src/engine/morph/plan.ts';
import { TimelineStudio } from '../../../src/engine/morph/timeline.ts';
import { decodeBytes, readPictureFile } from '../../../src/engine/node/pictures/index.ts';
import { discCodec, SHAPE } from '../morph/disc.ts';

const format = SHAPE as ImageFormat;
const PHOTO = path.join(import.meta.dirname, '..', '..', 'fixtures', 'astronaut.jpg');
const crop: AlignedCrop = {
  eyes: [
    { x: 0.44, y: 0.34 },
    { x: 0.59, y: 0.34 },
  ],
  at: { x: 0.35, y: 0.42 },
};

describe('a morph put back on its photo', () => {
  let folder: string;
  let id: string;
  let pixels: Uint8Array;

  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-put-back-'));
    await fs.copyFile(PHOTO, path.join(folder, 'there.jpg'));
    const content = await readPictureFile(path.join(folder, 'there.jpg'));
    id = hashOf(content.data);
    ({ pixels } = await decodeBytes(content, format, crop));
  });
  afterAll(() => fs.rm(folder, { recursive: true, force: true }));

  /** A morph whose timeline says that the photo lies at one place, and the project that it lies at another. */
  async function planned(
    recorded: string,
    known: string,
  ): Promise<{ material: StoredMaterial; plan: TimelinePlan }> {
    const at = (name: string): string => path.join(folder, name);
    const entry: DatasetEntry = {
      id,
      source: at(known),
      label: null,
      crop,
      width: 256,
      height: 256,
      stamp: { bytes: 0, modified: 0, changed: 0 },
    };
    const read = (_: number, into: Uint8Array): void => into.set(pixels);
    const material = createMaterial({
      image: SHAPE,
      dataset: { format, entries: [entry], read },
      direction: () => Promise.reject(new Error('There are no attributes.')),
      references: [{ id, source: at(recorded), crop }],
    });
    const timeline = timelineSchema.parse({
      schema: 1,
      name: 'put back',
      keyframes: [
        { key: '1', place: { kind: 'picture', id } },
        { key: '2', place: { kind: 'latent', values: [2.4, 2.4, 1, 0.5, 0.5, 0.5] } },
      ],
      loop: 'none',
      seconds: 0.2,
    });
    return { material, plan: await new TimelineStudio(discCodec, material).plan(timeline) };
  }
  async function put({ material, plan }: Awaited<ReturnType<typeof planned>>, from = 0): Promise<Frame[]> {
    const frames: Frame[] = [];
    const aligned = timelineFrames(plan, { from });
    const options = { plan, material, picture: id, scale: 1, from, dataset: folder };
    for await (const frame of framesOnPhoto(aligned, options)) frames.push(frame);
    return frames;
  }

  it('begins with the photo, and changes no more than the face', async () => {
    const [first, ...rest] = await put(await planned('there.jpg', 'there.jpg'));
    const { width, height, data } = first ?? { width: 0, height: 0, data: new Uint8Array() };
    const photo = await sharp(PHOTO).resize(width, height).removeAlpha().raw().toBuffer();
    const off = data.reduce((sum, value, i) => sum + Math.abs(value - (photo[i] ?? 0)), 0) / data.length;
    expect(off).toBeLessThan(3);
    const last = rest.at(-1)?.data ?? data;
    expect(last.subarray(0, 3 * width)).toEqual(data.subarray(0, 3 * width));
    expect(last).not.toEqual(data);
  });

  it('finds a photo that was moved by its content', async () => {
    const moved = await put(await planned('gone.jpg', 'there.jpg'));
    expect(moved).toEqual(await put(await planned('there.jpg', 'there.jpg')));
  });

  it('says so where no file has the content', async () => {
    await fs.writeFile(path.join(folder, 'other.jpg'), await sharp(PHOTO).negate().jpeg().toBuffer());
    await expect(put(await planned('gone.jpg', 'gone.jpg'))).rejects.toThrow(/gone\.jpg" is no longer there/);
    await expect(put(await planned('other.jpg', 'gone.jpg'))).rejects.toThrow(/other\.jpg" has changed/);
  });

  it('draws a part as the whole shows it', async () => {
    const morph = await planned('there.jpg', 'there.jpg');
    const all = await put(morph);
    expect(await put(morph, 3)).toEqual(all.slice(3));
  });
});
