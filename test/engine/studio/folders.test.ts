import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StudioClient } from '../../../src/contract/studio/client.ts';
import { type House, openHouse } from './house.ts';

describe('folders, and files that come from a browser', () => {
  let house: House;
  let client: StudioClient;
  const send = (upload: string, name: string, text: string, more: { offset?: number; last?: boolean } = {}) =>
    client.call('uploads.file', { upload, path: name, bytes: Buffer.from(text), ...more });

  beforeAll(async () => {
    house = await openHouse();
    client = house.client();
  });
  afterAll(() => house.close());

  it('lists folders and counts pictures, projects among them', async () => {
    const { folder } = await client.call('projects.create', { name: 'Here' });
    const parent = path.dirname(folder);
    await fs.writeFile(path.join(parent, 'a.JPG'), '');
    await fs.writeFile(path.join(parent, 'notes.txt'), '');
    await fs.mkdir(path.join(parent, 'inner 10'));
    await fs.mkdir(path.join(parent, 'inner 9'));
    await fs.mkdir(path.join(parent, '.hidden'));
    const listing = await client.call('folders.list', { path: parent });
    expect(listing).toMatchObject({ path: parent, parent: house.root, pictures: 1 });
    expect(listing.folders.map(({ name, project }) => [name, project])).toEqual([
      ['Here.morphloom', true],
      ['inner 9', false],
      ['inner 10', false],
    ]);
    expect((await client.call('folders.list', {})).path).toBeTruthy();
    expect((await client.call('folders.list', { path: '/' })).parent).toBeNull();
    const nowhere = client.call('folders.list', { path: path.join(parent, 'nowhere') });
    await expect(nowhere).rejects.toMatchObject({ code: 'input' });
  });

  it('takes files whole and in pieces, with the folders that they were in', async () => {
    const { upload, folder } = await client.call('uploads.begin', { name: 'Holiday' });
    expect(path.basename(folder)).toBe('Holiday pictures');
    await send(upload, 'beach/one.png', 'whole');
    await send(upload, 'beach/two.png', 'abc', { last: false });
    expect(await fs.readdir(path.join(folder, 'beach'))).not.toContain('two.png');
    await send(upload, 'beach/two.png', 'def', { offset: 3, last: false });
    await send(upload, 'beach/two.png', 'g', { offset: 6 });
    // A window that does not say which piece is the last.
    await send(upload, 'three.png', 'abc');
    await send(upload, 'three.png', 'def', { offset: 3 });
    const read = (name: string) => fs.readFile(path.join(folder, name), 'utf8');
    expect(await Promise.all(['beach/one.png', 'beach/two.png', 'three.png'].map(read))).toEqual([
      'whole',
      'abcdefg',
      'abcdef',
    ]);
    expect((await fs.readdir(folder, { recursive: true })).sort()).toEqual([
      'beach',
      'beach/one.png',
      'beach/two.png',
      'three.png',
    ]);
    expect((await client.call('uploads.begin', { name: 'Holiday' })).folder).toBe(
      `${folder.slice(0, -9)} 2 pictures`,
    );
  });

  it('writes nothing outside of its folder, whatever a path says', async () => {
    const { upload, folder } = await client.call('uploads.begin', { name: 'Bad' });
    const before = await fs.readdir(path.dirname(folder), { recursive: true });
    const paths = [
      '../x',
      'a/../../x',
      '/etc/x',
      'a//b',
      '.',
      './x',
      'a\\..\\..\\x',
      'x\0y',
      'C:/..',
      '..',
      'a/',
    ];
    for (const name of [...paths, Array(40).fill('d').join('/')]) {
      await expect(send(upload, name, 'bad'), name).rejects.toMatchObject({ code: 'usage' });
    }
    await expect(send('another', 'x.png', 'bad')).rejects.toMatchObject({ code: 'usage' });
    await expect(send(upload, 'x.png', 'gap', { offset: 10 })).rejects.toMatchObject({ code: 'usage' });
    await expect(client.call('uploads.begin', { name: '..' })).rejects.toMatchObject({ code: 'usage' });
    expect(await fs.readdir(path.dirname(folder), { recursive: true })).toEqual(before);
  });

  it('gives names that some systems do not take others', async () => {
    const { upload, folder } = await client.call('uploads.begin', { name: 'con' });
    expect(path.basename(folder)).toBe('con- pictures');
    await send(upload, 'what?.png', 'x');
    await send(upload, 'nul/aux', 'x');
    expect((await fs.readdir(folder, { recursive: true })).sort()).toEqual([
      'nul-',
      'nul-/aux-',
      'what-.png',
    ]);
  });
});
