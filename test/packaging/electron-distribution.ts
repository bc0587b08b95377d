import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { TestElectron } from '../e2e/desktop/electron.ts';

/** Files that the Electron for tests has of the program that it was taken from. */
const NOT_ELECTRON = /^(AppRun|usr|resources|\.DirIcon|.*\.desktop|.*\.png)$/;

/** Lays the Electron for tests out in `folder` as Electron's own zip has it: program `electron`, no app. */
export async function electronDistribution(electron: TestElectron, folder: string): Promise<string> {
  const from = path.dirname(electron.executable);
  await fs.mkdir(path.join(folder, 'resources'), { recursive: true });
  for (const name of await fs.readdir(from)) {
    if (NOT_ELECTRON.test(name)) continue;
    const as = name === path.basename(electron.executable) ? 'electron' : name;
    await fs.cp(path.join(from, name), path.join(folder, as), { recursive: true });
  }
  await fs.writeFile(path.join(folder, 'version'), electron.version);
  return folder;
}
