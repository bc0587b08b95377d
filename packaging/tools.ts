import { existsSync } from 'node:fs';
import * as path from 'node:path';

/** A tool that a kind of package is made with, which electron-builder would otherwise download. */
interface Tool {
  /** By which variable electron-builder is told of it. */
  readonly variable: string;
  /** The program that is looked for on the PATH, where one alone will do. */
  readonly program?: string;
  readonly what: string;
}

const TOOLS: Readonly<Record<string, Tool>> = {
  AppImage: { variable: 'APPIMAGE_TOOLS_PATH', what: "electron-builder's AppImage tools" },
  deb: { variable: 'CUSTOM_FPM_PATH', program: 'fpm', what: 'fpm' },
  // nsis and dmg are built on their own systems, where electron-builder finds or fetches what it needs.
};

/**
 * Why a target cannot be built with what is here; null where it can, its tool then named in `env`.
 */
export function whyNot(target: string, env: NodeJS.ProcessEnv): string | null {
  const tool = TOOLS[target];
  if (tool === undefined || env[tool.variable]) return null;
  const found = (env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, tool.program ?? ''))
    .find((file) => tool.program !== undefined && existsSync(file));
  if (found !== undefined) {
    env[tool.variable] = found;
    return null;
  }
  return `${tool.what} is not here: name it in ${tool.variable}, or let it be downloaded with --download-tools`;
}
