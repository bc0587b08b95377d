import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { expect } from 'vitest';
import type { Job, ProjectState } from '../../src/contract/studio/state.ts';
import { createRng, type Rng } from '../../src/core/rng.ts';
import { drawFaces, SMALL, TINY } from '../engine/studio/house.ts';

/** How often each kind of thing is killed. */
export const KILLS = Number(process.env['MORPHLOOM_KILLS'] ?? 50);

/** A studio whose engine is killed, through one of its doors. */
export interface Victim {
  /** Asks the engine that runs now; rejects when it is killed meanwhile. */
  ask<T>(method: string, input?: object): Promise<T>;
  /** Kills the engine's process outright, and resolves once the next one answers. */
  killEngine(): Promise<void>;
  /** Whether its engine may die by itself, which is no fault of ours: what it did is gone on with. */
  readonly isFrail?: boolean;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits for something to be as wanted; asks every few milliseconds. */
async function until<T>(
  look: () => Promise<T>,
  wanted: (value: T) => boolean,
  withinMs = 240_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    if (Date.now() > end) throw new Error(`Not within ${withinMs} ms: ${JSON.stringify(value)}`);
    await sleep(25);
  }
}

const ACTIVE = ['queued', 'running', 'paused', 'stopping'];

export async function jobOf(victim: Victim, id: string): Promise<Job> {
  const job = (await victim.ask<readonly Job[]>('jobs.list')).find((one) => one.id === id);
  if (job === undefined) throw new Error('The job is no longer on the list.');
  return job;
}

/** The job as it is; gone on with where a frail engine died over it. */
async function underWay(victim: Victim, id: string): Promise<Job> {
  const job = await jobOf(victim, id);
  if (victim.isFrail !== true || job.state !== 'interrupted') return job;
  return victim.ask<Job>('jobs.resume', { job: id });
}

export async function ended(victim: Victim, { id }: Job): Promise<Job> {
  const job = await until(
    () => underWay(victim, id),
    ({ state }) => !ACTIVE.includes(state),
  );
  expect(job).toMatchObject({ state: 'done', error: null });
  return job;
}

/** Makes a project of a few small faces. */
export async function smallProject(
  victim: Victim,
  root: string,
): Promise<{ folder: string; ids: readonly string[] }> {
  const faces = await drawFaces(path.join(root, 'faces'));
  const { folder } = await victim.ask<ProjectState>('projects.create', { name: 'Kills' });
  const wish = { project: folder, sources: [faces.folder], format: SMALL };
  await ended(victim, await victim.ask<Job>('pictures.import', wish));
  const { pictures } = await victim.ask<{ pictures: { id: string }[] }>('pictures.list', {
    project: folder,
    from: 0,
    count: 100,
  });
  return { folder, ids: pictures.map(({ id }) => id) };
}

const STEPS = 2500;

export const trainingWish = (folder: string, steps = STEPS) => ({
  project: folder,
  recipe: 'sketch',
  settings: TINY,
  budget: { kind: 'steps', steps },
  seed: 3,
});

/** A timeline that takes a while to be exported. */
export function longExport(folder: string, ids: readonly string[], name: string, seconds: number) {
  const keyframes = ids.slice(0, 5).map((id, i) => ({ key: `k${i}`, place: { kind: 'picture', id } }));
  const timeline = { schema: 1, name, keyframes, seconds, framesPerSecond: 30 };
  return { project: folder, timeline, settings: { format: 'gif', name, scale: 4 } };
}

/** The bytes of all files of a run's last checkpoint but its clock. */
async function weightsOf(folder: string, run: string): Promise<Record<string, string>> {
  const checkpoints = path.join(folder, 'runs', run, 'checkpoints');
  const names = await fs.readdir(checkpoints);
  expect(names.filter((name) => !/^\d+$/.test(name))).toEqual([]);
  const last = path.join(checkpoints, names.sort().at(-1) ?? '');
  const read = async (file: string): Promise<string> =>
    (await fs.readFile(path.join(last, file))).toString('base64');
  return {
    weights: await read('weights.safetensors'),
    optimizer: await read('optimizer.safetensors'),
  };
}

export interface KillReport {
  readonly kills: number;
  /** Kills that hit the job under way, as the next engine's list has it. */
  readonly hits: number;
  /** Of those, while steps were being taken or frames drawn. */
  readonly atWork: number;
  /** Jobs that came to their end and were checked. */
  readonly finished: number;
  /** Milliseconds from each kill until the next engine had answered. */
  readonly back: readonly number[];
}

/** Times in milliseconds, for people. */
export function shares(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): string =>
    `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))])} ms`;
  return sorted.length === 0 ? 'none' : `p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)} (${sorted.length})`;
}

