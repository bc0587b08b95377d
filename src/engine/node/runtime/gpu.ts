import { exists } from '../files.ts';
import { runCommand } from './command.ts';

const TIMEOUT_MS = 10_000;

/** The CUDA devices that NVIDIA's driver names ("NVIDIA H100 80GB HBM3"), empty where there is no driver. */
export async function cudaDevices(signal?: AbortSignal): Promise<string[]> {
  if (process.platform === 'linux' && !(await exists('/proc/driver/nvidia')) && !(await exists('/dev/dxg')))
    return [];
  const result = await runCommand('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], {
    signal,
    timeoutMs: TIMEOUT_MS,
  });
  if (result?.code !== 0) return [];
  return result.stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
