import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StudioClient } from '../../../src/contract/studio/client.ts';
import * as path from 'node:path';
import { drawFaces, ended, type House, openHouse, SMALL } from './house.ts';

describe('recent projects', () => {
  let house: House;
  let client: StudioClient;
  beforeAll(async () => {
    house = await openHouse();
    client = house.client();
  });
  afterAll(() => house.close());

  const names = async (): Promise<string[]> =>
    (await client.call('projects.recent', {})).map(({ name }) => name);

  it('move up when something is done in them, and know what is in them by now', async () => {
    const { folder } = await client.call('projects.create', { name: 'First' });
    await client.call('projects.create', { name: 'Second' });
    expect(await names()).toEqual(['Second', 'First']);
    const keyframes = [{ key: 'k', place: { kind: 'latent' as const, values: [1] } }];
    const timeline = { schema: 1 as const, name: 'Morph', keyframes };
    await client.call('morphs.save', { project: folder, timeline });
    await expect.poll(names).toEqual(['First', 'Second']);

    const faces = await drawFaces(path.join(house.root, 'faces'), 6);
    const wish = { project: folder, sources: [faces.folder], format: SMALL };
    await ended(client, await client.call('pictures.import', wish));
    await expect
      .poll(async () => (await client.call('projects.recent', {}))[0])
      .toMatchObject({ name: 'First', pictures: 6, runs: 0 });
  });
});
