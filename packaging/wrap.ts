import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { publisher } from './configuration.ts';
import type { Manifest } from './contents.ts';

/** A built app for Linux, not wrapped yet. */
export interface BuiltApp {
  readonly folder: string;
  readonly output: string;
  /** A folder of PNGs, named by their sides: 64x64.png. */
  readonly icons: string;
  readonly manifest: Manifest;
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`);
}

/** A tar.gz of the folder, under a name of its own. */
export function makeArchive({ folder, output, manifest }: BuiltApp): Promise<string> {
  const name = `Morphloom-${manifest.version}-linux-${process.arch}`;
  const file = path.join(output, `${name}.tar.gz`);
  run('tar', [
    ...['--create', '--gzip', '--file', file],
    ...['--sort=name', '--owner=0', '--group=0', '--numeric-owner'],
    `--transform=s,^${path.basename(folder)},${name},`,
    ...['-C', output, path.basename(folder)],
  ]);
  return Promise.resolve(file);
}

/** What Electron links to, and Debian has in packages. */
const DEPENDS = [
  'libasound2 | libasound2t64',
  'libatspi2.0-0 | libatspi2.0-0t64',
  'libgbm1',
  'libgtk-3-0 | libgtk-3-0t64',
  'libnotify4',
  'libnss3',
  'libsecret-1-0',
  'libstdc++6',
  'libxss1',
  'libxtst6',
  'xdg-utils',
];

const HOME = '/opt/Morphloom';

/** A Debian package: the app in /opt, its entry in the menu, a link in /usr/bin, Chromium's sandbox with its rights. */
export async function makeDeb({ folder, output, icons, manifest }: BuiltApp): Promise<string> {
  const arch = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const file = path.join(output, `morphloom_${manifest.version}_${arch}.deb`);
  const tree = path.join(output, 'deb');
  try {
    const put = async (place: string, text: string): Promise<void> => {
      await fs.mkdir(path.dirname(path.join(tree, place)), { recursive: true });
      await fs.writeFile(path.join(tree, place), text);
    };
    await put('DEBIAN/control', control(manifest, arch, await kilobytes(folder)));
    await put('usr/share/applications/morphloom.desktop', DESKTOP_ENTRY);
    for (const name of await fs.readdir(icons)) {
      const place = path.join(tree, 'usr/share/icons/hicolor', path.parse(name).name, 'apps');
      await fs.mkdir(place, { recursive: true });
      await fs.copyFile(path.join(icons, name), path.join(place, 'morphloom.png'));
    }
    await fs.mkdir(path.join(tree, 'usr/bin'), { recursive: true });
    await fs.symlink(`${HOME}/morphloom`, path.join(tree, 'usr/bin/morphloom'));
    await fs.mkdir(path.join(tree, 'opt'), { recursive: true });
    // Links, not copies: it is only read, and as large as TensorFlow.
    run('cp', ['--recursive', '--link', folder, path.join(tree, HOME)]);
    const sandbox = path.join(tree, HOME, 'chrome-sandbox');
    await fs.rm(sandbox);
    await fs.copyFile(path.join(folder, 'chrome-sandbox'), sandbox);
    await fs.chmod(sandbox, 0o4755);
    run('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z6', '--build', tree, file]);
  } finally {
    await fs.rm(tree, { recursive: true, force: true });
  }
  return file;
}

function control({ version, description }: Manifest, arch: string, kilobytes: number): string {
  const { maintainer, homepage } = publisher(process.env);
  return `Package: morphloom
Version: ${version}
Architecture: ${arch}
Maintainer: ${maintainer}
Homepage: ${homepage}
Section: graphics
Priority: optional
Installed-Size: ${kilobytes}
Depends: ${DEPENDS.join(', ')}
Description: An offline studio for latent morphing
 ${description}
`;
}

const DESKTOP_ENTRY = `[Desktop Entry]
Type=Application
Name=Morphloom
Comment=An offline studio for latent morphing
Exec=${HOME}/morphloom %U
Icon=morphloom
Terminal=false
Categories=Graphics;
Keywords=morph;loop;animation;GIF;
StartupWMClass=Morphloom
`;

async function kilobytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await fs.readdir(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) bytes += (await fs.stat(path.join(entry.parentPath, entry.name))).size;
  return Math.ceil(bytes / 1024);
}
