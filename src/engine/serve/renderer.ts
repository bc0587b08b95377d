import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { createHash } from 'node:crypto';
import { MorphloomError } from '../../contract/errors.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** A file of the window's bundle, as it is sent. */
export interface ServedFile {
  readonly bytes: Buffer;
  readonly type: string;
  readonly etag: string;
  /** Whether its name changes with its content, so that it may be kept for good. */
  readonly hashed: boolean;
}

/**
 * Reads the window's bundle, by the paths it is asked for under. What is served is looked up in here and
 * nowhere else: no path that anybody sends becomes the name of a file.
 * @param folder where `index.html` lies
 * @throws MorphloomError `environment` where it is not there
 */
export async function readRenderer(folder: string): Promise<ReadonlyMap<string, ServedFile>> {
  const files = new Map<string, ServedFile>();
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const type = TYPES[path.extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const file = path.join(entry.parentPath, entry.name);
    const bytes = await fs.readFile(file);
    const name = `/${path.relative(folder, file).split(path.sep).join('/')}`;
    files.set(name, {
      bytes,
      type,
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      hashed: /^\/assets\/.+-[\w-]{8,}\.\w+$/.test(name),
    });
  }
  if (!files.has('/index.html')) {
    throw new MorphloomError('environment', `The window was not built: "${folder}" holds no index.html.`);
  }
  return files;
}
