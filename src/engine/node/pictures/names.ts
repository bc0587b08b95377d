/**
 * File names that are no valid UTF-8 exist on Linux. They travel as strings all the same: each byte that is
 * none becomes a lone surrogate U+DC80..U+DCFF (Python's PEP 383, "surrogateescape"), which JSON keeps, and
 * becomes the same byte again when the file is opened.
 */
const ESCAPE_BASE = 0xdc00;

/** The string for a name as the system gave it. */
export function nameFromBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!text.includes('�') || Buffer.from(text, 'utf8').equals(bytes)) return text;
  let name = '';
  for (let i = 0; i < bytes.length;) {
    const length = validSequenceLength(bytes, i);
    if (length === 0) {
      name += String.fromCharCode(ESCAPE_BASE + (bytes[i] ?? 0));
      i += 1;
    } else {
      name += bytes.toString('utf8', i, i + length);
      i += length;
    }
  }
  return name;
}

/** Length of the valid UTF-8 character that starts at `start`; 0 where none does. */
function validSequenceLength(bytes: Buffer, start: number): number {
  for (let length = 1; length <= 4 && start + length <= bytes.length; length++) {
    const slice = bytes.subarray(start, start + length);
    const text = slice.toString('utf8');
    if (!text.includes('�') || Buffer.from(text, 'utf8').equals(slice)) return length;
  }
  return 0;
}

const ESCAPED = /[\udc80-\udcff]/u; // With the u flag a surrogate that is half of a pair does not match.

/** What to hand to the file system for a path that may hold escaped bytes. */
export function openable(path: string): string | Buffer {
  if (!ESCAPED.test(path)) return path;
  const parts = [...path].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code >= 0xdc80 && code <= 0xdcff
      ? Buffer.from([code - ESCAPE_BASE])
      : Buffer.from(character, 'utf8');
  });
  return Buffer.concat(parts);
}

/** A path fit for one line of a message: escaped bytes, newlines and other controls are shown as `?` or spaces. */
export function printable(path: string): string {
  // eslint-disable-next-line no-control-regex -- controls are what is looked for
  return path.replace(/[\udc80-\udcff]/gu, '?').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}

/** Whether a file's name says that it is a picture of a kind that is read; what it is, its content says. */
export function isPictureName(name: string): boolean {
  return /\.(jpe?g|png|gif|webp|tiff?|avif|svg)$/i.test(name);
}
