import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageApp, type Packaged } from '../../packaging/build.ts';
import { fuses } from '../../packaging/configuration.ts';
import { readFuses } from '../../packaging/fuse-wire.ts';
import { sizesOf } from '../../packaging/sizes.ts';
import { whyNot } from '../../packaging/tools.ts';
import type { EngineState, Job, ProjectState } from '../../src/contract/studio/state.ts';
import { cacheRoot } from '../../src/engine/node/runtime/cache.ts';
import { build, electron, IMITATED_CARD, missing } from '../e2e/desktop/available.ts';
import { eventually, inPage, openLine, type Ask } from '../e2e/desktop/page.ts';
import { ENTRY, canIsolate, startInstalled, type InstalledApp, type InstalledOptions } from './app.ts';
import { electronDistribution } from './electron-distribution.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const hasDpkg = whyNot('deb', process.env, false) === null;
const FACE = path.join(ROOT, 'test', 'fixtures', 'astronaut.jpg');

describe.skipIf(missing !== null)('the packaged app', () => {
  let folder: string;
  let packaged: Packaged;
  /** The app as it is installed: out of the Debian package, where that can be had. */
  let installed: string;
  beforeAll(async () => {
    build();
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-package-'));
    const electronDist = await electronDistribution(electron, path.join(folder, 'electron'));
    packaged = await packageApp({
      root: ROOT,
      stage: path.join(folder, 'stage'),
      output: path.join(folder, 'out'),
      electronDist,
      electronVersion: electron.version,
      targets: ['dir', 'tar.gz', 'AppImage', 'deb'],
      entry: ENTRY,
      say: (line) => process.stdout.write(`${line}\n`),
    });
    installed = packaged.folder;
    const deb = packaged.files.find((file) => file.endsWith('.deb'));
    if (deb === undefined) return;
    spawnSync('dpkg-deb', ['--extract', deb, path.join(folder, 'installed')]);
    installed = path.join(folder, 'installed', 'opt', 'Morphloom');
  });
  afterAll(() => fs.rm(folder, { recursive: true, force: true }));

  it('has every fuse burnt in as it is configured', async () => {
    const burnt = await readFuses(packaged.program);
    const { runAsNode, onlyLoadAppFromAsar, enableCookieEncryption } = fuses('linux', electron.version);
    expect(burnt).toMatchObject({
      RunAsNode: runAsNode,
      OnlyLoadAppFromAsar: onlyLoadAppFromAsar,
      EnableCookieEncryption: enableCookieEncryption,
      EnableNodeOptionsEnvironmentVariable: false,
      EnableNodeCliInspectArguments: false,
    });
    expect((await readFuses(path.join(folder, 'electron', 'electron'))).RunAsNode).toBe(true);
  });

  it('cannot be run as Node', () => {
    const { stdout } = spawnSync(packaged.program, ['-e', 'console.log("I am Node")'], {
      env: { PATH: '/usr/bin:/bin', ELECTRON_RUN_AS_NODE: '1' },
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(stdout).not.toContain('I am Node');
  });

  it('holds the licences of TensorFlow, of Electron and of what it is made of', async () => {
    const read = (name: string): Promise<string> => fs.readFile(path.join(packaged.folder, name), 'utf8');
    const third = await read('resources/licences/THIRD-PARTY.txt');
    for (const name of ['svelte', 'sharp', '@img/sharp-wasm32', '@vladmandic/human', 'bits-ui', 'zod'])
      expect(third).toContain(`${name} `);
    expect(third).toContain('GNU LESSER GENERAL PUBLIC LICENSE');
    expect((await read('resources/licences/TensorFlow-THIRD_PARTY_NOTICES.txt')).length).toBeGreaterThan(
      100_000,
    );
    expect(await read('LICENSES.chromium.html')).toContain('Chromium');
  });

  it('is as large as docs/packaging.md says, and its archive holds the same', async () => {
    const megabytes = Object.fromEntries(
      (await sizesOf(packaged.folder)).map(({ part, bytes }) => [part, bytes / 1e6]),
    );
    expect(megabytes['resources/app.asar']).toBeLessThan(40);
    expect(megabytes['resources/runtime']).toBeLessThan(520);
    const archive = packaged.files.find((file) => file.endsWith('.tar.gz'));
    const { stdout } = spawnSync('tar', ['-tzf', archive ?? ''], { encoding: 'utf8', maxBuffer: 1e8 });
    const held = stdout.split('\n').filter((name) => name !== '' && !name.endsWith('/'));
    const there = await fs.readdir(packaged.folder, { recursive: true, withFileTypes: true });
    expect(held.length).toBe(there.filter((entry) => !entry.isDirectory()).length);
    expect(held).toContainEqual(expect.stringMatching(/^Morphloom-[\d.]+-linux-x64\/morphloom$/));
  });

  it('says why a kind of package was not made', () => {
    for (const reason of Object.values(packaged.leftOut)) expect(reason).toMatch(/PATH/);
    expect(Object.keys(packaged.leftOut).length + packaged.files.length).toBe(3);
  });

  it.skipIf(!hasDpkg)(
    'is a Debian package that puts it in the menu, with rights for its sandbox',
    async () => {
      const deb = packaged.files.find((file) => file.endsWith('.deb')) ?? '';
      const info = spawnSync('dpkg-deb', ['--info', deb], { encoding: 'utf8' }).stdout;
      expect(info).toMatch(/Package: morphloom\n/);
      expect(info).toMatch(/Installed-Size: \d{6}/);
      const list = spawnSync('dpkg-deb', ['--contents', deb], { encoding: 'utf8', maxBuffer: 1e8 }).stdout;
      expect(list).toMatch(/^-rwsr-xr-x root\/root .*\.\/opt\/Morphloom\/chrome-sandbox$/m);
      expect(list).toMatch(/\.\/usr\/share\/icons\/hicolor\/256x256\/apps\/morphloom\.png$/m);
      expect(list).toMatch(/\.\/usr\/bin\/morphloom -> \/opt\/Morphloom\/morphloom$/m);
      const entry = await fs.readFile(
        path.join(folder, 'installed/usr/share/applications/morphloom.desktop'),
        'utf8',
      );
      expect(entry).toContain('Exec=/opt/Morphloom/morphloom %U');
    },
  );

  describe.skipIf(!canIsolate)('without network, cache or a place to write but its home', () => {
    let app: InstalledApp;
    let ask: Ask;
    let home: string;
    beforeAll(async () => {
      home = path.join(folder, 'home');
      await fs.mkdir(path.join(home, 'pictures'), { recursive: true });
      const turned = sharp(FACE).resize(512);
      for (const degrees of [0, 8, -8, 15])
        await turned
          .clone()
          .rotate(degrees)
          .toFile(path.join(home, 'pictures', `${degrees}.jpg`));
      app = await startInstalled(place());
      ask = await eventually(() => openLine(app.electron), 60_000);
    });
    afterAll(() => app.kill());

    const place = (): InstalledOptions => ({
      program: path.join(installed, 'morphloom'),
      folder: installed,
      home,
      hidden: [cacheRoot(), path.join(ROOT, 'node_modules')],
    });

    async function done(job: Job): Promise<Job> {
      const ended = await eventually(async () => {
        const now = (await ask<Job[]>('jobs.list')).find(({ id }) => id === job.id);
        return (now?.state === 'failed' || now?.state === 'done') && now;
      }, 240_000);
      expect(ended.error).toBeNull();
      return ended;
    }

    it('is the packaged one, and its page is drawn', async () => {
      const about = await app.ask<{ packaged: boolean; path: string }>('about');
      expect(about).toMatchObject({ packaged: true, path: expect.stringMatching(/app\.asar$/) as string });
      // Pictures and fonts come out of the archive as well.
      await eventually(
        () =>
          inPage<boolean>(
            app.electron,
            `document.images.length > 0 &&
              [...document.images].every(({ complete, naturalWidth }) => complete && naturalWidth > 0) &&
              document.fonts.ready.then((fonts) => [...fonts].some(({ status }) => status === 'loaded'))`,
          ),
        30_000,
      );
      const picture = Buffer.from(await app.ask<string>('picture'), 'base64');
      expect((await sharp(picture).stats()).entropy).toBeGreaterThan(0.5);
      if (process.env['MORPHLOOM_KEEP_PICTURE'] !== undefined)
        await fs.writeFile(process.env['MORPHLOOM_KEEP_PICTURE'], picture);
    });

    it('runs the TensorFlow that came along, proved in a process of its own', async () => {
      const { backend } = await eventually(async () => {
        const state = await ask<EngineState>('engine.warmUp');
        return state.backend !== null && state;
      }, 120_000);
      expect(backend).toMatchObject({ name: 'tensorflow' });
      expect(await fs.readdir(path.join(home, 'cache'))).toEqual(['proofs']);
    });

    it('finds faces, and aligns pictures by them', async () => {
      const { folder: project } = await ask<ProjectState>('projects.create', {
        name: 'faces',
        folder: path.join(home, 'faces.morphloom'),
      });
      await done(
        await ask<Job>('pictures.import', {
          project,
          sources: [path.join(home, 'pictures')],
          format: { width: 64, height: 64, channels: 3 },
          faces: {},
          keepDuplicates: true,
        }),
      );
      const { pictures } = await ask<ProjectState>('projects.open', { project });
      expect(pictures?.faceCounts).toMatchObject({ found: 4, whole: 0, without: 0 });
    });

    it('draws its sample pictures, trains on them and goes away when it is closed', async () => {
      const made = await done(await ask<Job>('projects.sample', { kind: 'shapes' }));
      const { folder: project } = await ask<ProjectState>('projects.open', { project: made.file });
      const trained = await done(
        await ask<Job>('training.start', { project, recipe: 'ae', budget: { kind: 'steps', steps: 5 } }),
      );
      expect(trained.progress?.done).toBe(5);
      const { runs } = await ask<ProjectState>('projects.open', { project });
      expect(runs.length).toBe(1);
      const log = await app.log();
      expect(log).not.toMatch(/GLib|SharpElectronLinux|WebAssembly is used/);
      expect(await app.quit()).toBe(0);
    });

    it('computes by WebGPU in its hidden window, both out of its archive', async () => {
      const env = { MORPHLOOM_BACKEND: 'webgpu' };
      app = await startInstalled({ ...place(), args: IMITATED_CARD, env });
      ask = await eventually(() => openLine(app.electron), 60_000);
      const { backend } = await ask<EngineState>('engine.warmUp');
      expect(backend).toMatchObject({ name: 'webgpu', why: 'it was asked for' });
      expect(await app.quit()).toBe(0);
    });
  });
});
