import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openBackend, requestedBackend } from '../../../src/engine/compute/select.ts';

const command = path.resolve(import.meta.dirname, '../../../bin/morphloom.cjs');

let empty: string;
beforeEach(async () => {
  empty = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-empty-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await fs.rm(empty, { recursive: true, force: true });
});
/** A machine with neither a prepared runtime nor the tools to prepare one. */
const bare = (): Record<string, string> => ({ MORPHLOOM_CACHE: empty, PATH: empty });
const stub = (env: Record<string, string>): void => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
};

interface DoctorReport {
  readonly ok: boolean;
  readonly backend: {
    readonly name: string;
    readonly version: string;
    readonly notes: readonly string[];
  } | null;
  readonly problem: string | null;
  readonly missing: readonly string[];
}
function doctor(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): { status: number | null; stderr: string; json: DoctorReport } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'doctor', '--json', ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  // One document, and nothing else: no library may speak on stdout.
  return { status, stderr, json: JSON.parse(stdout) as DoctorReport };
}

describe('openBackend', () => {
  it('takes TensorFlow where it works, and says which', async () => {
    const info = await openBackend();
    expect(info).toMatchObject({ name: 'tensorflow', version: 'TensorFlow 2.18.1 (CPU)', notes: [] });
    expect(tf.getBackend()).toBe('tensorflow');
    expect(Array.from(tf.matMul([[1, 2]], [[3], [4]]).dataSync())).toEqual([11]);
  });

  it('falls back to WebAssembly, saying why and how much slower', async () => {
    stub(bare());
    const lines: string[] = [];
    const info = await openBackend({ log: (line) => lines.push(line) });
    expect(info.name).toBe('wasm');
    expect(tf.getBackend()).toBe('wasm');
    expect(lines).toEqual(info.notes);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /WebAssembly is used, about a dozen times slower .* without Python 3 with pip and a C\+\+ compiler/,
    );
  });

  it('fails instead where TensorFlow was asked for by name', async () => {
    stub(bare());
    await expect(openBackend({ prefer: 'tensorflow' })).rejects.toThrow(
      /^TensorFlow cannot be prepared without/,
    );
    stub({ MORPHLOOM_BACKEND: 'tensorflow' });
    await expect(openBackend()).rejects.toThrow(/^TensorFlow cannot be prepared without/);
  });

  it('says that a GPU that is not there is not used', async () => {
    stub({ PATH: empty });
    const info = await openBackend({ gpu: true });
    expect(info.name).toBe('tensorflow');
    expect(info.notes[0]).toMatch(/^The GPU is not used\. There is no CUDA device here/);
  });

  it('knows its backends, the argument before the environment', () => {
    expect(requestedBackend(undefined, {})).toBeUndefined();
    expect(requestedBackend(undefined, { MORPHLOOM_BACKEND: 'wasm' })).toBe('wasm');
    expect(requestedBackend('tensorflow', { MORPHLOOM_BACKEND: 'wasm' })).toBe('tensorflow');
    expect(() => requestedBackend('cuda', {})).toThrow(
      /There is no backend "cuda"; choose one of tensorflow, webgpu, wasm\./,
    );
  });
});

describe('morphloom doctor', () => {
  it('reports the backend as one JSON document', () => {
    const { status, json } = doctor([], {});
    expect(status).toBe(0);
    expect(json).toMatchObject({ ok: true, problem: null, missing: [], backend: { name: 'tensorflow' } });
  });

  it('names what is missing, and is content with WebAssembly', () => {
    const { status, json } = doctor([], bare());
    expect(status).toBe(0);
    expect(json.backend?.name).toBe('wasm');
    expect(json.missing.join(' ')).toMatch(
      /Python 3 with pip is missing: run `.*A C\+\+ compiler is missing: run `/,
    );
  });

  it('fails where the backend that was asked for does not work', () => {
    const { status, json, stderr } = doctor(['--backend', 'tensorflow'], bare());
    expect(status).toBe(1);
    expect(json).toMatchObject({ ok: false, backend: null });
    expect(stderr).toContain(`morphloom: ${json.problem}`);
  });
});
