import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StudioClient } from '../../../src/contract/studio/client.ts';
import type { ProjectState } from '../../../src/contract/studio/state.ts';
import { drawFaces, ended, type House, openHouse, SMALL, TINY } from './house.ts';

const [COUNT, Z] = [40, TINY['latent.size']];

/** What a model has learned, over a real line and with real TensorFlow. */
describe('what a model has learned', { timeout: 60_000 }, () => {
  let house: House;
  let client: StudioClient;

  async function project(name: string, withTable: boolean, recipe: string): Promise<ProjectState> {
    const { folder, table } = await drawFaces(path.join(house.root, name), COUNT);
    const made = await client.call('projects.create', { name });
    const at = { project: made.folder };
    const labels = withTable ? { labels: table } : {};
    const importing = { ...at, sources: [folder], format: SMALL, ...labels };
    expect((await ended(client, await client.call('pictures.import', importing))).state).toBe('done');
    const training = {
      ...at,
      recipe,
      settings: recipe === 'ae' ? { ...TINY, 'latent.size': Z } : TINY,
      budget: { kind: 'steps' as const, steps: 20 },
    };
    expect((await ended(client, await client.call('training.start', training))).state).toBe('done');
    return made;
  }
  beforeAll(async () => {
    house = await openHouse();
    client = house.client();
  });
  afterAll(() => house.close());

  it('of each column of the table the direction that says most, and the way along it', async () => {
    const at = { project: (await project('Known', true, 'sketch')).folder };
    const { meanings, steps, latents, pictures } = await client.call('explore.meanings', at);
    expect(meanings.map(({ name }) => name)).toContain('smile');
    expect(meanings.map(({ share }) => share)).toEqual(
      meanings.map(({ share }) => share).sort((a, b) => b - a),
    );
    for (const { share, gap, direction } of meanings) {
      expect(gap).toBeGreaterThanOrEqual(0);
      expect(share).toBeGreaterThanOrEqual(gap);
      expect(share).toBeLessThanOrEqual(1);
      expect(direction).toBeLessThan(Z);
    }
    expect(pictures).toMatchObject({ ...SMALL, count: meanings.length * steps });
    meanings.forEach(({ direction }, row) => {
      const at = (step: number): number[] => [
        ...latents.slice((row * steps + step) * Z, (row * steps + step + 1) * Z),
      ];
      for (let step = 1; step < steps; step++) {
        const moved = at(step).map((value, k) => value - at(step - 1)[k]);
        expect(moved[direction]).toBeGreaterThan(0);
        expect(moved.filter((by, k) => k !== direction && by !== 0)).toEqual([]);
      }
    });
    expect(await client.call('explore.decode', { ...at, latents, count: meanings.length * steps })).toEqual(
      pictures,
    );
  });

  it('what pictures cost: the sum of all, the dearest, the cheapest, and what formats make of them', async () => {
    const at = { project: (await project('Costs', true, 'sketch')).folder };
    const found = await client.call('explore.costs', { ...at, count: COUNT });
    expect(found.pictures).toBe(COUNT);
    const bits = found.dearest.map((picture) => picture.bits);
    expect(bits).toEqual([...bits].sort((a, b) => b - a));
    expect(found.cheapest).toEqual([...found.dearest].reverse());
    expect(found.bits).toBeCloseTo(bits.reduce((a, b) => a + b, 0) / COUNT, 6);
    expect(found.others.map(({ name }) => name)).toEqual(['PNG', 'WebP lossless', 'gzip']);
    for (const other of found.others) {
      expect(other.bits).toBeGreaterThan(0.5);
      expect(other.bits).toBeLessThan(9);
    }
    const control = new AbortController();
    const asked = client.call('explore.costs', { ...at, most: 30 }, control.signal, () => control.abort());
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('nothing where nothing is known, and a sentence where a model cannot tell costs', async () => {
    const at = { project: (await project('Unknown', false, 'ae')).folder };
    expect(await client.call('explore.meanings', at)).toMatchObject({ meanings: [], pictures: { count: 0 } });
    await expect(client.call('explore.costs', at)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('cannot compress') as string,
    });
  });
});
