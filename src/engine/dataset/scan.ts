import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { FileStamp, SetAside } from '../../contract/dataset.ts';
import { MorphloomError, throwIfCancelled } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { nameFromBytes, openable, PictureProblem, printable, unreadable } from '../node/pictures/index.ts';

/** A file that a scan came upon. */
export interface FoundFile {
  /** Absolute path, in the form of node/pictures' names. */
  readonly source: string;
  /** Path below the folder that was asked for, with `/`; of a file that was asked for by itself, its name. */
  readonly relative: string;
  /** The absolute path of what was asked for. */
  readonly root: string;
  readonly stamp: FileStamp;
}

export interface ScanResult {
  readonly files: readonly FoundFile[];
  readonly setAside: readonly SetAside[];
}

/** What systems put beside pictures by themselves; hidden files, in spirit. */
const CLUTTER = new Set(['Thumbs.db', 'desktop.ini', '__MACOSX', '$RECYCLE.BIN']);
const LOOKS_AT_ONCE = 16;

/**
 * Finds every file below the sources: hidden ones skipped, links followed, each folder entered once however
 * many links lead to it. The order is that of the sources, and within one that of the names, compared by
 * code unit folder by folder: the same on every file system.
 * Throws `input` when a source is not there.
 */
export async function scan(
  sources: readonly string[],
  options: {
    /** A folder to leave out where it is found below a source: the project, whose exports are pictures too. */
    exclude?: string;
    onProgress?: OnProgress | undefined;
    signal?: AbortSignal | undefined;
  } = {},
): Promise<ScanResult> {
  const files = new Map<string, FoundFile>();
  const setAside: SetAside[] = [];
  const visited = new Set<string>();
  const excluded = options.exclude && (await fs.realpath(options.exclude).catch(() => undefined));
  const report = (): void =>
    options.onProgress?.({ stage: 'Looking for pictures', done: files.size, total: null, unit: 'files' });

  for (const given of sources) {
    const root = path.resolve(given);
    const found = new Map<string, FoundFile>();
    // Links to folders wait: a folder is found under its own name first, and by a link only from outside.
    const folders: string[] = [];
    const linked: string[] = [];

    const look = async (source: string, isLink: boolean): Promise<void> => {
      try {
        const stat = await fs.stat(openable(source));
        if (stat.isDirectory()) (isLink ? linked : folders).push(source);
        else if (!stat.isFile())
          throw new PictureProblem(source, 'not-a-picture', 'is no ordinary file but a device or pipe');
        else if (!files.has(source)) {
          const relative = source === root ? path.basename(root) : path.relative(root, source);
          const stamp = { bytes: stat.size, modified: stat.mtimeMs, changed: stat.ctimeMs };
          found.set(source, { source, relative: relative.split(path.sep).join('/'), root, stamp });
        }
      } catch (error) {
        const { kind, reason } = error instanceof PictureProblem ? error : unreadable(source, error);
        setAside.push({ source, kind, reason });
      }
    };

    const stat = await fs.stat(openable(root)).catch((cause: unknown) => {
      throw new MorphloomError('input', `"${printable(root)}" is not there, or may not be looked into.`, {
        cause,
      });
    });
    if (stat.isDirectory()) folders.push(root);
    else await look(root, false);

    for (
      let folder = folders.pop() ?? linked.shift();
      folder !== undefined;
      folder = folders.pop() ?? linked.shift()
    ) {
      throwIfCancelled(options.signal);
      try {
        const real = nameFromBytes(await fs.realpath(openable(folder), { encoding: 'buffer' }));
        if (visited.has(real) || (folder !== root && real === excluded)) continue;
        visited.add(real);
        const children = await fs.readdir(openable(folder), { withFileTypes: true, encoding: 'buffer' });
        const seen = children
          .map((child) => ({ name: nameFromBytes(child.name), isLink: child.isSymbolicLink() }))
          .filter(({ name }) => !name.startsWith('.') && !CLUTTER.has(name))
          .sort((a, b) => compareText(a.name, b.name));
        const prefix = folder.endsWith(path.sep) ? folder : folder + path.sep;
        for (let i = 0; i < seen.length; i += LOOKS_AT_ONCE) {
          throwIfCancelled(options.signal);
          await Promise.all(
            seen.slice(i, i + LOOKS_AT_ONCE).map(({ name, isLink }) => look(prefix + name, isLink)),
          );
        }
        report();
      } catch (error) {
        if (error instanceof MorphloomError) throw error;
        const { kind, reason } = unreadable(folder, error);
        setAside.push({ source: folder, kind, reason });
      }
    }
    const ordered = [...found.values()].sort((a, b) => comparePaths(a.relative, b.relative));
    for (const file of ordered) files.set(file.source, file);
  }
  report();
  return { files: [...files.values()], setAside: setAside.sort((a, b) => compareText(a.source, b.source)) };
}

/** By code unit: no locale, so the same everywhere. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Folder by folder, so that no character in a name sorts before the end of it. */
function comparePaths(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareText(left[i] ?? '', right[i] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** The label that a file's folder gives: the first folder below the source, null right in it. */
export function folderLabel(file: FoundFile): string | null {
  const slash = file.relative.indexOf('/');
  return slash < 0 ? null : file.relative.slice(0, slash);
}
