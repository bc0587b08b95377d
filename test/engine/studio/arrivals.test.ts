import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { createStudioClient } from '../../../src/contract/studio/client.ts';
import { watchArrivals } from '../../../src/engine/studio/arrivals.ts';
import { ended, heard, openHouse, SMALL } from './house.ts';
import { channelWire } from './wires.ts';

const LARGE = 700;
const PICTURES = 240;

it('shows pictures while they are read, over the wire', async () => {
  const house = await openHouse();
  const wire = channelWire();
  house.studio.connect(wire.engine);
  const client = createStudioClient(wire.client);
  const folder = path.join(house.root, 'many');
  await fs.mkdir(folder);
  // Large enough that reading them takes a while on any machine.
  for (let i = 0; i < PICTURES; i++) {
    const background = { r: i, g: 255 - i, b: (i * 37) % 256 };
    const picture = sharp({ create: { width: LARGE, height: LARGE, channels: 3, background } });
    await picture.png().toFile(path.join(folder, `${String(i).padStart(3, '0')}.png`));
  }
  const { folder: project } = await client.call('projects.create', { name: 'Many' });
  const arrived = heard(client, `arrivals:${project}`, ({ count }) => count > 0);
  const job = await client.call('pictures.import', {
    project,
    sources: [folder],
    format: SMALL,
    keepDuplicates: true,
  });
  const { names, pictures } = await arrived;
  expect([pictures.width, pictures.count, names[0]]).toEqual([16, names.length, '000.png']);
  expect((await ended(client, job)).state).toBe('done');
  await house.close();
});

it('tells of the first picture at once, though a file was set aside the moment before', () => {
  const told: number[] = [];
  const watch = watchArrivals('job', SMALL, ({ count }) => told.push(count));
  watch.onSetAside({ source: '/a', kind: 'empty', reason: 'is empty' });
  const entry = {
    id: '0'.repeat(32),
    source: '/b.png',
    label: null,
    crop: 'centre' as const,
    width: 1,
    height: 1,
    stamp: { bytes: 1, modified: 0, changed: 0 },
  };
  watch.onPicture(entry, new Uint8Array(16 * 16 * 3));
  expect(told).toEqual([0, 1]);
});
