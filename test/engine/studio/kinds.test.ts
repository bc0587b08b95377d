import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Progress } from '../../../src/contract/progress.ts';
import type { Output } from '../../../src/contract/studio/api.ts';
import type { StudioClient } from '../../../src/contract/studio/client.ts';
import { writeSamples } from '../../../src/engine/node/samples.ts';
import { ended, type House, openHouse, SMALL, TINY } from './house.ts';

const EACH = 30;
const LABELLED = 12;

/** Kinds by a few labels, over a real line and with real TensorFlow: drawn faces and drawn shapes. */
describe('kinds of pictures', { timeout: 60_000 }, () => {
  let house: House;
  let client: StudioClient;
  let project: string;
  /** What each picture really is, by its folder. */
  let truth: Map<string, string>;
  const ask = (
    signal?: AbortSignal,
    watch?: (progress: Progress) => void,
  ): Promise<Output<'explore.kinds'>> => client.call('explore.kinds', { project }, signal, watch);
  const label = async (ids: readonly string[], as: string | null): Promise<void> => {
    const job = await client.call('pictures.edit', { project, label: { ids: [...ids], label: as } });
    expect((await ended(client, job)).state).toBe('done');
  };
  const of = (kind: string): string[] => [...truth].flatMap(([id, is]) => (is === kind ? [id] : []));

  beforeAll(async () => {
    house = await openHouse();
    client = house.client();
    const pictures = path.join(house.root, 'pictures');
    for (const kind of ['faces', 'shapes'] as const) {
      await writeSamples({ kind, count: EACH, sizePx: 32, seed: 5, into: path.join(pictures, kind) });
    }
    ({ folder: project } = await client.call('projects.create', { name: 'Kinds' }));
    const importing = { project, sources: [pictures], format: SMALL, keepDuplicates: true };
    expect((await ended(client, await client.call('pictures.import', importing))).state).toBe('done');
    const { pictures: all } = await client.call('pictures.list', { project, from: 0, count: 100 });
    truth = new Map(all.map(({ id, label }) => [id, label ?? '']));
    expect(new Set(truth.values())).toEqual(new Set(['faces', 'shapes']));
    const training = {
      project,
      recipe: 'sketch',
      settings: TINY,
      budget: { kind: 'steps' as const, steps: 250 },
    };
    expect((await ended(client, await client.call('training.start', training))).state).toBe('done');
  }, 60_000);
  afterAll(() => house.close());

  it('are none where every picture has a label: there is nothing to be told, and how well is said', async () => {
    const seen: Progress[] = [];
    const watch = (progress: Progress): void => void seen.push(progress);
    const { kinds, sure, unsure, labelled, unlabelled, trust } = await ask(undefined, watch);
    expect(seen.length).toBeGreaterThan(0);
    expect(kinds).toEqual(['faces', 'shapes']);
    expect([labelled, unlabelled]).toEqual([2 * EACH, 0]);
    expect([...sure, ...unsure]).toEqual([]);
    expect(trust?.asked).toBe(2 * EACH);
    expect(trust?.right).toBeGreaterThan(1.8 * EACH);
    expect(trust?.rightByPixels).toBeGreaterThan(EACH);
  });

  it('of all others are told by a few labels, the surest first, and a wrong label is doubted', async () => {
    const [faces, shapes] = [of('faces'), of('shapes')];
    await label([...faces.slice(LABELLED), ...shapes.slice(LABELLED)], null);
    const wrong = faces[0];
    await label([wrong], 'shapes');
    const found = await ask();
    expect(found).toMatchObject({
      labelled: 2 * LABELLED,
      unlabelled: 2 * (EACH - LABELLED),
      tooMany: false,
    });
    const told = [...found.sure, ...found.unsure];
    expect(told.map(({ id }) => id).sort()).toEqual(
      [...faces.slice(LABELLED), ...shapes.slice(LABELLED)].sort(),
    );
    expect(told.map(({ sureness }) => sureness)).toEqual(told.map(({ sureness }) => sureness).sort((a, b) => b - a)); // prettier-ignore
    expect(found.sure.length).toBeGreaterThan(EACH / 2);
    const right = found.sure.filter(({ id, kind }) => truth.get(id) === kind).length;
    expect(right / found.sure.length).toBeGreaterThan(0.9);
    expect(found.doubted.map(({ id, label, kind }) => ({ id, label, kind }))).toContainEqual({
      id: wrong,
      label: 'shapes',
      kind: 'faces',
    });
    const again: Progress[] = [];
    expect(await ask(undefined, (progress) => again.push(progress))).toEqual(found);
    expect(again).toEqual([]);
    await label([wrong], 'faces');
    // Another label is another question, for which no picture is encoded anew.
    const after: Progress[] = [];
    expect((await ask(undefined, (p) => after.push(p))).doubted.map(({ id }) => id)).not.toContain(wrong);
    expect(after.filter(({ stage }) => stage.startsWith('Encoding'))).toEqual([]);
  });

  it('are not sure where only a few labels are known, and none where there is one', async () => {
    const [faces, shapes] = [of('faces'), of('shapes')];
    await label([...faces.slice(1), ...shapes.slice(1)], null);
    const one = await ask();
    expect(one).toMatchObject({ labelled: 2, trust: null, sure: [], doubted: [] });
    expect(one.unsure).toHaveLength(2 * EACH - 2);
    for (const { sureness } of one.unsure) expect(sureness).toBeGreaterThanOrEqual(0.5);
    await label([shapes[0]], null);
    expect(await ask()).toMatchObject({ kinds: ['faces'], sure: [], unsure: [], doubted: [], trust: null });
    await label([faces[0]], null);
    expect(await ask()).toMatchObject({ kinds: [], labelled: 0, unlabelled: 2 * EACH, unsure: [] });
  });

  it('can be given up, and asked for again', async () => {
    await label(of('faces').slice(0, LABELLED), 'a face');
    await label(of('shapes').slice(0, LABELLED), 'a shape');
    const control = new AbortController();
    const asking = ask(control.signal);
    control.abort();
    await expect(asking).rejects.toMatchObject({ code: 'cancelled' });
    expect((await ask()).kinds).toEqual(['a face', 'a shape']);
  });
});
