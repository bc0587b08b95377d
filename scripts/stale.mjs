// Whether something built is older than what it is built of: one rule for all bundles.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function newest(file) {
  const stat = fs.statSync(file);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...fs.readdirSync(file).map((name) => newest(path.join(file, name))));
}

/** @param sources files and folders, from the root */
export function isOlder(built, sources) {
  const time = fs.existsSync(built) ? fs.statSync(built).mtimeMs : 0;
  return sources.some((source) => newest(path.join(root, source)) > time);
}
