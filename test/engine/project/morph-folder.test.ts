import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { timelineSchema, type Timeline } from '../../../src/contract/timeline.ts';
import {
  listMorphs,
  loadMorph,
  readTimeline,
  removeMorph,
  saveMorph,
} from '../../../src/engine/project/morph-folder.ts';

let root = '';
let folder = '';
const roots: string[] = [];
beforeEach(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-morphs-'));
  roots.push(root);
  folder = path.join(root, 'morphs');
});
afterAll(() => Promise.all(roots.map((one) => fs.rm(one, { recursive: true, force: true }))));

const called = (name: string): Timeline =>
  timelineSchema.parse({
    schema: 1,
    name,
    keyframes: [
      { key: 'a', place: { kind: 'picture', id: 'a'.repeat(32) }, holdSeconds: 0.5 },
      { key: 'b', place: { kind: 'latent', values: [0.25, -1.5], name: 'sample 12' }, seconds: 3 },
    ],
    tracks: [{ attribute: 'smile', points: [{ at: 0.5, value: -2 }] }],
  });

describe('the morphs of a project', () => {
  it('come back as they were saved, and keep their id when saved again', async () => {
    const timeline = called('Sunset & fog');
    const id = await saveMorph(folder, null, timeline);
    expect(id).toBe('sunset-fog');
    expect(await loadMorph(folder, id)).toEqual(timeline);
    expect(await saveMorph(folder, id, { ...timeline, name: 'Dawn' })).toBe(id);
    expect((await loadMorph(folder, id)).name).toBe('Dawn');
    expect(await listMorphs(folder)).toMatchObject([{ id, name: 'Dawn', keyframes: 2 }]);
    expect(await fs.readdir(folder)).toEqual([`${id}.json`]);
  });

  it('get numbers of their own, even when saved at once, and names of any letters', async () => {
    const ids = await Promise.all(
      Array.from({ length: 6 }, () => saveMorph(folder, null, called('同じ Name!'))),
    );
    expect([...ids].sort()).toEqual(['', '-2', '-3', '-4', '-5', '-6'].map((n) => `同じ-name${n}`));
    expect(await saveMorph(folder, null, called('…'))).toBe('morph');
    expect(await saveMorph(folder, null, called('x'.repeat(200)))).toBe('x'.repeat(40));
  });

  it('are listed newest first, the damaged ones told about and left out', async () => {
    expect(await listMorphs(folder)).toEqual([]);
    await saveMorph(folder, null, called('old'));
    await fs.utimes(path.join(folder, 'old.json'), 1, 1);
    await saveMorph(folder, null, called('new'));
    await fs.writeFile(path.join(folder, 'torn.json'), '{"schema":1,"na');
    const told: string[] = [];
    const list = await listMorphs(folder, ({ code, message }) => told.push(`${code} ${message}`));
    expect(list.map(({ id }) => id)).toEqual(['new', 'old']);
    expect(told).toEqual([expect.stringMatching(/^corrupt .*torn\.json" is not JSON/)]);
  });

  it('fail with a sentence when they are damaged, of a newer version, gone, or no morph at all', async () => {
    await saveMorph(folder, null, called('one'));
    const file = path.join(folder, 'one.json');
    const good = await fs.readFile(file, 'utf8');
    const cases: readonly [string, RegExp][] = [
      [good.slice(0, 40), /"[^"]*one\.json" is not JSON/],
      [good.replace('"loop": "pingpong"', '"loop": "sideways"'), /not as expected at "loop"/],
      [good.replace('"schema": 1', '"schema": 2'), /written by a newer Morphloom \(format 2\)/],
      [good.replace('"tracks"', '"trucks"'), /not as expected/],
    ];
    for (const [text, sentence] of cases) {
      await fs.writeFile(file, text);
      await expect(loadMorph(folder, 'one')).rejects.toMatchObject({
        code: 'corrupt',
        message: expect.stringMatching(sentence) as string,
      });
      await expect(readTimeline(file)).rejects.toMatchObject({ code: 'corrupt' });
    }
    await expect(loadMorph(folder, 'two')).rejects.toThrow(/is not there any more/);
    await removeMorph(folder, 'one');
    await removeMorph(folder, 'one');
    expect(await listMorphs(folder)).toEqual([]);
  });

  it('never leave their folder', async () => {
    await fs.mkdir(folder);
    await fs.writeFile(path.join(root, 'project.json'), '{}');
    await expect(loadMorph(folder, '../project')).rejects.toMatchObject({ code: 'usage' });
    await expect(removeMorph(folder, '../project')).rejects.toMatchObject({ code: 'usage' });
    await expect(saveMorph(folder, '../project', called('x'))).rejects.toMatchObject({ code: 'usage' });
    expect(await fs.readFile(path.join(root, 'project.json'), 'utf8')).toBe('{}');
  });
});
