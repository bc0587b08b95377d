import * as fs from 'node:fs';
import * as path from 'node:path';

/** The package's folder, in a checkout as in an installed app: the bundle is dist/main/main.cjs. */
const ROOT = path.join(import.meta.dirname, '..', '..');

export const RENDERER_FOLDER = path.join(ROOT, 'dist', 'renderer');
export const PRELOAD_FILE = path.join(ROOT, 'dist', 'preload', 'preload.cjs');
/** The hidden window that lends WebGPU: an empty page, and the program beside it. */
export const GRAPHICS = {
  page: path.join(ROOT, 'dist', 'graphics', 'graphics.html'),
  program: path.join(ROOT, 'dist', 'graphics', 'graphics.cjs'),
};
export const ENGINE_FILE = path.join(ROOT, 'dist', 'engine.cjs');

/** Where an installed app keeps the native runtime that it brings along; null in a checkout. */
export const RUNTIME_FOLDER = ((): string | null => {
  const folder = path.join(process.resourcesPath, 'runtime');
  return fs.existsSync(folder) ? folder : null;
})();

/** A picture of resources/icons, whose `@2x` neighbour Electron finds by itself. */
export const iconFile = (name: string): string => path.join(ROOT, 'resources', 'icons', name);
