import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { contentSecurityPolicy } from '../contract/studio/page.ts';
import { isOurAddress } from './page.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/**
 * The file of `root` that an address of the private scheme names.
 * @returns null for another host, for what climbs out of the folder (by dots or by a link), and for folders
 */
export async function assetFile(root: string, address: string): Promise<string | null> {
  if (!isOurAddress(address)) return null;
  let name: string;
  try {
    name = decodeURIComponent(new URL(address).pathname);
  } catch {
    return null;
  }
  if (/[\0\\]/.test(name)) return null;
  try {
    const base = await fs.realpath(root);
    const file = await fs.realpath(path.join(base, name));
    const inside = file.startsWith(base + path.sep) && (await fs.stat(file)).isFile();
    return inside ? file : null;
  } catch {
    return null;
  }
}

/** Answers a request of the page for one of its own files. */
export async function serveAsset(
  root: string,
  request: { readonly url: string; readonly method: string },
): Promise<Response> {
  const file = request.method === 'GET' ? await assetFile(root, request.url) : null;
  const type = file === null ? undefined : TYPES[path.extname(file).toLowerCase()];
  if (file === null || type === undefined) return new Response('Not found', { status: 404 });
  return new Response(new Uint8Array(await fs.readFile(file)), {
    headers: {
      'content-type': type,
      'content-security-policy': contentSecurityPolicy(),
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    },
  });
}
