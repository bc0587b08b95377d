import { MorphloomError } from '../../contract/errors.ts';

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
