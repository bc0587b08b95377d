import * as fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';
import { runCommand } from './command.ts';
import type { Tool } from './tools.ts';

/** The addon's name, in the cache as in tfjs-node's own folder. */
export const ADDON_FILE = 'tfjs_binding.node';

const SOURCES = ['tfjs_backend.cc', 'tfjs_binding.cc'];
const NAPI_VERSION = 8;
const KEPT_LINES = 12;

const require = createRequire(path.join(import.meta.dirname, 'addon.cjs'));

/** The installed @tensorflow/tfjs-node. */
export function tfjsNodeFolder(): string {
  return path.dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
}

/** The compiler's arguments, run in `folder`, where `tensorflow/` holds the libraries and headers. */
export function compilerArguments(
  platform: string,
  libraries: readonly string[],
  sources: string,
  nodeHeaders: string,
): string[] {
  const common = [
    '-std=c++17',
    '-O2',
    '-fPIC',
    `-DNAPI_VERSION=${NAPI_VERSION}`,
    '-DBUILDING_NODE_EXTENSION',
    `-I${nodeHeaders}`,
    `-Itensorflow/include`,
    ...SOURCES.map((name) => path.join(sources, name)),
    '-o',
    ADDON_FILE,
    ...libraries.map((name) => `tensorflow/${name}`),
  ];
  return platform === 'darwin'
    ? [...common, '-bundle', '-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path/tensorflow']
    : [...common, '-shared', '-Wl,-rpath,$ORIGIN/tensorflow'];
}

/**
 * Compiles tfjs-node's N-API addon in `folder`. The headers come from the npm package node-api-headers: Node's
 * own may be missing beside it, and their download blocked; N-API is the same in every Node from 20 on.
 */
export async function buildAddon(
  folder: string,
  libraries: readonly string[],
  compiler: Tool,
  signal?: AbortSignal,
): Promise<void> {
  const sources = path.join(tfjsNodeFolder(), 'binding');
  const nodeHeaders = path.join(path.dirname(require.resolve('node-api-headers/package.json')), 'include');
  const args = [...compiler.args, ...compilerArguments(process.platform, libraries, sources, nodeHeaders)];
  const result = await runCommand(compiler.file, args, { cwd: folder, signal });
  if (result?.code !== 0) {
    const last = (result?.output ?? '').trim().split('\n').slice(-KEPT_LINES).join('\n');
    throw new MorphloomError(
      'environment',
      `The C++ compiler "${compiler.file}" could not build TensorFlow's addon; update it (C++17 is needed) or name another in the environment variable CXX. It says:\n${last}`,
    );
  }
}

/**
 * Points tfjs-node's own place for the addon at ours, so that a bare `require('@tensorflow/tfjs-node')` works
 * too. Best effort: an installation that may not be written does without, and an addon that someone else put
 * there stays.
 */
export async function linkIntoPackage(addon: string): Promise<void> {
  const place = path.join(tfjsNodeFolder(), 'lib', `napi-v${NAPI_VERSION}`, ADDON_FILE);
  try {
    const current = await fs.readlink(place).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (current === addon) return;
    await fs.mkdir(path.dirname(place), { recursive: true });
    const draft = `${place}.${process.pid}`;
    await fs.symlink(addon, draft);
    await fs.rename(draft, place);
  } catch {
    // Morphloom itself loads the addon from the cache.
  }
}
