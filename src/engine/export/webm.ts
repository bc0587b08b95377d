import { asciiText, type ByteSource } from './bytes.ts';
import { MAX_PROVENANCE_BYTES } from '../../contract/provenance.ts';
import { RECIPE_MARK } from './mark.ts';

/** The elements of EBML (RFC 8794) and Matroska (RFC 9559), as far as the way to the tags goes. */

export class WebmError extends Error {}

const [SEGMENT, TAGS, TAG, SIMPLE_TAG, TAG_NAME, TAG_STRING] = [
  0x18538067, 0x1254c367, 0x7373, 0x67c8, 0x45a3, 0x4487,
];

interface Element {
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

/** Whether the first bytes are those of an EBML document. */
export function isWebm(start: string): boolean {
  return start.startsWith('\u001aE\u00df\u00a3');
}

/** The recipe in a WebM's tags; null where there is none. Throws a WebmError where an element on the way is damaged. */
export function findWebmRecipe(source: ByteSource): string | null {
  for (const segment of elements(source, 0, source.size)) {
    if (segment.id !== SEGMENT) continue;
    for (const tags of inside(source, segment, TAGS)) {
      for (const tag of inside(source, tags, TAG)) {
        for (const simple of inside(source, tag, SIMPLE_TAG)) {
          const [name] = inside(source, simple, TAG_NAME);
          const [value] = inside(source, simple, TAG_STRING);
          if (name === undefined || value === undefined) continue;
          const length = value.to - value.from;
          if (length > RECIPE_MARK.length + MAX_PROVENANCE_BYTES || name.to - name.from > 100) continue;
          const text = asciiText(source.read(value.from, length));
          if (text.startsWith(RECIPE_MARK)) return text.slice(RECIPE_MARK.length);
        }
      }
    }
  }
  return null;
}

function* inside(source: ByteSource, { from, to }: Element, id: number): Generator<Element> {
  for (const element of elements(source, from, to)) if (element.id === id) yield element;
}

function* elements(source: ByteSource, from: number, to: number): Generator<Element> {
  for (let at = from; at < to;) {
    const head = source.read(at, Math.min(12, to - at));
    const id = number(head, 0, true);
    const size = number(head, id.length, false);
    const start = at + id.length + size.length;
    // All bits set: as long as what holds it.
    const end = size.value === 2 ** (7 * size.length) - 1 ? to : start + size.value;
    if (end > to) throw new WebmError(`the element at byte ${at} is longer than what holds it`);
    yield { id: id.value, from: start, to: end };
    at = end;
  }
}

/** A number of variable length, whose first byte says by its leading zeros how long it is. */
function number(bytes: Uint8Array, at: number, keepMarker: boolean): { value: number; length: number } {
  const first = bytes[at] ?? 0;
  const length = Math.clz32(first) - 23;
  if (length > 8 || at + length > bytes.length) throw new WebmError('it ends within an element');
  let value = keepMarker ? first : first & (0xff >> length);
  for (let i = 1; i < length; i++) value = value * 256 + bytes[at + i];
  return { value, length };
}
