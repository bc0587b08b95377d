import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { Arch, build, Platform as BuilderPlatform } from 'electron-builder';
import { configuration, TARGETS, type Platform } from './configuration.ts';
import { appManifest } from './contents.ts';
import { checkFuses } from './fuse-wire.ts';
import { stageApp, type Entry } from './stage.ts';
import { whyNot } from './tools.ts';
import { makeArchive, makeDeb, type BuiltApp } from './wrap.ts';

export interface PackageOptions {
  readonly root: string;
  /** A folder with an Electron, as its zip holds it. */
  readonly electronDist: string;
  readonly electronVersion: string;
  /** Of {@link TARGETS}; all of this system's, where absent. */
  readonly targets?: readonly string[] | undefined;
  readonly output: string;
  readonly stage: string;
  /** Let electron-builder download the tools that are not here. */
  readonly downloadTools?: boolean | undefined;
  readonly entry?: Entry | undefined;
  readonly say: (line: string) => void;
}

export interface Packaged {
  /** The folder of the app, and its program. */
  readonly folder: string;
  readonly program: string;
  /** What else was made. */
  readonly files: readonly string[];
  /** What was not, each with the reason. */
  readonly leftOut: Readonly<Record<string, string>>;
}

/** What we wrap ourselves: electron-builder would fetch 7-Zip and fpm for what every Linux has tools for. */
const wraps: Readonly<Record<string, (app: BuiltApp) => Promise<string>>> = {
  'tar.gz': makeArchive,
  deb: makeDeb,
};

/** Builds this system's packages of the built app, and reads back the fuses of what was built. */
export async function packageApp(options: PackageOptions): Promise<Packaged> {
  const { root, output, stage, electronDist, electronVersion, say } = options;
  const platform = process.platform as Platform;
  const known: readonly string[] = TARGETS[platform] ?? [];
  const asked = options.targets ?? known;
  const unknown = asked.filter((target) => !known.includes(target));
  if (unknown.length > 0)
    throw new Error(`There is no target ${unknown.join(', ')} here; there are ${known.join(', ')}.`);
  const leftOut: Record<string, string> = {};
  for (const target of asked) {
    const reason = whyNot(target, process.env, options.downloadTools === true);
    if (reason !== null) leftOut[target] = reason;
  }
  for (const [target, reason] of Object.entries(leftOut)) say(`${target} is left out: ${reason}`);

  const { hasRuntime } = await stageApp({ root, stage, entry: options.entry, say });
  const config = configuration(
    { folder: stage, output, electronVersion, electronDist, hasRuntime },
    platform,
  );
  const byBuilder = asked.filter((target) => !(target in wraps) && leftOut[target] === undefined);
  const target = BuilderPlatform.fromString(platform).createTarget(
    byBuilder.length === 0 ? ['dir'] : byBuilder,
    process.arch === 'arm64' ? Arch.arm64 : Arch.x64,
  );
  const made = await build({
    targets: target,
    config,
    projectDir: path.join(stage, 'app'),
    publish: 'never',
  });
  await fs.rm(path.join(output, 'builder-debug.yml'), { force: true });
  const { folder, program } = await builtApp(output, platform);
  await checkFuses(program, { ...config.electronFuses });
  const files = made.filter((file) => !file.endsWith('.blockmap') && file !== folder);
  for (const target of asked) {
    const wrap = leftOut[target] === undefined ? wraps[target] : undefined;
    if (wrap === undefined) continue;
    say(`Packing the ${target}`);
    files.push(
      await wrap({
        folder,
        output,
        icons: path.join(stage, 'icons', 'linux'),
        manifest: await appManifest(root),
      }),
    );
  }
  return { folder, program, files, leftOut };
}

/** The folder that electron-builder left, and the program in it. */
async function builtApp(output: string, platform: Platform): Promise<{ folder: string; program: string }> {
  const pattern = {
    linux: /^linux(-\w+)?-unpacked$/,
    win32: /^win(-\w+)?-unpacked$/,
    darwin: /^mac(-\w+)?$/,
  }[platform];
  const name = (await fs.readdir(output)).find((entry) => pattern.test(entry));
  if (name === undefined) throw new Error(`electron-builder left no app in "${output}".`);
  const folder = path.join(output, name);
  const program = {
    linux: 'morphloom',
    win32: 'Morphloom.exe',
    darwin: 'Morphloom.app/Contents/MacOS/Morphloom',
  };
  return { folder, program: path.join(folder, program[platform]) };
}
