import * as os from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { WITHOUT_GRAPHICS } from '../../contract/studio/host.ts';
import { ensureNativeRuntime } from '../node/runtime/ensure.ts';
import { loadTensorflow } from '../node/runtime/load.ts';
import { openWasm } from './backend-wasm.ts';
import { openWebgpu } from './backend-webgpu.ts';
import { mayHaveGraphicsCard } from './graphics-card.ts';
import { installTensorflowLevers } from './levers.ts';
import { findAdapter, measureSpeed } from './trial-helper.ts';
import { choose, tryAdapter, type CpuBackend, type Trial } from './trial.ts';
import { openDawn } from './webgpu-dawn.ts';
import { inElectron, openWindow } from './webgpu-window.ts';
import type { AdapterFacts } from './webgpu.ts';

export const BACKENDS = ['tensorflow', 'webgpu', 'wasm'] as const;
export type BackendName = (typeof BACKENDS)[number];

export interface BackendInfo {
  readonly name: BackendName;
  /** Why this one, in a sentence. */
  readonly why: string;
  /** "TensorFlow 2.18.1 (CPU)", "tfjs-backend-webgpu 4.22.0 on Dawn 0.6.2" or "on Chromium 150.0.7871.46", "tfjs-backend-wasm 4.22.0 (SIMD)". */
  readonly version: string;
  /** How many threads one operation may use. */
  readonly threads: number;
  /** What the user should know besides: a request that could not be met, and how to meet it. */
  readonly notes: readonly string[];
  /** What `webgpu` computes on. */
  readonly adapter?: AdapterFacts;
  /** How the choice between a graphics card and the processor was made, where there was one. */
  readonly trial?: Trial;
}

export interface OpenBackendOptions {
  /** Take this one or fail. `MORPHLOOM_BACKEND` says the same where nothing is passed. */
  readonly prefer?: BackendName | undefined;
  /** Try no graphics card: what is computed must come out the same on another one. One that is asked for is taken. */
  readonly processor?: boolean | undefined;
  /** Take TensorFlow's CUDA build; without a CUDA device the CPU build is used, and a note says so. */
  readonly gpu?: boolean | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Gets each sentence that the user must see, as it arises. */
  readonly log?: ((line: string) => void) | undefined;
}

/** Measured on two cores, side by side, with the recipes `sketch` and `morph` at 64 × 64. */
const WASM_SLOWDOWN = 'about a dozen times slower to train with';

/** The backend that was asked for, by argument or by `MORPHLOOM_BACKEND`; throws `usage` for an unknown name. */
export function requestedBackend(
  prefer: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): BackendName | undefined {
  const name = prefer ?? (env['MORPHLOOM_BACKEND'] || undefined);
  const known = BACKENDS.find((backend) => backend === name);
  if (name !== undefined && known === undefined) {
    throw new MorphloomError('usage', `There is no backend "${name}"; choose one of ${BACKENDS.join(', ')}.`);
  }
  return known;
}

/**
 * Readies the best backend that works, and makes it tfjs-core's: a graphics card where a trial of some seconds, made
 * once, shows that it trains faster; else native TensorFlow; else WebAssembly. What is missing for TensorFlow is
 * fetched and built on the way, once per user.
 * @throws MorphloomError `environment` where the backend that was asked for by name does not work
 */
export async function openBackend(options: OpenBackendOptions = {}): Promise<BackendInfo> {
  const requested = requestedBackend(options.prefer);
  if (requested === 'wasm') return openWasmBackend('it was asked for', []);
  const lost = process.env[WITHOUT_GRAPHICS];
  if (lost !== undefined && requested !== 'tensorflow') return openInsteadOfCard(options, lost);
  if (requested === 'webgpu') return openWebgpuBackend(options);
  if (requested === undefined && options.gpu !== true && options.processor !== true) {
    const trial = await tryGraphicsCard(options);
    if (trial !== null) return openAsTried(trial, options);
  }
  return openCpu(options, requested, 'it is the fastest that works here');
}

/** On the desktop: a card that was lost again and again is left alone, whoever asks for it. */
async function openInsteadOfCard(options: OpenBackendOptions, times: string): Promise<BackendInfo> {
  const note = `The graphics card was lost ${times} times in a row, so the processor computes instead; start Morphloom anew to try it again.`;
  options.log?.(note);
  const info = await openCpu(options, undefined, 'the graphics card was lost again and again');
  return { ...info, notes: [note, ...info.notes] };
}

