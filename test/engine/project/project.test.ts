import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Project } from '../../../src/engine/project/project.ts';
import {
  listAttributes,
  loadAttribute,
  saveAttribute,
  type StoredAttribute,
} from '../../../src/engine/project/attribute-folder.ts';
import { temporaryFolder } from '../../cli/command.ts';

const root = temporaryFolder();
let folder = '';
let serial = 0;
beforeEach(() => {
  folder = path.join(root, String(serial++), 'mine.morphloom');
});
const refused = (code: string, sentence: RegExp) => ({
  code,
  message: expect.stringMatching(sentence) as string,
});

describe('a project', () => {
  it('is made where nothing is, named after its folder, and is the same when opened again', async () => {
    const made = await Project.openOrCreate(folder);
    expect(made.facts).toEqual({ schema: 1, name: 'mine', sources: [] });
    const sourced = await made.withSources(['a', path.join(root, 'b')]);
    expect(sourced.facts.sources).toEqual([path.resolve('a'), path.join(root, 'b')]);
    expect((await Project.openOrCreate(folder)).facts).toEqual(sourced.facts);
    expect((await Project.open(folder)).facts).toEqual(sourced.facts);
  });

  it('is made in a folder that is empty but for what systems leave there', async () => {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, '.DS_Store'), '');
    expect((await Project.openOrCreate(folder)).facts.name).toBe('mine');
  });

  it.each(['cat.png', 'dataset/cat.png', 'runs/cat.png', 'project.json.txt'])(
    'never moves into a folder that holds %s',
    async (file) => {
      const other = path.join(folder, file);
      fs.mkdirSync(path.dirname(other), { recursive: true });
      fs.writeFileSync(other, 'not ours');
      await expect(Project.openOrCreate(folder)).rejects.toMatchObject(
        refused('input', /already holds other files/),
      );
      expect(fs.readFileSync(other, 'utf8')).toBe('not ours');
      expect(fs.existsSync(path.join(folder, 'project.json'))).toBe(false);
    },
  );

  it('is not made of a file, nor below one', async () => {
    fs.mkdirSync(path.dirname(folder), { recursive: true });
    fs.writeFileSync(folder, 'a file');
    await expect(Project.openOrCreate(folder)).rejects.toMatchObject(refused('input', /is not a folder/));
    await expect(Project.openOrCreate(path.join(folder, 'deeper'))).rejects.toMatchObject(
      refused('input', /is not a folder/),
    );
    expect(fs.readFileSync(folder, 'utf8')).toBe('a file');
  });

  it('that is none is refused with the way to make one', async () => {
    fs.mkdirSync(folder, { recursive: true });
    await expect(Project.open(folder)).rejects.toMatchObject(
      refused('input', /not a Morphloom project.*morphloom train/),
    );
  });

  it.each<[string, string, RegExp]>([
    ['a newer Morphloom', '{"schema":2,"title":"x"}', /newer Morphloom \(format 2\); update/],
    [
      'a newer Morphloom that only adds',
      '{"schema":3,"name":"x","sources":[],"extra":1}',
      /newer Morphloom \(format 3\)/,
    ],
    ['nobody: it is cut short', '{"schema":1,"na', /is not JSON/],
    ['a stranger', '{"name":"left-pad","version":"1.0.0"}', /not as expected at "schema"/],
    ['a hand that added a key', '{"schema":1,"name":"x","sources":[],"extra":1}', /not as expected.*extra/],
    ['a hand that emptied it', 'null', /not as expected/],
  ])('written by %s is refused', async (_, text, sentence) => {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'project.json'), text);
    await expect(Project.open(folder)).rejects.toMatchObject(refused('corrupt', sentence));
    await expect(Project.openOrCreate(folder)).rejects.toMatchObject(refused('corrupt', sentence));
    expect(fs.readFileSync(path.join(folder, 'project.json'), 'utf8')).toBe(text);
  });
});

describe('attributes', () => {
  const attribute = (name: string, value = 1): StoredAttribute => ({
    facts: {
      name,
      method: 'mean',
      model: { run: '001-vae', hash: 'f'.repeat(64) },
      with: 3,
      without: 4,
      heldOutAuc: 0.75,
      apart: [],
      balanced: [],
      axis: null,
    },
    vector: {
      method: 'mean',
      direction: new Float32Array(4).fill(value),
      weights: new Float32Array(4).fill(value / 2),
      bias: -0.125,
      heldOutAuc: 0.75,
    },
    alone: new Float32Array(4).fill(value),
  });

  it.each(
    ['smile', 'Lächeln', '笑顔', 'a/b: c', '..', '../../up', 'x'.repeat(300)].filter((name) => name !== '..'),
  )('come back under their own name: %s', async (name) => {
    const into = path.join(folder, 'attributes');
    const file = await saveAttribute(into, attribute(name));
    expect(path.dirname(file)).toBe(into);
    expect(await loadAttribute(into, name)).toEqual(attribute(name));
    expect(await listAttributes(into)).toEqual([attribute(name).facts]);
    await saveAttribute(into, attribute(name, 2));
    expect((await loadAttribute(into, name)).vector.direction[0]).toBe(2);
    // What took its place left nothing behind.
    expect(fs.readdirSync(into)).toHaveLength(2);
  });

  it('freed of others come back with what they were alone', async () => {
    const into = path.join(folder, 'attributes');
    const plain = attribute('smile');
    const freed = {
      ...plain,
      facts: { ...plain.facts, apart: ['glasses'], balanced: ['hair'] },
      alone: new Float32Array(4).fill(7),
    };
    await saveAttribute(into, freed);
    expect(await loadAttribute(into, 'smile')).toEqual(freed);
  });

  it('with names that differ are kept apart', async () => {
    const into = path.join(folder, 'attributes');
    for (const [i, name] of ['a b', 'a-b', 'a/b'].entries()) await saveAttribute(into, attribute(name, i));
    for (const [i, name] of ['a b', 'a-b', 'a/b'].entries()) {
      expect((await loadAttribute(into, name)).vector.direction[0]).toBe(i);
    }
    expect((await listAttributes(into)).map(({ name }) => name).sort()).toEqual(['a b', 'a-b', 'a/b']);
  });

  it('that are not there are refused with the names of those that are', async () => {
    const into = path.join(folder, 'attributes');
    await expect(loadAttribute(into, 'smile')).rejects.toMatchObject(
      refused('usage', /no attribute "smile"; none has been learned/),
    );
    await saveAttribute(into, attribute('bold'));
    await expect(loadAttribute(into, 'smile')).rejects.toMatchObject(refused('usage', /there are bold/));
    await expect(loadAttribute(into, '..')).rejects.toMatchObject(
      refused('usage', /at least one letter or digit/),
    );
  });

  it('whose vectors are damaged or gone are refused by name', async () => {
    const into = path.join(folder, 'attributes');
    await saveAttribute(into, attribute('smile'));
    const vectors = fs.readdirSync(into).find((name) => name.endsWith('.safetensors')) ?? expect.fail();
    fs.truncateSync(path.join(into, vectors), 30);
    await expect(loadAttribute(into, 'smile')).rejects.toMatchObject(refused('corrupt', new RegExp(vectors)));
    fs.rmSync(path.join(into, vectors));
    await expect(loadAttribute(into, 'smile')).rejects.toMatchObject(refused('corrupt', new RegExp(vectors)));
  });
});
