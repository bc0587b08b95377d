import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameFromBytes, openable, printable } from '../../../../src/engine/node/pictures/index.ts';

describe('names', () => {
  it('come back as the same bytes, valid UTF-8 or not', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'grapheme', maxLength: 4 }).map((text) => Buffer.from(text)),
      fc.constant(Buffer.from('�')),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const bytes = Buffer.concat(pieces);
        const name = nameFromBytes(bytes);
        expect(JSON.parse(JSON.stringify(name))).toBe(name);
        expect(Buffer.from(openable(name))).toEqual(bytes);
      }),
    );
  });

  it('are shown on one line', () => {
    expect(printable(nameFromBytes(Buffer.from([0x61, 0xff, 0x0a, 0x62])))).toBe('a? b');
  });
});