async function openCpu(
  options: OpenBackendOptions,
  requested: 'tensorflow' | undefined,
  why: string,
): Promise<BackendInfo> {
  try {
    return await openTensorflow(options, requested === undefined ? why : 'it was asked for');
  } catch (error) {
    if (requested !== undefined || !isForWantOfTensorflow(error)) throw error;
    const sentence = `Native TensorFlow is not available, so WebAssembly is used, ${WASM_SLOWDOWN}. ${error.message}`;
    options.log?.(sentence);
    return openWasmBackend('native TensorFlow is not available', [sentence]);
  }
}

const isForWantOfTensorflow = (error: unknown): error is Error =>
  error instanceof Error && (!(error instanceof MorphloomError) || error.code === 'environment');

/** Null where there is no graphics card that WebGPU reaches, which on most machines is known at no cost. */
async function tryGraphicsCard({ onProgress, signal }: OpenBackendOptions): Promise<Trial | null> {
  if (!mayHaveGraphicsCard()) return null;
  const adapter = await findAdapter(signal);
  if (typeof adapter === 'string' || adapter.software) return null;
  const cpu = await ensureNativeRuntime({ onProgress, signal }).then(
    (): CpuBackend => 'tensorflow',
    (error: unknown): CpuBackend => {
      if (isForWantOfTensorflow(error)) return 'wasm';
      throw error;
    },
  );
  return tryAdapter(adapter, cpu, (backend, workload) => {
    onProgress?.({ stage: `Timing ${backend}`, done: 0, total: null, unit: 'steps', note: adapter.name });
    return measureSpeed(backend, workload, signal);
  });
}

async function openAsTried(trial: Trial, options: OpenBackendOptions): Promise<BackendInfo> {
  const { backend, why, note } = choose(trial);
  if (note !== undefined) options.log?.(note);
  const info =
    backend === 'webgpu' ? await openWebgpuBackend(options, why) : await openCpu(options, undefined, why);
  return { ...info, notes: note === undefined ? info.notes : [note, ...info.notes], trial };
}

/** A graphics card that was asked for is looked for in another process first: a driver may end that one, not us. */
async function openWebgpuBackend(options: OpenBackendOptions, why?: string): Promise<BackendInfo> {
  // A window of Electron's is another process already.
  const found = why === undefined && !inElectron() ? await findAdapter(options.signal) : null;
  if (typeof found === 'string') throw new MorphloomError('environment', found);
  const { facts, version } = await openWebgpu(inElectron() ? openWindow : openDawn);
  const notes = facts.software
    ? [
        `The graphics card "${facts.name}" is imitated by the processor: this is slower than any other backend.`,
      ]
    : [];
  notes.forEach((note) => options.log?.(note));
  return { name: 'webgpu', why: why ?? 'it was asked for', version, threads: 1, notes, adapter: facts };
}

async function openTensorflow(options: OpenBackendOptions, why: string): Promise<BackendInfo> {
  const notes: string[] = [];
  const note = (line: string): void => {
    notes.push(line);
    options.log?.(line);
  };
  const runtime = await ensureNativeRuntime(options).catch((error: unknown) => {
    if (options.gpu !== true || !(error instanceof MorphloomError) || error.code !== 'environment')
      throw error;
    note(`The GPU is not used. ${error.message}`);
    return ensureNativeRuntime({ ...options, gpu: false });
  });
  const threads = threadsPerOperation();
  const { version, usesGpu } = loadTensorflow(runtime);
  if (runtime.variant === 'cuda' && !usesGpu) {
    note(
      "TensorFlow's CUDA build found no device that it can use, and computes on the CPU; see `nvidia-smi`.",
    );
  }
  await tf.setBackend('tensorflow');
  await tf.ready();
  installTensorflowLevers();
  return {
    name: 'tensorflow',
    why,
    version: `TensorFlow ${version} (${usesGpu ? 'CUDA' : 'CPU'})`,
    threads,
    notes,
  };
}

/**
 * A thread for each core in every operation: faster than fewer, on an idle machine and on a busy one. Said aloud since
 * TensorFlow itself does not know of a container's limits. It reads this once, when it is loaded; who has set it
 * themselves is obeyed.
 * @returns how many threads one operation has
 */
function threadsPerOperation(): number {
  process.env['TF_NUM_INTRAOP_THREADS'] ??= String(os.availableParallelism());
  return Number(process.env['TF_NUM_INTRAOP_THREADS']);
}

async function openWasmBackend(why: string, notes: readonly string[]): Promise<BackendInfo> {
  const { version } = await openWasm();
  return { name: 'wasm', why, version, threads: 1, notes };
}
