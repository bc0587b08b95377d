import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkConfigurations } from '../../packaging/check.ts';
import { configuration, fuses } from '../../packaging/configuration.ts';
import { appFiles, packagesOf } from '../../packaging/contents.ts';
import { icnsOf, icoOf } from '../../packaging/icons.ts';
import { gatherLicences, thirdPartyText } from '../../packaging/licences.ts';
import { packageLicences } from '../../packaging/stage.ts';
import { whyNot } from '../../packaging/tools.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

let scratch: string;
beforeAll(async () => {
  scratch = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-packaging-'));
});
afterAll(() => fs.rm(scratch, { recursive: true, force: true }));

describe('what goes into the app', () => {
  let files: string[];
  beforeAll(async () => {
    files = await appFiles(ROOT, 'linux');
  });

  it('holds what is loaded by name and read as a file', () => {
    for (const wanted of [
      /^dist\/engine\.cjs$/,
      /^dist\/renderer\/index\.html$/,
      /^dist\/graphics\/graphics\.(html|cjs)$/,
      /@tensorflow\/tfjs-backend-webgpu\/dist\/tf-backend-webgpu\.node\.js$/,
      /@tensorflow\/tfjs-node\/dist\/index\.js$/,
      /@tensorflow\/tfjs-backend-wasm\/dist\/.*simd\.wasm$/,
      /@img\/sharp-wasm32\/lib\/.*\.wasm$/,
      /@vladmandic\/human\/models\/blazeface\.bin$/,
      /@fontsource\/inter\/files\/inter-latin-400-normal\.woff$/,
      /@mapbox\/node-pre-gyp\/lib\/pre-binding\.js$/,
    ])
      expect(files).toContainEqual(expect.stringMatching(wanted));
  });

  it('leaves out what developers use, maps, types, and the build of sharp that Electron cannot use', () => {
    const packages = packagesOf(files);
    for (const name of [
      'electron',
      'esbuild',
      'vite',
      'typescript',
      'electron-builder',
      '@img/sharp-linux-x64',
      'webgpu',
    ])
      expect(packages).not.toContain(`node_modules/${name}`);
    expect(files.filter((file) => /\.(map|d\.ts)$/.test(file))).toEqual([]);
  });

  it('has a text of the licence of every package in it, bundled ones too', async () => {
    const packages = await packageLicences(ROOT, files);
    const names = packages.map(({ name }) => name);
    for (const name of ['svelte', 'bits-ui', 'zod', 'sharp', '@tensorflow/tfjs-core', '@vladmandic/human'])
      expect(names).toContain(name);
    for (const { text } of packages) expect(text.length).toBeGreaterThan(200);
    expect(packages.find(({ name }) => name === 'seedrandom')?.text).toContain('David Bau');
    expect(packages.find(({ name }) => name === 'tr46')?.text).toContain('Copyright (c) Sebastian Mayr');
  });
});

describe('licences', () => {
  const put = async (name: string, files: Record<string, string>): Promise<string> => {
    const folder = path.join(scratch, name);
    await fs.mkdir(folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) await fs.writeFile(path.join(folder, file), text);
    return folder;
  };

  it('stop the build where a package has no text, and where an exception is not needed any more', async () => {
    const bare = await put('bare', { 'package.json': '{"name":"bare","version":"1.0.0","license":"MIT"}' });
    const full = await put('full', {
      'package.json': '{"name":"full","version":"2.0.0","license":"ISC"}',
      'LICENCE.txt': 'Do as you like.',
    });
    const exception = { reason: 'a test', section: 'README.md' };
    await expect(gatherLicences([bare, full], scratch, {})).rejects.toThrow('bare 1.0.0 (MIT)');
    await expect(gatherLicences([full], scratch, { full: exception })).rejects.toThrow('not needed');
    await fs.writeFile(path.join(bare, 'README.md'), '# Bare\n\n## License\n\nMine.\n');
    const gathered = await gatherLicences([bare, full], scratch, { bare: exception });
    const text = thirdPartyText(gathered);
    expect(text).toContain('full 2.0.0 (ISC)');
    expect(text).toContain('Do as you like.');
    expect(text).toContain('Mine.');
    expect(text).not.toContain('# Bare');
  });

  it('stand once in the file where packages share them', () => {
    const shared = { licence: 'MIT', text: 'the same words' };
    const text = thirdPartyText([
      { name: 'a', version: '1', ...shared },
      { name: 'b', version: '2', ...shared },
    ]);
    expect(text.split('the same words').length).toBe(2);
    expect(text).toMatch(/a 1 \(MIT\)\nb 2 \(MIT\)/);
  });
});

describe('the configuration', () => {
  const stage = { output: 'out', electronVersion: '45.4.1', electronDist: 'electron', hasRuntime: true };

  it("is valid by electron-builder's own schema, for every system", async () => {
    expect((await checkConfigurations(ROOT, path.join(scratch, 'check'))).length).toBe(3);
  });

  it('burns in what is safe: no Node, no debugger, code from the archive only', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const)
      expect(fuses(platform, '45.4.1')).toMatchObject({
        runAsNode: false,
        enableCookieEncryption: true,
        enableNodeOptionsEnvironmentVariable: false,
        enableNodeCliInspectArguments: false,
        onlyLoadAppFromAsar: true,
        enableEmbeddedAsarIntegrityValidation: platform !== 'linux',
        grantFileProtocolExtraPrivileges: false,
      });
    expect(fuses('linux', '22.3.25')).not.toHaveProperty('grantFileProtocolExtraPrivileges');
  });

  it('publishes nowhere, and ships the runtime only where one was staged', () => {
    const places = (hasRuntime: boolean): string =>
      JSON.stringify(configuration({ ...stage, folder: '/stage', hasRuntime }, 'linux').extraResources);
    expect(configuration({ ...stage, folder: '/stage' }, 'linux').publish).toBeNull();
    expect(places(true)).toContain('/stage/runtime');
    expect(places(false)).not.toContain('/stage/runtime');
  });

  it('says which tool a kind of package lacks, and takes one that is there', async () => {
    expect(whyNot('dir', {}, false)).toBeNull();
    expect(whyNot('deb', { PATH: '' }, true)).toContain('dpkg-deb');
    expect(whyNot('AppImage', {}, false)).toContain('APPIMAGE_TOOLS_PATH');
    expect(whyNot('AppImage', {}, true)).toBeNull();
    expect(whyNot('AppImage', { APPIMAGE_TOOLS_PATH: scratch }, false)).toBeNull();
    await fs.writeFile(path.join(scratch, 'dpkg-deb'), '');
    expect(whyNot('deb', { PATH: scratch }, false)).toBeNull();
  });
});

describe('icons', () => {
  const png = Buffer.from('a picture');

  it('point at each picture', () => {
    const ico = icoOf([
      { side: 16, png },
      { side: 256, png },
    ]);
    expect(ico.readUInt16LE(4)).toBe(2);
    expect(ico.readUInt8(6 + 16)).toBe(0);
    const at = ico.readUInt32LE(6 + 16 + 12);
    expect(ico.subarray(at, at + png.length)).toEqual(png);
    const icns = icnsOf([{ type: 'ic07', png }]);
    expect(icns.readUInt32BE(4)).toBe(icns.length);
    expect(icns.subarray(16)).toEqual(png);
  });
});

it('says in one sentence that there is no Electron', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/package.mjs', '--electron', scratch], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr.trim().split('\n').at(-1)).toMatch(/does not say which Electron it holds/);
});
