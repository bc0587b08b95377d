import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { MorphloomError } from '../../../../src/contract/errors.ts';
import { ensureNativeRuntime } from '../../../../src/engine/node/runtime/ensure.ts';
import { planRuntime, thisMachine, type WheelPlan } from '../../../../src/engine/node/runtime/plan.ts';
import { findReady, prepare } from '../../../../src/engine/node/runtime/prepare.ts';
import { proveAddon } from '../../../../src/engine/node/runtime/prove.ts';
import { writeZip } from './zip.ts';

// A wheel with the real libraries, packed anew from the prepared runtime, since preparing deletes its own.
const here = import.meta.dirname;
const child = path.resolve(here, '../../../../build/test-runtime/prepareChild.cjs');
const original = planRuntime(thisMachine(), false) as WheelPlan;
let base: string;
let root: string;
let runtime: string;
let plan: WheelPlan;
let wheelPath: string;

beforeAll(async () => {
  base = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-runtime-'));
  runtime = path.dirname((await ensureNativeRuntime()).addon);
  const names = Object.keys(
    (
      JSON.parse(await fs.readFile(path.join(runtime, 'ready.json'), 'utf8')) as {
        files: Record<string, number>;
      }
    ).files,
  ).filter((name) => name.startsWith('tensorflow/'));
  wheelPath = path.join(base, original.wheels[0].file);
  const sha256 = await writeZip(
    wheelPath,
    names.map((name) => ({ name, content: { file: path.join(runtime, name) } })),
  );
  plan = { ...original, wheels: [{ ...original.wheels[0], sha256 }] };
  await fs.writeFile(path.join(base, 'plan.json'), JSON.stringify(plan));
  buildSync({
    entryPoints: [path.join(here, 'prepareChild.ts')],
    outfile: child,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    define: { 'import.meta.dirname': '__dirname' },
  });
});
afterAll(() => fs.rm(base, { recursive: true, force: true }));

beforeEach(async () => {
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_CONFIG_FILE', os.devNull);
  vi.stubEnv('PIP_FIND_LINKS', '');
  root = await fs.mkdtemp(path.join(base, 'cache-'));
  await fs.mkdir(path.join(root, 'downloads'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await fs.rm(root, { recursive: true, force: true });
});

const failure = async (work: Promise<unknown>): Promise<MorphloomError> => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MorphloomError);
  return error as MorphloomError;
};
/** A folder for PATH with these programs only. */
async function pathWith(programs: readonly string[]): Promise<string> {
  const folder = path.join(root, 'bin');
  await fs.mkdir(folder);
  for (const program of programs) await fs.symlink(program, path.join(folder, path.basename(program)));
  return folder;
}

describe('what is missing is said in one sentence', () => {
  it('Python and the compiler', async () => {
    vi.stubEnv('PATH', await pathWith([]));
    const { code, message } = await failure(prepare(plan, root));
    expect(code).toBe('environment');
    expect(message).toMatch(
      /^TensorFlow cannot be prepared without Python 3 with pip and a C\+\+ compiler: run `.+`/,
    );
  });

  it('the compiler alone', async () => {
    const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
      encoding: 'utf8',
    }).trim();
    const folder = await pathWith([]);
    // A link would make Python look for its library beside the link.
    await fs.writeFile(path.join(folder, 'python3'), `#!/bin/sh\nexec "${python}" "$@"\n`, { mode: 0o755 });
    vi.stubEnv('PATH', folder);
    const { message } = await failure(prepare(plan, root));
    expect(message).toMatch(/^TensorFlow cannot be prepared without a C\+\+ compiler: run/);
  });

  it('disk space, before anything is fetched', async () => {
    const { message } = await failure(prepare({ ...plan, wantedBytes: 1e18 }, root));
    expect(message).toMatch(/takes about 1000000000\.0 GB .* are left; make room, or set MORPHLOOM_CACHE/);
  });

  it('the network; and a truncated wheel is not mistaken for one', async () => {
    const kept = path.join(root, 'downloads', plan.wheels[0].file);
    await fs.writeFile(kept, (await fs.readFile(wheelPath)).subarray(0, 1_000_000));
    const { message } = await failure(prepare(plan, root));
    expect(message).toMatch(/^pip could not fetch .+ \(it says "ERROR: .+"\); check the network/);
    await expect(fs.access(kept)).rejects.toThrow();
  });

  it('an index that serves another file under the same name', async () => {
    const links = path.join(root, 'links');
    await fs.mkdir(links);
    const { project, version, file } = plan.wheels[0];
    const info = `${project.replaceAll('-', '_')}-${version}.dist-info`;
    await writeZip(path.join(links, file), [
      { name: `${info}/METADATA`, content: `Metadata-Version: 2.1\nName: ${project}\nVersion: ${version}\n` },
      { name: `${info}/WHEEL`, content: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\n' },
      { name: `${info}/RECORD`, content: '' },
    ]);
    vi.stubEnv('PIP_FIND_LINKS', links);
    const { message } = await failure(prepare(plan, root));
    expect(message).toContain(`gave another "${file}" than the one Morphloom pins`);
    expect(await fs.readdir(path.join(root, 'downloads'))).toEqual([]);
  });

  it('an addon that does not run', async () => {
    const addon = path.join(root, 'broken.node');
    await fs.writeFile(addon, 'no library');
    const { code, message } = await failure(proveAddon(addon));
    expect(code).toBe('environment');
    expect(message).toMatch(/^TensorFlow was prepared but does not run here: Error: .*broken\.node/);
  });

  it('a cache that cannot be written', async () => {
    await fs.writeFile(path.join(root, 'file'), '');
    expect((await failure(prepare(plan, path.join(root, 'file')))).message).toContain('MORPHLOOM_CACHE');
  });
});

