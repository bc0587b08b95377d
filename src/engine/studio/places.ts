import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { fileName } from '../node/file-name.ts';
import { describeWriteFailure, exists } from '../node/files.ts';

/** A path for a new folder or file that nothing has yet: `Faces.morphloom`, `Faces 2.morphloom`, … */
export async function freeFolder(parent: string, name: string, ending: string): Promise<string> {
  await fs.mkdir(parent, { recursive: true }).catch((cause: unknown) => {
    throw describeWriteFailure(parent, cause);
  });
  const base = fileName(name);
  for (let number = 1; ; number++) {
    const place = path.join(parent, `${base}${number === 1 ? '' : ` ${number}`}${ending}`);
    if (!(await exists(place))) return place;
  }
}
