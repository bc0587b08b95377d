import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Input } from '../../../src/contract/studio/api.ts';
import { createRng, type Rng } from '../../../src/core/rng.ts';
import { drawFaces, ended, heard, SMALL, TINY } from './house.ts';
import { buildEngine, type KillableEngine, startEngine } from './killable.ts';

const KILLS = 50;

/** Kills at random moments, fifty in training and fifty in export: nothing that was committed is lost. */
describe(`an engine that is killed ${KILLS} times`, () => {
  let root: string;
  let engine: KillableEngine;
  let folder: string;
  let ids: string[];
  const rng: Rng = createRng(11);
  const soon = (mostMs: number): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, rng.uniform() * mostMs));

  const restart = async (): Promise<void> => {
    await engine.kill();
    engine = startEngine(root);
    await engine.client.call('projects.open', { project: folder });
  };

  beforeAll(async () => {
    root = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-kills-'));
    await buildEngine();
    const faces = await drawFaces(path.join(root, 'faces'));
    engine = startEngine(root);
    const { client } = engine;
    ({ folder } = await client.call('projects.create', { name: 'Kills' }));
    const wish = { project: folder, sources: [faces.folder], format: SMALL };
    await ended(client, await client.call('pictures.import', wish));
    const listed = await client.call('pictures.list', { project: folder, from: 0, count: 100 });
    ids = listed.pictures.map(({ id }) => id);
  });
  afterAll(async () => {
    await engine.kill();
    await fs.rm(root, { recursive: true, force: true });
  });

  it('in training', async () => {
    const wish = { project: folder, recipe: 'sketch', settings: TINY } as const;
    const { id } = await engine.client.call('training.start', {
      ...wish,
      budget: { kind: 'minutes', minutes: 60 },
    });
    let committed = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      await heard(engine.client, 'jobs', (jobs) => jobs.find((job) => job.id === id)?.run != null);
      await soon(700);
      // Pausing commits; the kill may come before, while or after it does.
      if (rng.uniform() < 0.7) await engine.client.call('jobs.pause', { job: id });
      await soon(150);
      await restart();
      const { runs } = await engine.client.call('projects.open', { project: folder });
      expect(runs).toHaveLength(1);
      expect(runs[0].step).toBeGreaterThanOrEqual(committed);
      committed = runs[0].step;
      const [job] = await engine.client.call('jobs.list', {});
      expect(job).toMatchObject({ id, state: 'interrupted', run: '001-sketch' });
      await engine.client.call('jobs.resume', { job: id });
    }
    expect(committed).toBeGreaterThan(0);
    await heard(engine.client, `training:${folder}`, ({ line }) => line.step > committed);
    await engine.client.call('jobs.stop', { job: id });
    expect(await ended(engine.client, { id })).toMatchObject({ state: 'done', error: null });
    const left = await fs.readdir(path.join(folder, 'runs', '001-sketch', 'checkpoints'));
    expect(left.filter((name) => !/^\d+$/.test(name))).toEqual([]);
  });

  it('in export', async () => {
    const timeline: Input<'exports.start'>['timeline'] = {
      schema: 1,
      name: 'Long',
      keyframes: ids
        .slice(0, 4)
        .map((picture, i) => ({ key: `k${i}`, place: { kind: 'picture', id: picture } })),
      seconds: 3,
    };
    const wish = { project: folder, timeline, settings: { format: 'gif', name: 'long' } } as const;
    const { id } = await engine.client.call('exports.start', wish);
    for (let kill = 0; kill < KILLS; kill++) {
      await soon(600);
      await restart();
      const job = (await engine.client.call('jobs.list', {})).find((one) => one.id === id);
      if (job?.state === 'done') break;
      expect(job?.state).toBe('interrupted');
      const { exports } = await engine.client.call('projects.open', { project: folder });
      expect(exports).toEqual([]);
      await engine.client.call('jobs.resume', { job: id });
    }
    expect(await ended(engine.client, { id })).toMatchObject({ state: 'done', error: null });
    const names = await fs.readdir(path.join(folder, 'exports'));
    expect(names.filter((name) => !name.startsWith('.'))).toEqual(['long.gif']);
    const file = await fs.readFile(path.join(folder, 'exports', 'long.gif'));
    expect([file.toString('latin1', 0, 6), file.at(-1)]).toEqual(['GIF89a', 0x3b]);
  });
});
