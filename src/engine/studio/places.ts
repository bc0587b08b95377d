import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';
import { describeWriteFailure, exists } from '../node/files.ts';

/** Names that Windows keeps for itself. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;
const LONGEST = 80;

/** A name that every file system takes, as like the artist's as it can be. */
export function fileName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replaceAll(/[<>:"/\\|?*]/g, '-')
    .replaceAll(/^[.\s]+|[.\s]+$/g, '');
  const cut = [...plain].slice(0, LONGEST).join('').trim();
  if (cut === '')
    throw new MorphloomError('usage', `"${name}" is no name for a file; use letters or digits.`);
  return RESERVED.test(cut) ? `${cut}-` : cut;
}

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
