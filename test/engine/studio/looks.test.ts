import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Progress } from '../../../src/contract/progress.ts';
import type { StudioClient } from '../../../src/contract/studio/client.ts';
import type { TrainingLook } from '../../../src/contract/studio/state.ts';
import { drawFaces, ended, heard, type House, openHouse, SMALL, TINY } from './house.ts';

describe('a run that was trained', () => {
  let house: House;
  let client: StudioClient;
  let project: string;
  let live: TrainingLook;
  beforeAll(async () => {
    house = await openHouse();
    client = house.client();
    ({ folder: project } = await client.call('projects.create', { name: 'Looks' }));
    const faces = await drawFaces(path.join(house.root, 'faces'), 60);
    const wish = { project, sources: [faces.folder], format: SMALL };
    await ended(client, await client.call('pictures.import', wish));
    const budget = { kind: 'steps', steps: 30 } as const;
    const job = await client.call('training.start', { project, recipe: 'sketch', settings: TINY, budget });
    expect(job.subject).toEqual({ kind: 'train', projectName: 'Looks', recipe: 'sketch', resumed: false });
    await ended(client, job);
    live = await heard(client, `look:${project}`, ({ step }) => step === 30);
  });
  afterAll(() => house.close());

  it('is shown as it was when it ended, by another engine too', async () => {
    const look = await client.call('runs.look', { project, run: live.run });
    expect(look).toEqual(live);
    expect(look.ratePerDimension.length).toBe(TINY['latent.size']);
    const client2 = house.client();
    await expect(client2.call('runs.look', { project, run: live.run })).rejects.toMatchObject({
      code: 'usage',
    });
    await expect(client.call('runs.look', { project, run: '009-none' })).rejects.toMatchObject({
      code: 'usage',
    });
  });

  it('is laid out on a map that tells how far it has come, and can be given up', async () => {
    const told: Progress[] = [];
    const aborter = new AbortController();
    const given = client.call('explore.map', { project, method: 'umap' }, aborter.signal, (progress) => {
      told.push(progress);
      aborter.abort();
    });
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    expect(told[0].total).toBeGreaterThan(0);
    const heardOf: string[] = [];
    const { points } = await client.call('explore.map', { project, method: 'umap' }, undefined, (progress) =>
      heardOf.push(progress.stage),
    );
    expect(points.length).toBe(2 * 60);
    expect(heardOf).toContain('Drawing the map');
  });
});
