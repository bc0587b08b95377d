import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { ADDITIONS, EXCEPTIONS } from './licence-exceptions.ts';
import { appFiles, appManifest, packagesOf } from './contents.ts';
import { drawIcons } from './icons.ts';
import { bundledPackages, gatherLicences, thirdPartyText, type Licensed } from './licences.ts';
import { stageRuntime } from './runtime.ts';

/** Another start of the app, for tests in an Electron that needs help: files to add, and which begins. */
export interface Entry {
  /** By their place in the app, where they come from. */
  readonly files: Readonly<Record<string, string>>;
  readonly main: string;
}

export interface StageOptions {
  readonly root: string;
  readonly stage: string;
  readonly entry?: Entry | undefined;
  readonly say: (line: string) => void;
}

/** Lays out in `stage` all that goes into the app: `app`, `runtime`, `licences` and `icons`. */
export async function stageApp({ root, stage, entry, say }: StageOptions): Promise<{ hasRuntime: boolean }> {
  await fs.rm(stage, { recursive: true, force: true });
  const app = path.join(stage, 'app');
  const files = await appFiles(root);
  for (const file of files) await copy(path.join(root, file), path.join(app, file));
  for (const [place, source] of Object.entries(entry?.files ?? {})) await copy(source, path.join(app, place));
  const manifest = { ...(await appManifest(root)), ...(entry !== undefined && { main: entry.main }) };
  await fs.writeFile(path.join(app, 'package.json'), JSON.stringify(manifest, null, 1));
  say(`The app is ${files.length} files`);

  await drawIcons(path.join(root, 'resources', 'icons', 'morphloom.svg'), path.join(stage, 'icons'));
  const { notices } = await stageRuntime(stage, say);

  const licences = path.join(stage, 'licences');
  await fs.mkdir(licences, { recursive: true });
  const packages = await packageLicences(root, files);
  await fs.writeFile(path.join(licences, 'THIRD-PARTY.txt'), thirdPartyText(packages));
  await fs.copyFile(path.join(root, 'LICENSE'), path.join(licences, 'LICENSE.txt'));
  for (const notice of notices)
    await fs.copyFile(notice, path.join(licences, `TensorFlow-${path.parse(notice).name}.txt`));
  say(`The licences of ${packages.length} packages were gathered`);
  return { hasRuntime: notices.length > 0 };
}

/** The licences of every package that the app holds, as files or in a bundle. */
export async function packageLicences(root: string, files: readonly string[]): Promise<Licensed[]> {
  const folders = [
    ...packagesOf(files).map((folder) => path.join(root, folder)),
    ...(await bundledPackages(root)),
  ];
  return gatherLicences([...new Set(folders)], path.join(root, 'packaging', 'texts'), EXCEPTIONS, ADDITIONS);
}

async function copy(source: string, target: string): Promise<void> {
  await fs.mkdir(path.dirname(target), { recursive: true });
  await fs.copyFile(source, target);
}
