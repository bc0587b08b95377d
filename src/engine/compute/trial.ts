import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { version_core } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { replaceFile } from '../node/files.ts';
import { cacheRoot } from '../node/runtime/cache.ts';
import type { AdapterFacts } from './webgpu.ts';

export type CpuBackend = 'tensorflow' | 'wasm';

/** What the backends are timed on: training steps of the recipe `sketch`. */
export interface Workload {
  /** Pixels a side. */
  readonly size: number;
  /** Pictures a step. */
  readonly batch: number;
  /** How long steps are counted, once the first have warmed up. */
  readonly seconds: number;
}

/** Pictures a second, or a sentence that says why there are none. */
export type Speed = number | string;

/** How fast a graphics card trains, and how fast the processor beside it does. */
export interface Trial {
  readonly adapter: AdapterFacts;
  readonly workload: Workload;
  readonly webgpu: Speed;
  readonly cpu: Speed;
  readonly cpuBackend: CpuBackend;
}

export type Measure = (backend: 'webgpu' | CpuBackend, workload: Workload) => Promise<Speed>;

/** What a card must gain to be taken: less is within the noise of two seconds, and TensorFlow's bits repeat anywhere. */
const GAIN = 1.1;

/** To be raised when what is timed changes, so that old outcomes are forgotten. */
const EDITION = 1;

/** A real card is tried on what it is for; one that the processor imitates would take minutes for that. */
export const workloadFor = ({ software }: AdapterFacts): Workload =>
  software ? { size: 16, batch: 8, seconds: 2 } : { size: 64, batch: 32, seconds: 2 };

/**
 * The outcome of a trial, from the cache where this adapter, driver, processor and these versions were tried before.
 * A trial in which a backend failed is not kept.
 */
export async function tryAdapter(
  adapter: AdapterFacts,
  cpu: CpuBackend,
  measure: Measure,
  root: string = cacheRoot(),
): Promise<Trial> {
  const workload = workloadFor(adapter);
  const key = createHash('sha256')
    .update(
      JSON.stringify([
        EDITION,
        adapter,
        cpu,
        workload,
        version_core,
        os.cpus()[0]?.model,
        os.availableParallelism(),
      ]),
    )
    .digest('hex')
    .slice(0, 16);
  const file = path.join(root, 'trials', `${key}.json`);
  const facts = { adapter, workload, cpuBackend: cpu };
  const kept = await recall(file);
  if (kept !== null) return { ...facts, ...kept };
  const speeds = { webgpu: await measure('webgpu', workload), cpu: await measure(cpu, workload) };
  if (Kept.safeParse(speeds).success) await keep(file, speeds);
  return { ...facts, ...speeds };
}

const Kept = z.strictObject({ webgpu: z.number().positive(), cpu: z.number().positive() });

async function recall(file: string): Promise<z.output<typeof Kept> | null> {
  try {
    return Kept.parse(JSON.parse(await fs.readFile(file, 'utf8')));
  } catch {
    // Not there, or not whole: the trial is made again.
    return null;
  }
}

async function keep(file: string, speeds: object): Promise<void> {
  try {
    await fs.mkdir(path.dirname(file), { recursive: true });
    await replaceFile(file, JSON.stringify(speeds));
  } catch {
    // A cache that may not be written is filled next time.
  }
}

export interface Choice {
  readonly backend: 'webgpu' | CpuBackend;
  /** Half a sentence: "it trains 3.4 times as fast as …". */
  readonly why: string;
  /** What went wrong, a sentence. */
  readonly note?: string;
}

/** The backend that a trial speaks for. One that the processor imitates is never chosen, however fast. */
export function choose({ adapter, webgpu, cpu, cpuBackend }: Trial): Choice {
  const card = `the graphics card "${adapter.name}"`;
  if (adapter.software) return { backend: cpuBackend, why: `${card} is only imitated by the processor` };
  if (typeof webgpu === 'string') {
    return {
      backend: cpuBackend,
      why: `${card} was tried and failed`,
      note: `The graphics card "${adapter.name}" is not used, since training on it failed: ${webgpu}`,
    };
  }
  if (typeof cpu === 'string')
    return { backend: 'webgpu', why: `in a trial ${cpuBackend} failed, and ${card} did not` };
  const figures = `${rounded(webgpu)} pictures a second against ${rounded(cpu)} in a trial`;
  if (webgpu <= GAIN * cpu)
    return { backend: cpuBackend, why: `${card} does not train faster by a tenth: ${figures}` };
  const times = (webgpu / cpu).toFixed(1);
  return {
    backend: 'webgpu',
    why: `${card} trains ${times} times as fast as ${cpuBackend} here: ${figures}`,
  };
}

/** A speed as people read it: two or three digits that count. */
export const rounded = (speed: number): string =>
  speed >= 100 ? Math.round(speed).toLocaleString('en') : String(Number(speed.toPrecision(2)));