export function describe(what: string, { kills, hits, atWork, finished, back }: KillReport): string {
  return (
    `${what}: ${kills} kills, of which ${hits} hit the job (${atWork} while it was at work); ` +
    `${finished} came to the end and were right; back after ${shares(back)}\n`
  );
}

/**
 * Kills the engine until a training was hit so often. Nothing that was committed is lost, the job is offered
 * to go on with, and what is learned in the end is what a run that nobody disturbed learns, to the byte.
 */
export async function killInTraining(victim: Victim, folder: string, kills: number): Promise<KillReport> {
  const rng: Rng = createRng(11);
  const start = (): Promise<Job> => victim.ask<Job>('training.start', trainingWish(folder));
  const undisturbed = await ended(victim, await start());
  const expected = await weightsOf(folder, undisturbed.run ?? '');

  let job = await start();
  let [committed, hits, atWork, finished, tried] = [0, 0, 0, 0, 0];
  const back: number[] = [];
  const check = async (): Promise<void> => {
    finished += 1;
    expect(await weightsOf(folder, job.run ?? '')).toEqual(expected);
  };
  while (hits < kills) {
    // Now and then it is hit while it gets ready, else while it takes steps.
    const early = rng.uniform() < 0.15;
    await until(
      () => underWay(victim, job.id),
      ({ state, progress }) =>
        !ACTIVE.includes(state) || early || (progress?.unit === 'steps' && progress.done > committed),
    );
    await sleep(rng.uniform() * (early ? 1500 : 500));
    // Pausing commits; the kill may come before, while or after it does.
    const pauses = !early && rng.uniform() < 0.7;
    if (pauses) {
      const asked = victim.ask('jobs.pause', { job: job.id }).catch(() => undefined);
      await sleep(rng.uniform() * 200);
      if (rng.uniform() < 0.5) {
        await asked;
        await victim.ask('jobs.resume', { job: job.id }).catch(() => undefined);
        await sleep(rng.uniform() * 300);
      }
    }
    const before = await jobOf(victim, job.id);
    tried += 1;
    const killedAt = performance.now();
    await victim.killEngine();
    back.push(performance.now() - killedAt);
    const { runs } = await victim.ask<ProjectState>('projects.open', { project: folder });
    job = await jobOf(victim, job.id);
    if (job.state === 'done') {
      await check();
      committed = 0;
      job = await start();
      continue;
    }
    expect(job.state, JSON.stringify(job)).toBe('interrupted');
    hits += 1;
    if (before.progress?.unit === 'steps') atWork += 1;
    const step = runs.find(({ id }) => id === job.run)?.step ?? 0;
    expect(step).toBeGreaterThanOrEqual(committed);
    committed = step;
    await victim.ask('jobs.resume', { job: job.id });
  }
  job = await ended(victim, job);
  await check();
  return { kills: tried, hits, atWork, finished, back };
}

/** Kills the engine until an export was hit so often: no half file is left, and the next try succeeds. */
export async function killInExport(
  victim: Victim,
  folder: string,
  ids: readonly string[],
  kills: number,
): Promise<KillReport> {
  const rng: Rng = createRng(12);
  const exports = path.join(folder, 'exports');
  const start = (): Promise<Job> => victim.ask<Job>('exports.start', longExport(folder, ids, 'long', 8));
  const undisturbed = await ended(victim, await start());
  const reference = undisturbed.file ?? '';
  const expected = await fs.readFile(reference);
  // The name travels in the file: the same one is taken again.
  await fs.rm(reference);

  let job = await start();
  let [hits, atWork, finished, tried] = [0, 0, 0, 0];
  const back: number[] = [];
  const check = async (): Promise<void> => {
    finished += 1;
    expect((await fs.readFile(job.file ?? '')).equals(expected)).toBe(true);
    expect(await fs.readdir(exports)).toEqual([path.basename(reference)]);
    await fs.rm(job.file ?? '');
  };
  while (hits < kills) {
    const early = rng.uniform() < 0.15;
    await until(
      () => underWay(victim, job.id),
      ({ state, progress }) => !ACTIVE.includes(state) || early || progress?.unit === 'frames',
    );
    await sleep(rng.uniform() * 1200);
    const before = await jobOf(victim, job.id);
    tried += 1;
    const killedAt = performance.now();
    await victim.killEngine();
    back.push(performance.now() - killedAt);
    await victim.ask<ProjectState>('projects.open', { project: folder });
    job = await jobOf(victim, job.id);
    if (job.state === 'done') {
      await check();
      job = await start();
      continue;
    }
    expect(job.state, JSON.stringify(job)).toBe('interrupted');
    hits += 1;
    if (before.progress?.unit === 'frames') atWork += 1;
    expect(await fs.readdir(exports)).toEqual([]);
    await victim.ask('jobs.resume', { job: job.id });
  }
  job = await ended(victim, job);
  await check();
  return { kills: tried, hits, atWork, finished, back };
}
