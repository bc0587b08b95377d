import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CommandReader,
  CommandWriter,
  decodeText,
  encodeText,
} from '../../../src/contract/graphics/commands.ts';
import { FrameReader, headOf } from '../../../src/contract/graphics/frames.ts';

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const bytes = fc.uint8Array({ maxLength: 40 });
const operand = fc.oneof(word, bytes, fc.string({ unit: 'binary', maxLength: 20 }));

describe('commands', () => {
  it('are read as they were written, batch after batch', () => {
    fc.assert(
      fc.property(fc.array(fc.array(operand), { maxLength: 4 }), (batches) => {
        const writer = new CommandWriter();
        for (const batch of batches) {
          for (const value of batch) {
            if (typeof value === 'number') writer.words(value);
            else if (typeof value === 'string') writer.text(value);
            else writer.bytes(value);
          }
          const reader = new CommandReader(writer.take());
          for (const value of batch) {
            if (typeof value === 'number') expect(reader.word()).toBe(value);
            else if (typeof value === 'string') expect(reader.text()).toBe(value);
            else expect([...reader.bytes()]).toEqual([...value]);
          }
          expect(reader.done).toBe(true);
        }
      }),
    );
  });

  it('may be longer than all that were before', () => {
    const long = new Uint8Array(300_001).map((_, i) => i);
    const writer = new CommandWriter();
    writer.words(7);
    writer.bytes(long);
    const reader = new CommandReader(writer.take());
    expect(reader.word()).toBe(7);
    expect(Buffer.compare(reader.bytes(), long)).toBe(0);
  });

  it('that end too early are refused', () => {
    const writer = new CommandWriter();
    writer.words(100, 1, 2);
    const message = writer.take();
    const reader = new CommandReader(message);
    expect(() => reader.bytes()).toThrow('before its bytes');
    expect(() => new CommandReader(new Uint8Array()).word()).toThrow('before its operands');
  });

  it('carry texts of any length and any letters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => decodeText(encodeText(text)) === text));
    const long = 'WGSL ✓ '.repeat(5000);
    expect(decodeText(encodeText(long))).toBe(long);
  });
});

describe('messages on a stream', () => {
  it('are whole again, wherever the stream was cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 30 })),
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (messages, lengths) => {
          const stream = Buffer.concat(messages.flatMap((message) => [headOf(message.length), message]));
          const heard: number[][] = [];
          const reader = new FrameReader((message) => {
            // It may be looked at as words.
            expect(message.byteOffset % 4).toBe(0);
            heard.push([...message]);
          });
          for (let at = 0; at < stream.length;) {
            const length = lengths.next().value as number;
            reader.push(stream.subarray(at, at + length));
            at += length;
          }
          expect(heard).toEqual(messages.map((message) => [...message]));
        },
      ),
    );
  });

  it('of a length that none has are refused', () => {
    const reader = new FrameReader(() => undefined);
    expect(() => reader.push(headOf(0xffff_ffff))).toThrow('is none');
  });
});