describe('a prepared runtime', () => {
  it('is found again in less than 50 ms', async () => {
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      await ensureNativeRuntime();
      times.push(performance.now() - start);
    }
    expect(Math.min(...times)).toBeLessThan(50);
  });

  it('is not taken for whole once a file is gone', async () => {
    const copy = path.join(root, 'runtimes', plan.key);
    await fs.mkdir(path.dirname(copy), { recursive: true });
    execFileSync('cp', ['-al', runtime, copy]);
    expect(await findReady(plan, root)).toBe(copy);
    await fs.rm(path.join(copy, 'tfjs_binding.node'));
    expect(await findReady(plan, root)).toBeNull();
  });

  it('stops when asked, and leaves no work behind', async () => {
    await fs.link(wheelPath, path.join(root, 'downloads', plan.wheels[0].file));
    const abort = new AbortController();
    const onProgress = ({ stage, done }: { stage: string; done: number }): void => {
      if (stage.startsWith('Unpacking') && done > 1e7) abort.abort();
    };
    expect((await failure(prepare(plan, root, { onProgress, signal: abort.signal }))).code).toBe('cancelled');
    expect(await fs.readdir(path.join(root, 'work'))).toEqual([]);
    expect(await fs.readdir(path.join(root, 'locks'))).toEqual([]);
  });

  it('survives SIGKILL midway, resumes without fetching, and two at once make one', async () => {
    const kept = path.join(root, 'downloads', plan.wheels[0].file);
    await fs.link(wheelPath, kept);
    const killed = start();
    await new Promise<void>((resolve) => {
      killed.process.stderr!.on('data', () => {
        if (killed.stages().includes('Unpacking')) resolve();
      });
    });
    killed.process.kill('SIGKILL');
    await killed.ended;
    expect(await findReady(plan, root)).toBeNull();
    expect((await fs.readdir(path.join(root, 'locks'))).length).toBe(1);
    await fs.access(kept);

    const both = [start(), start()];
    const folders = await Promise.all(both.map(({ ended }) => ended));
    const expected = path.join(root, 'runtimes', plan.key);
    expect(folders).toEqual([expected, expected]);
    expect(both.filter(({ stages }) => stages().includes('Building')).length).toBe(1);
    expect((await proveAddon(path.join(expected, 'tfjs_binding.node'))).tensorflow).toBe(plan.tensorflow);
    for (const folder of ['downloads', 'work', 'locks']) {
      expect(await fs.readdir(path.join(root, folder)), folder).toEqual([]);
    }
  });
});

interface Started {
  readonly process: ChildProcess;
  readonly stages: () => string;
  /** Resolves to what it printed. */
  readonly ended: Promise<string>;
}

function start(): Started {
  const started = spawn(process.execPath, [child, path.join(base, 'plan.json'), root]);
  let stages = '';
  let printed = '';
  started.stderr.on('data', (text: Buffer) => (stages += text.toString()));
  started.stdout.on('data', (text: Buffer) => (printed += text.toString()));
  const ended = new Promise<string>((resolve) => started.on('close', () => resolve(printed)));
  return { process: started, stages: () => stages, ended };
}
