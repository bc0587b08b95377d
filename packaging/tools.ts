import { existsSync } from 'node:fs';
import * as path from 'node:path';

/** What a kind of package is made with. */
interface Tool {
  readonly what: string;
  /** By which variable electron-builder is told of it, which would otherwise download it. */
  readonly variable?: string;
  /** The program that is looked for on the PATH. */
  readonly program?: string;
}

const TOOLS: Readonly<Record<string, Tool>> = {
  AppImage: { what: "a folder of electron-builder's AppImage tools", variable: 'APPIMAGE_TOOLS_PATH' },
  'tar.gz': { what: 'tar', program: 'tar' },
  deb: { what: 'dpkg-deb', program: 'dpkg-deb' },
  // nsis and dmg are built on their own systems, where electron-builder finds or fetches what it needs.
};

/** Why a target cannot be built with what is here; null where it can. */
export function whyNot(target: string, env: NodeJS.ProcessEnv, downloads: boolean): string | null {
  const tool = TOOLS[target];
  if (tool === undefined) return null;
  if (tool.program !== undefined)
    return isOnPath(tool.program, env) ? null : `${tool.what} is not on the PATH`;
  if (downloads || (tool.variable !== undefined && env[tool.variable])) return null;
  return `it takes ${tool.what}: name it in ${tool.variable}, or let it be downloaded with --download-tools`;
}

const isOnPath = (program: string, env: NodeJS.ProcessEnv): boolean =>
  (env['PATH'] ?? '').split(path.delimiter).some((folder) => existsSync(path.join(folder, program)));
