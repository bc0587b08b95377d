import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from '../../../src/contract/studio/codec.ts';

const through = (message: unknown): unknown => decodeMessage(Buffer.from(encodeMessage(message)));

describe('messages as bytes', () => {
  it('arrive as they were sent', () => {
    const message = {
      t: 'q',
      a: [1, -1, 1.5, 1_790_000_000_000, 2 ** 53, 'Ärger 🖼', null, true, undefined, NaN, [], {}, ''],
      deep: { list: [{ 'a key': [{}] }], ['__proto']: 1 },
    };
    expect(through(message)).toEqual(message);
  });

  it('carry bytes and float32 numbers as such, each in a buffer of its own', () => {
    const pool = new Uint8Array(64).map((_, i) => i);
    const message = {
      bytes: pool.subarray(3, 9),
      latents: new Float32Array(pool.buffer, 8, 3),
      none: new Float32Array(0),
    };
    const back = through(message) as typeof message;
    expect(back).toEqual(message);
    for (const array of [back.bytes, back.latents, back.none]) {
      expect(array.buffer.byteLength).toBe(array.byteLength);
    }
    expect(Object.getPrototypeOf(back.bytes)).toBe(Uint8Array.prototype);
    expect(Object.getPrototypeOf(back.latents)).toBe(Float32Array.prototype);
  });

  it('carry pictures in a few milliseconds', () => {
    const pictures = { count: 1, bytes: new Uint8Array(12_000_000) };
    const started = performance.now();
    const back = through(pictures) as typeof pictures;
    expect(back.bytes.byteLength).toBe(12_000_000);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('are refused where they are no data of ours', () => {
    const foreign = {
      date: new Date(0),
      set: new Set([1]),
      pattern: /x/,
      doubles: new Float64Array(2),
      big: 2n ** 60n,
    };
    for (const [what, value] of Object.entries(foreign)) {
      expect(() => through({ value }), what).toThrow();
    }
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    expect(through(nested(60))).toEqual(nested(60));
    expect(() => through(nested(70))).toThrow(/deep/);
  });

  it('cannot reach a prototype, and broken ones are refused without harm', () => {
    const named = Buffer.from([0x81, 0xa9, ...Buffer.from('__proto__'), 0x81, 0xa1, 0x78, 0x01]);
    expect(Object.getPrototypeOf(decodeMessage(named))).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();

    const broken: Record<string, number[]> = {
      nothing: [],
      'an array longer than the message': [0xdd, 0xff, 0xff, 0xff, 0xff],
      'many such arrays': Array.from({ length: 1000 }, () => [0xdd, 0x01, 0xff, 0xff, 0xff]).flat(),
      'bytes beyond the end': [0xc6, 0x7f, 0xff, 0xff, 0xff, 1],
      'a text beyond the end': [0xdb, 0x7f, 0xff, 0xff, 0xff, 0x41],
      'a map longer than the message': [0xdf, 0xff, 0xff, 0xff, 0xff],
      'two values': [0x01, 0x02],
      'an unknown extension': [0xd4, 0x33, 0x00],
      'a hundred thousand levels': Array.from({ length: 100_000 }, () => 0x91),
      'a cycle': [0xd6, 0x69, 0, 0, 0, 1, 0x91, 0xd6, 0x70, 0, 0, 0, 1],
    };
    const before = process.memoryUsage().rss;
    for (const [what, bytes] of Object.entries(broken)) {
      expect(() => decodeMessage(Uint8Array.from(bytes)), what).toThrow();
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
    expect(through({ still: 'well' })).toEqual({ still: 'well' });
  });
});
