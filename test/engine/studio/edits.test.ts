import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StudioClient } from '../../../src/contract/studio/client.ts';
import type { Job, PictureState } from '../../../src/contract/studio/state.ts';
import { drawFaces, ended, type House, openHouse, SMALL } from './house.ts';

const RECTANGLE = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };

describe('pictures that are edited', () => {
  let house: House;
  let client: StudioClient;
  let project: string;
  let faces: { folder: string; table: string };
  beforeAll(async () => {
    house = await openHouse();
    client = house.client();
    ({ folder: project } = await client.call('projects.create', { name: 'Edits' }));
    faces = await drawFaces(path.join(house.root, 'faces'));
    const wish = { project, sources: [faces.folder], format: SMALL, labels: faces.table };
    expect((await ended(client, await client.call('pictures.import', wish))).state).toBe('done');
  });
  afterAll(() => house.close());

  const list = async (): Promise<readonly PictureState[]> =>
    (await client.call('pictures.list', { project, from: 0, count: 100 })).pictures;
  const edits = (): Promise<string> =>
    fs.readFile(path.join(project, 'dataset', 'edits.json'), 'utf8').catch(() => '');
  const reimport = async (more: object = {}): Promise<Job> =>
    ended(client, await client.call('pictures.import', { project, ...more }));

  it('are as they were when that is stopped half-way, at the next import too', async () => {
    const before = { edits: await edits(), pictures: await list() };
    const [{ id }] = before.pictures;
    const job = await client.call('pictures.edit', { project, crop: { id, rectangle: RECTANGLE } });
    await client.call('jobs.stop', { job: job.id });
    expect((await ended(client, job)).state).toBe('cancelled');
    expect(await edits()).toBe(before.edits);
    expect((await reimport()).state).toBe('done');
    expect(await list()).toEqual(before.pictures);
  });

  it('are brought up to date once for all that was asked meanwhile, in order', async () => {
    const [one, two, three] = await list();
    const jobs: Job[] = [];
    for (const { id } of [one, two, three])
      jobs.push(await client.call('pictures.edit', { project, crop: { id, rectangle: RECTANGLE } }));
    const again = { ids: [two.id], label: 'friends' };
    jobs.push(await client.call('pictures.edit', { project, label: again }));
    expect(jobs[3].id).toBe(jobs[2].id);
    for (const job of jobs) expect((await ended(client, job)).error).toBeNull();
    const after = await list();
    expect(after.slice(0, 3).map(({ crop }) => crop)).toEqual([RECTANGLE, RECTANGLE, RECTANGLE]);
    expect(after[1].label).toBe('friends');
    expect(jobs[0]).toMatchObject({ subject: { kind: 'edit', projectName: 'Edits' } });
  });

  it('are imported again without their table once that is gone', async () => {
    await fs.rm(faces.table);
    const failed = await reimport();
    expect(failed.error).toMatchObject({ code: 'input' });
    expect(failed.error?.message).toMatch(/put it back, name another, or import without one/);
    expect((await reimport({ withoutLabels: true })).error).toBeNull();
    expect((await reimport()).error).toBeNull();
    expect((await client.call('projects.open', { project })).pictures?.columns).toEqual([]);
  });
});
