import * as fs from 'node:fs';
import * as path from 'node:path';

/** This Morphloom's version, from its package.json: the nearest one above, however the code was bundled. */
export function ownVersion(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'package.json');
    if (fs.existsSync(file)) {
      const { name, version } = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>;
      if (name === 'morphloom' && typeof version === 'string') return version;
    }
    if (path.dirname(folder) === folder) return '0.0.0';
  }
}
