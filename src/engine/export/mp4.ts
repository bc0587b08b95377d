import { asciiText, type ByteSource, viewOf } from './bytes.ts';
import { MAX_PROVENANCE_BYTES } from '../../contract/provenance.ts';
import { RECIPE_MARK } from './mark.ts';

/** The boxes of ISO/IEC 14496-12, as far as the way to the comment goes (QuickTime's ilst in moov/udta/meta). */

export class Mp4Error extends Error {}

/** From box to box down to the comment's text. */
const WAY = ['moov', 'udta', 'meta', 'ilst', '\u00a9cmt', 'data'];
/** `meta` begins with a version, `data` with its type and language. */
const BEFORE_CONTENT: Readonly<Record<string, number>> = { meta: 4, data: 8 };

/** Whether the first twelve bytes are those of an MP4. */
export function isMp4(start: string): boolean {
  return start.slice(4, 8) === 'ftyp';
}

/** The recipe in an MP4's comment; null where there is none. Throws an Mp4Error where a box on the way is damaged. */
export function findMp4Recipe(source: ByteSource): string | null {
  let [from, to] = [0, source.size];
  for (const type of WAY) {
    const box = findBox(source, type, from, to);
    if (box === null) return null;
    from = box.from + (BEFORE_CONTENT[type] ?? 0);
    to = box.to;
  }
  if (to - from > RECIPE_MARK.length + MAX_PROVENANCE_BYTES || to < from) return null;
  const text = asciiText(source.read(from, to - from));
  return text.startsWith(RECIPE_MARK) ? text.slice(RECIPE_MARK.length) : null;
}

function findBox(
  source: ByteSource,
  wanted: string,
  from: number,
  to: number,
): { from: number; to: number } | null {
  for (let at = from; at + 8 <= to;) {
    const head = source.read(at, 16);
    if (head.length < 8) throw new Mp4Error(`it ends within a box, at byte ${source.size}`);
    const view = viewOf(head);
    const short = view.getUint32(0);
    const [start, size] =
      short === 1 && head.length === 16
        ? [at + 16, Number(view.getBigUint64(8))]
        : [at + 8, short === 0 ? to - at : short];
    if (size < start - at || at + size > to) {
      throw new Mp4Error(`the box at byte ${at} is longer than what holds it`);
    }
    if (asciiText(head.subarray(4, 8)) === wanted) return { from: start, to: at + size };
    at += size;
  }
  return null;
}
