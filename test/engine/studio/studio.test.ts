import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStudioClient, type StudioClient } from '../../../src/contract/studio/client.ts';
import type { ProjectState } from '../../../src/contract/studio/state.ts';
import type { Input } from '../../../src/contract/studio/api.ts';
import { drawFaces, ended, heard, type House, openHouse, SMALL, TINY } from './house.ts';
import { channelWire } from './wires.ts';

/** The whole path of an artist, over a real MessageChannel and with real TensorFlow. */
describe('the studio', () => {
  let house: House;
  let client: StudioClient;
  let project: ProjectState;
  let ids: string[];
  const at = (): { project: string } => ({ project: project.folder });
  const timeline = (count = 3): Input<'preview.begin'>['timeline'] => ({
    schema: 1,
    name: 'Through the faces',
    keyframes: ids.slice(0, count).map((id, i) => ({ key: `k${i}`, place: { kind: 'picture', id } })),
    seconds: 0.5,
    framesPerSecond: 12,
  });

  beforeAll(async () => {
    house = await openHouse();
    const wire = channelWire();
    house.studio.connect(wire.engine);
    client = createStudioClient(wire.client);
    const { folder, table } = await drawFaces(path.join(house.root, 'faces'));
    await fs.writeFile(path.join(folder, 'broken.png'), 'no picture');
    project = await client.call('projects.create', { name: 'My faces' });
    const job = await client.call('pictures.import', {
      ...at(),
      sources: [folder],
      format: SMALL,
      labels: table,
    });
    expect((await ended(client, job)).state).toBe('done');
    const listed = await client.call('pictures.list', { ...at(), from: 0, count: 100 });
    ids = listed.pictures.map(({ id }) => id);
    const looks = heard(client, `look:${project.folder}`, ({ step }) => step === 20);
    const lines = heard(client, `training:${project.folder}`, ({ line }) => line.step === 20);
    const training = await client.call('training.start', {
      ...at(),
      recipe: 'sketch',
      settings: TINY,
      budget: { kind: 'steps', steps: 20 },
    });
    const done = await ended(client, training);
    expect({ ...done, progress: null }).toMatchObject({ state: 'done', run: '001-sketch', error: null });
    const look = await looks;
    expect([look.originals.count, look.reconstructions.count, look.rehearsal.count]).toEqual([8, 8, 24]);
    expect(look.originals.bytes).toHaveLength(8 * 16 * 16 * 3);
    expect(look.ratePerDimension).toHaveLength(8);
    expect(look.ratePerDimension[0]).toBeGreaterThanOrEqual(look.ratePerDimension[7]);
    expect((await lines).line.loss).toEqual(expect.any(Number));
  });
  afterAll(() => house.close());

  it('tells what a project holds', async () => {
    const state = await heard(client, `project:${project.folder}`, ({ runs }) => runs[0]?.finished);
    expect(state).toMatchObject({ name: 'My faces', access: 'write' });
    expect(state.pictures).toMatchObject({ count: 24, format: SMALL, setAside: 1 });
    expect(state.pictures?.columns).toContain('smile');
    expect(state.runs).toEqual([expect.objectContaining({ id: '001-sketch', step: 20, resumable: false })]);
    const aside = await client.call('pictures.setAside', { ...at(), from: 0, count: 10 });
    expect(aside.files[0].source).toContain('broken.png');
    expect(await client.call('projects.recent', {})).toEqual([
      expect.objectContaining({ folder: project.folder, name: 'My faces' }),
    ]);
    const { backend } = await client.call('engine.hello', {});
    expect(backend?.name).toBe('tensorflow');
  });

  it('shows pictures as pixels, thumbnails and originals', async () => {
    const pixels = await client.call('pictures.pixels', { ...at(), ids: ids.slice(0, 3) });
    expect(pixels).toMatchObject({ count: 3, width: 16, height: 16, channels: 3 });
    expect(new Set(pixels.bytes).size).toBeGreaterThan(20);
    const [thumbnail] = await client.call('pictures.thumbnails', { ...at(), ids: [ids[0]], side: 32 });
    expect(thumbnail.type).toBe('image/webp');
    expect(Buffer.from(thumbnail.bytes.subarray(8, 12)).toString()).toBe('WEBP');
    // Nothing of the engine's own buffers travels along.
    expect(thumbnail.bytes.buffer.byteLength).toBe(thumbnail.bytes.byteLength);
    const original = await client.call('pictures.original', { ...at(), id: ids[0], side: 512 });
    expect(original).toMatchObject({ width: 32, height: 32 });
    const found = await client.call('pictures.list', { ...at(), from: 1, count: 1, search: 'FACE-0000' });
    expect(found).toMatchObject({
      total: 10,
      pictures: [expect.objectContaining({ name: 'face-00001.png' })],
    });
  });

  it('explores the model: map, directions, samples, neighbours, places', async () => {
    const map = await client.call('explore.map', { ...at(), method: 'pca' });
    expect(map.ids).toEqual(ids);
    expect(map.points).toHaveLength(2 * ids.length);
    expect(Math.min(...map.points)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...map.points)).toBeLessThanOrEqual(1);
    const umap = await client.call('explore.map', { ...at(), method: 'umap' });
    expect(await client.call('explore.map', { ...at(), method: 'umap' })).toEqual(umap);
    const { latents } = await client.call('explore.encode', { ...at(), ids });
    const directions = await client.call('explore.directions', { ...at(), count: 3 });
    expect(directions).toMatchObject({ count: 3, latentSize: 8 });
    // One standard deviation of the pictures long.
    const [axis, n] = [directions.directions.subarray(0, 8), ids.length];
    const length = Math.hypot(...axis);
    const along = ids.map((_, i) =>
      axis.reduce((sum, x, k) => sum + ((latents[i * 8 + k] - directions.mean[k]) * x) / length, 0),
    );
    expect(Math.sqrt(along.reduce((sum, x) => sum + x * x, 0) / n)).toBeCloseTo(length, 4);
    const samples = await client.call('explore.samples', { ...at(), count: 5, temperature: 1, seed: 3 });
    expect(samples.pictures.count).toBe(5);
    expect(await client.call('explore.decode', { ...at(), latents: samples.latents, count: 5 })).toEqual(
      samples.pictures,
    );
    const walk = await client.call('explore.walk', { ...at(), count: 4, seed: 3 });
    expect(walk.latents).toHaveLength(4 * 8);
    expect(await client.call('explore.decode', { ...at(), latents: walk.latents, count: 4 })).toEqual(
      walk.pictures,
    );
    expect((await client.call('explore.walk', { ...at(), count: 4, seed: 4 })).latents).not.toEqual(
      walk.latents,
    );
    const place = { kind: 'latent' as const, values: [...latents.subarray(8, 16)] };
    const near = await client.call('explore.neighbours', { ...at(), place, count: 4 });
    expect(near[0]).toEqual({ id: ids[1], distance: 0 });
    expect(near.map(({ distance }) => distance)).toEqual(
      near.map(({ distance }) => distance).sort((a, b) => a - b),
    );
    expect((await client.call('explore.reconstruct', { ...at(), ids: ids.slice(0, 2) })).count).toBe(2);
    const strange = { ...at(), latents: new Float32Array(9), count: 1 };
    await expect(client.call('explore.decode', strange)).rejects.toMatchObject({ code: 'usage' });
  });

  it('learns attributes from piles and columns, and sweeps along them', async () => {
    const piles = { kind: 'piles', with: ids.slice(0, 6), without: ids.slice(6, 12) } as const;
    for (const [name, examples] of [
      ['mine', piles],
      ['smile', { kind: 'column', column: 'smile' }],
    ] as const) {
      const job = await ended(client, await client.call('attributes.learn', { ...at(), name, examples }));
      expect(job).toMatchObject({ state: 'done', error: null });
    }
    const missing = { ...at(), name: 'none', examples: { kind: 'label', label: 'nowhere' } } as const;
    expect(await ended(client, await client.call('attributes.learn', missing))).toMatchObject({
      state: 'failed',
      error: { code: 'input' },
    });
    const state = await client.call('projects.open', at());
    expect(state.attributes.map(({ name, current }) => [name, current])).toEqual([
      ['mine', true],
      ['smile', true],
    ]);
    expect(state.attributes[0]).toMatchObject({ with: 6, without: 6, method: 'mean' });
    const place = { kind: 'picture', id: ids[0] } as const;
    const moves = [{ name: 'mine', amount: 2 }];
    const sweep = await client.call('attributes.sweep', { ...at(), place, moves, factors: [-1, 0, 1] });
    expect(sweep.pictures.count).toBe(3);
    const own = await client.call('explore.encode', { ...at(), ids: [ids[0]] });
    expect([...sweep.latents.subarray(8, 16)]).toEqual([...own.latents]);
    await client.call('attributes.keepDirection', { ...at(), name: 'turn', direction: 1 });
    await client.call('attributes.free', { ...at(), name: 'smile', of: ['turn'] });
    const freed = (await client.call('projects.open', at())).attributes;
    expect(freed.find(({ name }) => name === 'turn')).toMatchObject({ method: 'axis', axis: { number: 1 } });
    const smile = freed.find(({ name }) => name === 'smile');
    expect(smile?.apart).toEqual(['turn']);
    expect(smile?.leaks.find(({ name }) => name === 'turn')?.amount).toBeCloseTo(0, 3);
    await client.call('attributes.free', { ...at(), name: 'smile', of: [] });
    await client.call('attributes.remove', { ...at(), name: 'turn' });
    await client.call('attributes.remove', { ...at(), name: 'mine' });
    const after = await client.call('projects.open', at());
    expect(after.attributes.map(({ name }) => name)).toEqual(['smile']);
    expect((await fs.readdir(path.join(project.folder, 'attributes'))).length).toBe(2);
  });

  it('keeps morphs', async () => {
    const { id } = await client.call('morphs.save', { ...at(), timeline: timeline() });
    const loaded = await client.call('morphs.load', { ...at(), id });
    expect(loaded).toMatchObject({ name: 'Through the faces', loop: 'pingpong', detail: 1 });
    const again = await client.call('morphs.save', { ...at(), id, timeline: { ...loaded, name: 'Other' } });
    expect(again.id).toBe(id);
    const other = await client.call('morphs.save', { ...at(), timeline: timeline() });
    expect(other.id).not.toBe(id);
    const { morphs } = await client.call('projects.open', at());
    expect(morphs.map(({ name }) => name).sort()).toEqual(['Other', 'Through the faces']);
    await client.call('morphs.remove', { ...at(), id });
    await expect(client.call('morphs.load', { ...at(), id })).rejects.toMatchObject({ code: 'usage' });
    await expect(client.call('morphs.load', { ...at(), id: '../project' })).rejects.toMatchObject({
      code: 'usage',
    });
  });

  it('previews a timeline, quick frames first, then final ones, wherever the playhead is', async () => {
    const preview = await client.call('preview.begin', { ...at(), slot: 'a', timeline: timeline() });
    expect(preview).toMatchObject({ frames: 12, width: 16, height: 16, framesPerSecond: 12 });
    const quick = await client.call('preview.frames', {
      preview: preview.preview,
      from: 7,
      most: 3,
      known: 0,
    });
    expect(quick).toMatchObject({ from: 7, pictures: { width: 16, height: 16, channels: 4 } });
    const final = new Uint8Array(preview.frames * 16 * 16 * 4);
    for (let from = 0; from < preview.frames;) {
      const some = await client.call('preview.frames', { preview: preview.preview, from, most: 5, known: 1 });
      expect(some).toMatchObject({ quality: 2, from });
      final.set(some.pictures.bytes, from * 16 * 16 * 4);
      from += some.pictures.count;
    }
    // With all detail the keyframes are the artist's pictures themselves.
    const { bytes } = await client.call('pictures.pixels', { ...at(), ids: [ids[0]] });
    const first = Array.from({ length: 256 }, (_, p) => [...final.subarray(p * 4, p * 4 + 3)]).flat();
    expect(Math.max(...first.map((value, i) => Math.abs(value - bytes[i])))).toBeLessThanOrEqual(1);
    const end = await client.call('preview.frames', {
      preview: preview.preview,
      from: 12,
      most: 5,
      known: 1,
    });
    expect(end).toMatchObject({ done: 1, pictures: { count: 0 } });
  });

  it('previews a timeline with the model fitted to its pictures, once it is', async () => {
    const framesOf = async (fit: boolean, known: 0 | 1): Promise<Uint8Array> => {
      const bare = { ...timeline(), detail: 0, fit };
      const { preview } = await client.call('preview.begin', { ...at(), slot: 'fit', timeline: bare });
      const { pictures } = await client.call('preview.frames', { preview, from: 0, most: 1, known });
      return pictures.bytes;
    };
    const [plain, fitted] = [await framesOf(false, 1), await framesOf(true, 1)];
    const { bytes } = await client.call('pictures.pixels', { ...at(), ids: [ids[0]] });
    const off = (frame: Uint8Array): number =>
      bytes.reduce((sum, value, i) => sum + (value - frame[Math.floor(i / 3) * 4 + (i % 3)]) ** 2, 0);
    expect(off(fitted)).toBeLessThan(0.9 * off(plain));
    expect(await framesOf(true, 0)).toEqual(fitted);
  });

  it('gives the preview before up for the next of the slot', async () => {
    const long = { ...timeline(8), seconds: 20, framesPerSecond: 60 };
    const before = await client.call('preview.begin', { ...at(), slot: 'b', timeline: long });
    const waiting = client.call('preview.frames', {
      preview: before.preview,
      from: before.frames - 1,
      most: 1,
      known: 1,
    });
    const gaveUp = expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    const next = await client.call('preview.begin', { ...at(), slot: 'b', timeline: timeline(2) });
    await gaveUp;
    await client.call('preview.end', { preview: next.preview });
    const gone = client.call('preview.frames', { preview: next.preview, from: 0, most: 1, known: 0 });
    await expect(gone).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('estimates how large an export will be', async () => {
    const estimate = await client.call('exports.estimate', {
      ...at(),
      timeline: timeline(),
      settings: { format: 'gif', scale: 2 },
    });
    expect(estimate.least).toBeLessThan(estimate.bytes);
    expect(estimate.most).toBeGreaterThan(estimate.bytes);
  });

  it('exports, and hands the file out piece by piece', async () => {
    const settings = { format: 'gif', name: 'Sun/set' } as const;
    const [one, two] = await Promise.all([
      client.call('exports.start', { ...at(), timeline: timeline(), settings }),
      client.call('exports.start', { ...at(), timeline: timeline(), settings }),
    ]);
    const files = [await ended(client, one), await ended(client, two)].map(({ file }) =>
      path.basename(file ?? ''),
    );
    expect(files).toEqual(['Sun-set.gif', 'Sun-set 2.gif']);
    const whole = await fs.readFile(path.join(project.folder, 'exports', files[0]));
    const parts: Uint8Array[] = [];
    for (let offset = 0; offset < whole.length; offset += 1000) {
      const piece = await client.call('exports.read', { ...at(), name: files[0], offset, most: 1000 });
      expect(piece).toMatchObject({ total: whole.length, type: 'image/gif' });
      parts.push(piece.bytes);
    }
    expect(Buffer.concat(parts).equals(whole)).toBe(true);
    await client.call('exports.remove', { ...at(), name: files[1] });
    const { exports } = await client.call('projects.open', at());
    expect(exports).toEqual([expect.objectContaining({ name: 'Sun-set.gif', bytes: whole.length })]);
    for (const name of ['../project.json', '.lock', 'a/../../project.json', '/etc/passwd']) {
      const read = client.call('exports.read', { ...at(), name, offset: 0, most: 10 });
      await expect(read).rejects.toMatchObject({ code: 'usage' });
      await expect(client.call('exports.remove', { ...at(), name })).rejects.toMatchObject({ code: 'usage' });
    }
  });

  it('edits pictures, and goes on to know them by their ids', async () => {
    const label = { ids: ids.slice(0, 4), label: 'friends' };
    const job = await ended(
      client,
      await client.call('pictures.edit', { ...at(), remove: [ids[23]], label }),
    );
    expect(job).toMatchObject({ state: 'done', kind: 'import' });
    const { pictures, runs } = await client.call('projects.open', at());
    expect(pictures).toMatchObject({ count: 23, labels: ['friends'] });
    expect(pictures?.columns).toContain('smile');
    expect(runs[0].resumable).toBe(false);
    const friends = await client.call('pictures.list', { ...at(), from: 0, count: 9, label: 'friends' });
    expect(friends.total).toBe(4);
  });

  it('lists recipes with their settings, and refuses settings that cannot be', async () => {
    const cards = await client.call('recipes.list', {});
    const sketch = cards.find(({ name }) => name === 'sketch');
    const size = sketch?.fields.find(({ key }) => key === 'latent.size');
    expect(size).toMatchObject({ value: 64, kind: 'integer', least: 1, most: 4096 });
    for (const { fields } of cards) {
      for (const { label, help } of fields) expect([label, help]).not.toContain('');
    }
    const start = (settings: Record<string, number>) =>
      client.call('training.start', {
        ...at(),
        recipe: 'sketch',
        settings,
        budget: { kind: 'steps', steps: 1 },
      });
    await expect(start({ 'latent.sice': 3 })).rejects.toMatchObject({ code: 'usage' });
    await expect(start({ 'latent.size': -3 })).rejects.toMatchObject({ code: 'usage' });
  });

  it('leaves no defect in the log', () => {
    expect(house.log.filter((line) => /defect|dropped|passed on/i.test(line))).toEqual([]);
  });
});
