import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Progress } from '../../../src/contract/progress.ts';
import type { StudioClient } from '../../../src/contract/studio/client.ts';
import type { ProjectState } from '../../../src/contract/studio/state.ts';
import { drawFaces, ended, type House, openHouse, SMALL, TINY } from './house.ts';

const [COUNT, SIZE] = [40, 16 * 16 * 3];

/** What a model finds in a project's pictures, over a real line and with real TensorFlow. */
describe('what is found in pictures', { timeout: 60_000 }, () => {
  let house: House;
  let client: StudioClient;
  let project: ProjectState;
  let ids: string[];
  const at = (): { project: string } => ({ project: project.folder });

  beforeAll(async () => {
    house = await openHouse();
    client = house.client();
    const pictures = path.join(house.root, 'faces');
    const { table } = await drawFaces(pictures, COUNT);
    // Labels come from the folders.
    for (const [i, name] of (await fs.readdir(pictures)).sort().entries()) {
      if (!name.endsWith('.png')) continue;
      const folder = path.join(pictures, i % 2 === 0 ? 'even' : 'odd');
      await fs.mkdir(folder, { recursive: true });
      await fs.rename(path.join(pictures, name), path.join(folder, name));
    }
    await fs.rm(table);
    project = await client.call('projects.create', { name: 'Found' });
    const importing = { ...at(), sources: [pictures], format: SMALL };
    expect((await ended(client, await client.call('pictures.import', importing))).state).toBe('done');
    ids = (await client.call('pictures.list', { ...at(), from: 0, count: 100 })).pictures.map(({ id }) => id);
    const training = {
      ...at(),
      recipe: 'multimodal',
      settings: { ...TINY, 'encoder.widths': [8, 16], 'decoder.widths': [16, 8] },
      budget: { kind: 'steps' as const, steps: 20 },
    };
    expect(await ended(client, await client.call('training.start', training))).toMatchObject({
      state: 'done',
    });
  }, 60_000);
  afterAll(() => house.close());

  it('the oddest first, as they are and as they are drawn; computed once', async () => {
    const seen: Progress[] = [];
    const asked = { ...at(), count: 5 };
    const found = await client.call('explore.outliers', asked, undefined, (progress) => seen.push(progress));
    expect(seen.length).toBeGreaterThan(0);
    expect(found.scores).toHaveLength(COUNT);
    expect([...found.scores]).toEqual([...found.scores].sort((a, b) => b - a));
    expect(found.pictures).toHaveLength(5);
    found.pictures.forEach(({ score }, i) => expect(score).toBeCloseTo(found.scores[i], 4));
    const chosen = found.pictures.map(({ id }) => id);
    expect(await client.call('pictures.pixels', { ...at(), ids: chosen })).toEqual(found.originals);
    expect(await client.call('explore.reconstruct', { ...at(), ids: chosen })).toEqual(found.drawn);
    const again: Progress[] = [];
    expect(await client.call('explore.outliers', asked, undefined, (p) => again.push(p))).toEqual(found);
    expect(again).toEqual([]);
  });

  it('groups: every picture in one, the largest first, as many as were asked for', async () => {
    const { groups, agreement } = await client.call('explore.groups', { ...at(), groups: 3 });
    expect(groups.flat().sort()).toEqual([...ids].sort());
    expect(groups.length).toBeLessThanOrEqual(3);
    expect(groups.map((group) => group.length)).toEqual(
      groups.map((group) => group.length).sort((a, b) => b - a),
    );
    expect(agreement['label']).toBeGreaterThanOrEqual(-1);
    expect(agreement['label']).toBeLessThanOrEqual(1);
    const chosen = await client.call('explore.groups', at());
    expect(chosen.groups.flat()).toHaveLength(COUNT);
  });

  it('can be given up, and asked for again', async () => {
    const control = new AbortController();
    const asked = { ...at(), by: 'map', groups: 2 } as const;
    const asking = client.call('explore.groups', asked, control.signal, () => control.abort());
    await expect(asking).rejects.toMatchObject({ code: 'cancelled' });
    expect((await client.call('explore.groups', asked)).groups.flat()).toHaveLength(COUNT);
  });

  it('fill-ins of a hole, which leave the rest as it is', async () => {
    const hole = Uint8Array.from({ length: 256 }, (_, i) => (i % 16 < 8 ? 1 : 0));
    const filled = await client.call('explore.complete', { ...at(), id: ids[0], hole, count: 3 });
    expect(filled.pictures).toMatchObject({ count: 3, width: 16, height: 16, channels: 3 });
    expect(filled.latents).toHaveLength(3 * TINY['latent.size']);
    const { bytes } = await client.call('pictures.pixels', { ...at(), ids: [ids[0]] });
    for (let i = 0; i < 3 * SIZE; i++) {
      const pixel = i % SIZE;
      if (!hole[Math.floor(pixel / 3)]) expect(filled.pictures.bytes[i]).toBe(bytes[pixel]);
    }
    const each = [0, 1, 2].map((n) => filled.pictures.bytes.slice(n * SIZE, (n + 1) * SIZE));
    expect(each[1]).not.toEqual(each[0]);
    expect(each[2]).not.toEqual(each[1]);
    const others = await client.call('explore.complete', { ...at(), id: ids[0], hole, count: 3, seed: 2 });
    // The most probable one is no draw.
    expect(others.pictures.bytes.slice(0, SIZE)).toEqual(each[0]);
    expect(others.pictures.bytes.slice(SIZE, 2 * SIZE)).not.toEqual(each[1]);
    for (const wrong of [new Uint8Array(256), new Uint8Array(256).fill(1), new Uint8Array(9).fill(1, 0, 3)]) {
      const asked = client.call('explore.complete', { ...at(), id: ids[0], hole: wrong });
      await expect(asked).rejects.toMatchObject({ code: 'usage' });
    }
    const gone = client.call('explore.complete', { ...at(), id: 'f'.repeat(ids[0].length), hole });
    await expect(gone).rejects.toMatchObject({ code: 'usage' });
  });

  it('samples of a mixture fitted to where the pictures lie', async () => {
    const draw = (from: 'mixture' | 'pictures') =>
      client.call('explore.samples', { ...at(), count: 4, temperature: 1, from, seed: 3 });
    const mixed = await draw('mixture');
    expect(mixed.pictures.count).toBe(4);
    expect((await draw('pictures')).latents).not.toEqual(mixed.latents);
    expect(await draw('mixture')).toEqual(mixed);
  });

  it('samples that show what is asked for', async () => {
    expect(await client.call('explore.tags', at())).toEqual({
      known: { labels: ['even', 'odd'], attributes: [] },
    });
    const draw = (label: string | null) =>
      client.call('explore.samples', { ...at(), count: 4, temperature: 1, tags: { label, attributes: {} }, seed: 3 }); // prettier-ignore
    const [even, odd] = [await draw('even'), await draw('odd')];
    expect(even.pictures.count).toBe(4);
    expect(even.latents).not.toEqual(odd.latents);
    expect(await draw('even')).toEqual(even);
    await expect(draw('neither')).rejects.toMatchObject({ code: 'usage' });
  });

  it('what a picture shows, by the model’s tags and by the labels nearby', async () => {
    const place = { kind: 'picture', id: ids[0] } as const;
    const { tags, nearby } = await client.call('explore.tell', { ...at(), place });
    expect(['even', 'odd']).toContain(tags?.label);
    expect(nearby.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(1, 6);
    expect(nearby.map(({ part }) => part)).toEqual(nearby.map(({ part }) => part).sort((a, b) => b - a));
  });
});
