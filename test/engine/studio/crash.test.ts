import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Input } from '../../../src/contract/studio/api.ts';
import { drawFaces, ended, heard, SMALL, TINY } from './house.ts';
import { buildEngine, type KillableEngine, startEngine } from './killable.ts';

/** An engine that is killed outright, and the next one that takes its place. */
describe('an engine that is killed', () => {
  let root: string;
  let engine: KillableEngine;
  let folder: string;
  let ids: string[];

  /** The next engine, with the project open. */
  const restart = async (): Promise<void> => {
    await engine.kill();
    engine = startEngine(root);
    await engine.client.call('projects.open', { project: folder });
  };

  beforeAll(async () => {
    root = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-crash-'));
    await buildEngine();
    const faces = await drawFaces(path.join(root, 'faces'));
    engine = startEngine(root);
    const { client } = engine;
    ({ folder } = await client.call('projects.create', { name: 'Crash' }));
    const wish = { project: folder, sources: [faces.folder], format: SMALL };
    expect((await ended(client, await client.call('pictures.import', wish))).error).toBeNull();
    const listed = await client.call('pictures.list', { project: folder, from: 0, count: 100 });
    ids = listed.pictures.map(({ id }) => id);
  });
  afterAll(async () => {
    await engine.kill();
    await fs.rm(root, { recursive: true, force: true });
  });

  it('offers the training that ran, and goes on with it from the last checkpoint', async () => {
    const wish = {
      project: folder,
      recipe: 'sketch',
      settings: TINY,
      budget: { kind: 'steps', steps: 4000 },
    } as const;
    const { id } = await engine.client.call('training.start', wish);
    await heard(engine.client, `training:${folder}`, ({ line }) => line.step > 50);
    // A pause commits what there is.
    await engine.client.call('jobs.pause', { job: id });
    const paused = await heard(engine.client, `project:${folder}`, ({ runs }) => (runs[0]?.step ?? 0) > 50);
    await engine.client.call('jobs.resume', { job: id });
    await heard(engine.client, `training:${folder}`, ({ line }) => line.step > paused.runs[0].step + 20);
    await restart();

    const [job] = await engine.client.call('jobs.list', {});
    expect(job).toMatchObject({ id, state: 'interrupted', run: '001-sketch', project: folder });
    const { runs } = await engine.client.call('projects.open', { project: folder });
    expect(runs).toEqual([expect.objectContaining({ step: paused.runs[0].step, resumable: true })]);

    await engine.client.call('jobs.resume', { job: id });
    const first = await heard(engine.client, `training:${folder}`, () => true);
    expect(first.line.step).toBeGreaterThan(paused.runs[0].step);
    const stopped = await engine.client.call('jobs.stop', { job: id });
    expect(stopped.state).toBe('stopping');
    expect(await ended(engine.client, { id })).toMatchObject({
      state: 'done',
      run: '001-sketch',
      error: null,
    });
    const lines = await engine.client.call('runs.lines', {
      project: folder,
      run: '001-sketch',
      most: 10_000,
    });
    const steps = lines.map(({ step }) => step);
    // Each step once: those after the checkpoint were taken again, not twice.
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
  });

  it('begins the export again that was under way, under the same name', async () => {
    const timeline: Input<'exports.start'>['timeline'] = {
      schema: 1,
      name: 'Long',
      keyframes: ids.slice(0, 4).map((id, i) => ({ key: `k${i}`, place: { kind: 'picture', id } })),
      seconds: 3,
      framesPerSecond: 30,
    };
    const settings = { format: 'gif', name: 'long', scale: 2 } as const;
    const wish = { project: folder, timeline, settings };
    const { id } = await engine.client.call('exports.start', wish);
    await heard(
      engine.client,
      'jobs',
      (jobs) => (jobs.find((job) => job.id === id)?.progress?.done ?? 0) > 0,
    );
    await restart();

    const before = await engine.client.call('projects.open', { project: folder });
    expect(before.exports).toEqual([]);
    expect((await engine.client.call('jobs.list', {}))[0]).toMatchObject({ id, state: 'interrupted' });
    await engine.client.call('jobs.resume', { job: id });
    const job = await ended(engine.client, { id });
    expect(job).toMatchObject({ state: 'done', error: null });
    expect(job.file).toBe(path.join(folder, 'exports', 'long.gif'));
    const { exports } = await engine.client.call('projects.open', { project: folder });
    expect(exports.map(({ name }) => name)).toEqual(['long.gif']);
    const names = await fs.readdir(path.join(folder, 'exports'));
    expect(names).toEqual(['long.gif']);
  });

  it('lets go of the project, which another engine takes', async () => {
    await restart();
    const { access } = await engine.client.call('projects.open', { project: folder });
    expect(access).toBe('write');
    expect(engine.log()).not.toMatch(/defect/i);
  });
});
