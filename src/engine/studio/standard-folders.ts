import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { StudioOptions } from './context.ts';

/**
 * Where projects and the engine's own memory lie for this user: `MORPHLOOM_PROJECTS` and `MORPHLOOM_STATE`
 * say otherwise.
 */
export function standardFolders(
  env: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
  home: string = os.homedir(),
): Pick<StudioOptions, 'projectsFolder' | 'stateFolder'> {
  return {
    projectsFolder: path.resolve(env['MORPHLOOM_PROJECTS'] || projectsIn(home)),
    stateFolder: path.resolve(env['MORPHLOOM_STATE'] || stateIn(env, platform, home)),
  };
}

function projectsIn(home: string): string {
  const documents = path.join(home, 'Documents');
  return path.join(fs.existsSync(documents) ? documents : home, 'Morphloom');
}

function stateIn(env: NodeJS.ProcessEnv, platform: string, home: string): string {
  if (platform === 'win32')
    return path.join(env['APPDATA'] ?? path.join(home, 'AppData', 'Roaming'), 'morphloom');
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Morphloom');
  // The XDG base directory specification has relative paths ignored.
  const xdg = env['XDG_STATE_HOME'];
  const state = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(home, '.local', 'state');
  return path.join(state, 'morphloom');
}
