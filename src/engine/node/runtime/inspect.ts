import * as os from 'node:os';
import * as path from 'node:path';
import { version_core } from '@tensorflow/tfjs-core';
import { cacheFolders, cacheRoot, folderBytes } from './cache.ts';
import { cudaDevices } from './gpu.ts';
import { planRuntime, thisMachine } from './plan.ts';
import { findReady } from './prepare.ts';
import { hasBfloat16 } from './processor.ts';
import { findShipped, shippedFolder } from './shipped.ts';
import { findTools, installAdvice } from './tools.ts';

/** What of this machine matters to the engine. Sizes in bytes. */
export interface MachineReport {
  readonly node: string;
  readonly tfjs: string;
  readonly os: string;
  readonly cpu: {
    readonly model: string;
    readonly count: number;
    /** Whether it computes in bfloat16 itself; null where that cannot be told. */
    readonly bfloat16: boolean | null;
  };
  readonly memory: { readonly totalBytes: number; readonly freeBytes: number };
  /** The CUDA devices by name; empty where there is none. */
  readonly cudaDevices: readonly string[];
  readonly cache: { readonly folder: string; readonly bytes: number };
  /** What the native runtime still lacks here, each a sentence with its remedy; empty once it is prepared. */
  readonly missing: readonly string[];
}

/** Looks at the machine; `gpu` says which native runtime is asked after. Starts no backend. */
export async function inspectMachine(gpu: boolean, signal?: AbortSignal): Promise<MachineReport> {
  const root = cacheRoot();
  const cpus = os.cpus();
  const devices = await cudaDevices(signal);
  return {
    node: process.versions.node,
    tfjs: version_core,
    os: `${os.type()} ${os.release()} (${process.platform}-${process.arch})`,
    cpu: {
      model: cpus[0]?.model.trim() ?? 'unknown',
      count: os.availableParallelism(),
      bfloat16: hasBfloat16(),
    },
    memory: { totalBytes: os.totalmem(), freeBytes: os.freemem() },
    cudaDevices: devices,
    cache: { folder: root, bytes: await folderBytes(root) },
    missing: await whatIsMissing(root, gpu && devices.length > 0, signal),
  };
}

async function whatIsMissing(root: string, gpu: boolean, signal?: AbortSignal): Promise<string[]> {
  const plan = planRuntime(thisMachine(), gpu);
  if (plan.kind === 'none') return [`Native TensorFlow: ${plan.reason}.`];
  if (plan.kind === 'vendor' || (await findReady(plan, root)) !== null) return [];
  if (!gpu && shippedFolder() !== null) {
    return findShipped(plan).then(
      () => [],
      (error: Error) => [error.message],
    );
  }
  const tools = await findTools(signal);
  const advice = await installAdvice();
  const missing = [
    `Native TensorFlow is not prepared in "${path.join(cacheFolders(root).runtimes, plan.key)}"; \`morphloom doctor\` and every verb that trains prepare it by themselves once nothing else is missing.`,
  ];
  if (tools.pip === null) missing.push(`Python 3 with pip is missing: ${advice}.`);
  if (tools.compiler === null) missing.push(`A C++ compiler is missing: ${advice}.`);
  return missing;
}
