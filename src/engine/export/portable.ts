import * as path from 'node:path';

/** Files farther above the project's folder are told by their names alone. */
const MOST_LEVELS_UP = 2;

/**
 * A file as an export names it: by the way from the project's folder, or by its name alone where that is far. An
 * export is handed on, and what its maker's folders are called is nobody's business.
 * @param source absolute path; of a picture inside a set file, `path#index`
 * @param folder the project's
 * @returns with slashes, on any system
 */
export function portablePath(source: string, folder: string): string {
  const way = path.relative(folder, source);
  const up = way.split(path.sep).filter((part) => part === '..').length;
  const near = !path.isAbsolute(way) && up <= MOST_LEVELS_UP;
  return near ? way.split(path.sep).join('/') : path.basename(source);
}

/**
 * Where a file may lie that an export names: where it lay, seen from the project; else beside the export. Exports
 * of earlier versions hold absolute paths, which stand.
 * @param from the export
 */
export const portablePlaces = (named: string, folder: string, from: string): [string, string] => [
  path.resolve(folder, named),
  path.join(path.dirname(path.resolve(from)), path.basename(named)),
];
