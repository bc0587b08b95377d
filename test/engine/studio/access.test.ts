import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StudioClient } from '../../../src/contract/studio/client.ts';
import { createStudio, type Studio } from '../../../src/engine/studio/studio.ts';
import { createStudioClient } from '../../../src/contract/studio/client.ts';
import { drawFaces, ended, heard, type House, openHouse, SMALL } from './house.ts';
import { memoryWire } from './wires.ts';

describe('who may change a project', () => {
  let house: House;
  let [first, second]: StudioClient[] = [];
  let project: string;
  const name = (client: StudioClient, to: string) => client.call('projects.rename', { project, name: to });

  beforeEach(async () => {
    house = await openHouse();
    [first, second] = [house.client(), house.client()];
    project = (await first.call('projects.create', { name: 'Shared' })).folder;
  });
  afterEach(() => house.close());

  it('lets the first write and the others look on, with a sentence that says why', async () => {
    const state = await second.call('projects.open', { project });
    expect(state.access).toBe('read');
    await name(first, 'Mine');
    expect((await heard(second, `project:${project}`, (value) => value.name === 'Mine')).access).toBe('read');
    const refused = { code: 'usage', message: expect.stringContaining('another window') as string };
    await expect(name(second, 'Yours')).rejects.toMatchObject(refused);
    const wishes = { project, sources: [house.root] };
    await expect(second.call('pictures.import', wishes)).rejects.toMatchObject(refused);
  });

  it('takes over, and tells both', async () => {
    await second.call('projects.open', { project });
    const lost = heard(first, `project:${project}`, ({ access }) => access === 'read');
    expect((await second.call('projects.takeOver', { project })).access).toBe('write');
    await lost;
    await name(second, 'Yours');
    await expect(name(first, 'Mine')).rejects.toMatchObject({ code: 'usage' });
  });

  it('hands writing on when the writer is gone, however it went', async () => {
    await second.call('projects.open', { project });
    const promoted = heard(second, `project:${project}`, ({ access }) => access === 'write');
    first.close();
    await promoted;
    await name(second, 'Inherited');
  });

  it('wants a project to be open, and knows it however it is reached', async () => {
    await expect(second.call('pictures.list', { project, from: 0, count: 1 })).rejects.toMatchObject({
      code: 'usage',
    });
    const link = path.join(house.root, 'link');
    await fs.symlink(project, link, 'dir');
    expect(await second.call('projects.open', { project: link })).toMatchObject({
      folder: project,
      access: 'read',
    });
    await expect(second.call('projects.open', { project: house.root })).rejects.toMatchObject({
      code: 'input',
    });
  });

  it('lets a window that is reloaded write again, however often and fast', async () => {
    let window = first;
    for (let reload = 0; reload < 20; reload++) {
      window.close();
      window = house.client();
      expect((await window.call('projects.open', { project })).access).toBe('write');
    }
  });

  it('keeps other windows from the jobs of whoever writes', async () => {
    const { folder } = await drawFaces(path.join(house.root, 'faces'), 8);
    const job = await first.call('pictures.import', { project, sources: [folder], format: SMALL });
    await second.call('projects.open', { project });
    await expect(second.call('jobs.stop', { job: job.id })).rejects.toMatchObject({ code: 'usage' });
    expect((await ended(second, job)).state).toBe('done');
    await first.call('jobs.dismiss', { job: job.id });
    expect(await second.call('jobs.list', {})).toEqual([]);
  });

  it('gives names that are taken a number, and forgets recent ones', async () => {
    const again = await first.call('projects.create', { name: 'Shared' });
    expect(path.basename(again.folder)).toBe('Shared 2.morphloom');
    expect(again.name).toBe('Shared');
    const odd = await first.call('projects.create', { name: '  ../a:b?  ' });
    expect(path.dirname(odd.folder)).toBe(path.dirname(again.folder));
    await expect(first.call('projects.create', { name: '...' })).rejects.toMatchObject({ code: 'usage' });
    await first.call('projects.forget', { project: again.folder });
    const recent = await first.call('projects.recent', {});
    expect(recent.map(({ folder }) => folder)).toEqual([odd.folder, project]);
  });

  describe('with a second engine', () => {
    let other: Studio;
    let stranger: StudioClient;
    beforeEach(async () => {
      const stateFolder = path.join(house.root, 'other-state');
      other = await createStudio({ projectsFolder: house.root, stateFolder, log: () => undefined });
      const wire = memoryWire();
      other.connect(wire.engine);
      stranger = createStudioClient(wire.client);
    });
    afterEach(() => other.close());

    it('lets one engine write at a time, and the other once it is free', async () => {
      expect((await stranger.call('projects.open', { project })).access).toBe('read');
      const refused = { code: 'usage', message: expect.stringContaining('another Morphloom') as string };
      await expect(name(stranger, 'Stolen')).rejects.toMatchObject(refused);
      await expect(stranger.call('projects.takeOver', { project })).rejects.toMatchObject(refused);
      await first.call('projects.close', { project });
      expect((await stranger.call('projects.takeOver', { project })).access).toBe('write');
      await name(stranger, 'Free');
    });

    it('takes a copy of an open project for what it is: nobody has it', async () => {
      const copy = path.join(house.root, 'copy.morphloom');
      await fs.cp(project, copy, { recursive: true });
      expect(await fs.readdir(copy)).toContain('.lock');
      expect((await stranger.call('projects.open', { project: copy })).access).toBe('write');
    });
  });
});
