import * as fs from 'node:fs';
import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';

/** One of our other bundles: beside the one that asks, or in `dist/` of a checkout. */
export function bundleFile(name: string): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    for (const file of [path.join(folder, `${name}.cjs`), path.join(folder, 'dist', `${name}.cjs`)]) {
      if (fs.existsSync(file)) return file;
    }
    if (path.dirname(folder) === folder)
      throw new MorphloomError('environment', `"dist/${name}.cjs" is missing; build Morphloom anew.`);
  }
}
